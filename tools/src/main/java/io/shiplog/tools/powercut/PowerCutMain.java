// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Cuts the power; started by {@code bin/powercut}, which cleans up behind it. Exit 0: every promise was kept; 1: not; 2: usage. */
@Command(name = "powercut", mixinStandardHelpOptions = true, description = "Cuts the power of local clusters.")
public final class PowerCutMain implements Callable<Integer> {
    /** What can be asked for. */
    enum Which {
        quorum,
        storage,
        all
    }

    @Parameters(index = "0", description = "${COMPLETION-CANDIDATES}")
    private Which which;

    @Option(names = "--cycles", description = "Power cuts per scenario (default: as each of them asks for).")
    private Integer cycles;

    @Option(names = "--seed", required = true, description = "Of the schedule: when, and who.")
    private long seed;

    @Option(names = "--work", required = true, description = "A work directory made by bin/lib/disk.")
    private Path work;

    @Option(names = "--bin", required = true, description = "The directory of the scripts.")
    private Path bin;

    @Option(names = "--only", description = "Just this scenario.")
    private String only;

    private PowerCutMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new PowerCutMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        Suite suite = Suite.of(which.name(), new Scripts(bin), work.toAbsolutePath(), seed, System.out);
        if (only != null && !suite.only(only)) {
            System.err.println("powercut: no scenario \"" + only + "\" in " + which);
            return CommandLine.ExitCode.USAGE;
        }
        return suite.run(cycles) ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
