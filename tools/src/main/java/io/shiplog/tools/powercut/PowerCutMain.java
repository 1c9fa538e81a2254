// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.powercut;

import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.SiteOptions;
import io.shiplog.tools.trial.TrialRun;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
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

    @Option(names = "--only", description = "Just this scenario.")
    private String only;

    @Mixin
    private SiteOptions options;

    private PowerCutMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new PowerCutMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        Site site = options.site();
        Suite suite = Suite.of(which.name(), site, options.seed());
        if (only != null && !suite.only(only)) {
            System.err.println("powercut: no scenario \"" + only + "\" in " + which);
            return CommandLine.ExitCode.USAGE;
        }
        TrialRun run = new TrialRun(System.out, site.work());
        suite.run(cycles, run);
        run.table();
        return run.passed() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
