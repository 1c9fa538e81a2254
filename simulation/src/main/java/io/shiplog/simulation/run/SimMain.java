// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import io.shiplog.simulation.fault.Profile;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.mutant.MutantsCommand;
import io.shiplog.simulation.mutant.SourceTree;
import io.shiplog.simulation.sight.Promises;
import io.shiplog.simulation.world.Invariant;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Supplier;

/** The simulator from the command line: {@code bin/sim}. */
public final class SimMain {
    private static final int BAD_USAGE = 2;

    private SimMain() {}

    public static void main(String[] arguments) {
        try {
            System.exit(run(arguments));
        } catch (IllegalArgumentException e) {
            System.err.println("sim: " + e.getMessage());
            System.exit(BAD_USAGE);
        }
    }

    private static int run(String[] arguments) {
        if (arguments.length > 0 && arguments[0].equals("mutants")) {
            Path root = SourceTree.rootAbove(Path.of(""));
            return new MutantsCommand(root, System.out, SimMain.class)
                    .run(List.of(arguments).subList(1, arguments.length));
        }
        Options options = Options.parse(arguments);
        return switch (options.command()) {
            case "run" -> new ManySeeds(options, SimMain.invariants(), System.out).run();
            case "replay" -> replay(options);
            default -> throw new IllegalArgumentException("unknown command " + options.command());
        };
    }

    private static int replay(Options options) {
        Profile profile = options.profile();
        Setup setup = profile.setup(options.from());
        RunResult result = new Runs(invariants())
                .run(setup, profile.schedule(setup), options.trace() ? System.out::println : null, options.until());
        System.out.print(setup.toText());
        profile.schedule(setup).steps().stream()
                .filter(step -> !step.toText().contains("PRODUCE"))
                .forEach(step -> System.out.println(step.toText()));
        System.out.printf(
                "%d steps, %d ms of its own time, %d operations acknowledged, faults %s, trace %016x%n",
                result.steps(), result.simulatedMs(), result.acknowledged(), result.effective(), result.traceHash());
        if (result.failure() != null) {
            System.out.println(FailureLine.of(options, options.from(), profile, result.failure()));
            if (result.failure().cause() != null) {
                result.failure().cause().printStackTrace(System.out);
            }
        }
        return result.failure() == null ? 0 : 1;
    }

    /** The promises that every run is held to. */
    static Supplier<List<Invariant>> invariants() {
        return () -> List.of(new Promises());
    }
}
