// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import io.shiplog.simulation.exhaustive.ExhaustiveCommand;
import io.shiplog.simulation.fault.Profile;
import io.shiplog.simulation.fault.Schedule;
import io.shiplog.simulation.fault.Setup;
import io.shiplog.simulation.mutant.MutantsCommand;
import io.shiplog.simulation.mutant.SourceTree;
import io.shiplog.simulation.report.Regression;
import io.shiplog.simulation.sight.Promises;
import io.shiplog.simulation.world.RunWatcher;
import java.io.IOException;
import java.nio.file.Files;
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
        if (arguments.length > 0 && arguments[0].equals("exhaustive")) {
            return new ExhaustiveCommand(System.out).run(List.of(arguments).subList(1, arguments.length));
        }
        Options options = Options.parse(arguments);
        return switch (options.command()) {
            case "run" -> runMany(options);
            case "replay" -> replay(options);
            case "shrink" -> shrink(options);
            default -> throw new IllegalArgumentException("unknown command " + options.command());
        };
    }

    private static int runMany(Options options) {
        int failed = new Regressions(Regressions.DIRECTORY, watchers()).runAll(options.commit(), System.out);
        int status = new ManySeeds(options, watchers(), System.out).run();
        return failed > 0 ? 1 : status;
    }

    /** Exit 1: the seed does not fail, there is nothing to shrink. */
    private static int shrink(Options options) {
        Shrinking shrinking = new Shrinking(new Runs(watchers()));
        Regression shrunk = shrinking.shrink(options.profile(), options.from(), options.commit());
        if (shrunk == null) {
            System.err.println("sim: seed " + options.from() + " of profile "
                    + options.profile().label() + " breaks no promise");
            return 1;
        }
        System.err.println("sim: " + shrunk.schedule().steps().size() + " steps are left after " + shrinking.tries()
                + " runs, and break " + shrunk.invariant());
        if (options.file() == null) {
            System.out.print(shrunk.toText());
            return 0;
        }
        try {
            Files.writeString(options.file(), shrunk.toText());
        } catch (IOException e) {
            throw new IllegalArgumentException("cannot write " + options.file() + ": " + e, e);
        }
        return 0;
    }

    private static int replay(Options options) {
        Profile profile = options.profile();
        Regression regression = options.file() == null ? null : Regression.read(options.file());
        Setup setup = regression == null ? profile.setup(options.from()) : regression.setup();
        Schedule schedule = regression == null ? profile.schedule(setup) : regression.schedule();
        RunResult result = new Runs(watchers())
                .run(setup, schedule, options.trace() ? System.out::println : null, options.until());
        System.out.print(setup.toText());
        schedule.steps().stream()
                .filter(step -> regression != null || !step.toText().contains("PRODUCE"))
                .forEach(step -> System.out.println(step.toText()));
        System.out.printf(
                "%d steps, %d ms of its own time, %d operations acknowledged, faults %s, trace %016x%n",
                result.steps(),
                result.simulatedMs(),
                result.acknowledged(),
                result.coverage().effective(),
                result.traceHash());
        if (result.failure() != null) {
            System.out.println(
                    regression == null
                            ? FailureLine.of(options, options.from(), profile, result.failure())
                            : FailureLine.of(options.commit(), options.file(), result.failure()));
            if (result.failure().cause() != null) {
                result.failure().cause().printStackTrace(System.out);
            }
        }
        return result.failure() == null ? 0 : 1;
    }

    /** The promises that every run is held to. */
    static Supplier<List<RunWatcher>> watchers() {
        return () -> List.of(new Promises());
    }
}
