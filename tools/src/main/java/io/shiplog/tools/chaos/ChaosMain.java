// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.chaos;

import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.SiteOptions;
import io.shiplog.tools.trial.TrialRun;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Strikes nodes under load; started by {@code bin/chaos}, which cleans up behind it. Exit 0: every promise was kept; 1: not; 2: usage. */
@Command(
        name = "chaos",
        mixinStandardHelpOptions = true,
        description = "Kills, pauses and restarts nodes of a cluster.")
public final class ChaosMain implements Callable<Integer> {
    @Option(names = "--strikes", required = true, description = "How many.")
    private int strikes;

    @Option(names = "--every-s", required = true, description = "Seconds from one to the next.")
    private int everySeconds;

    @Option(names = "--rate", required = true, description = "Records a second.")
    private int perSecond;

    @Mixin
    private SiteOptions options;

    private ChaosMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new ChaosMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        Site site = options.site();
        long everyMs = TimeUnit.SECONDS.toMillis(everySeconds);
        TrialRun run = new TrialRun(System.out, site.work());
        run.run("chaos", () -> new ChaosRun(site, options.seed(), everyMs, perSecond), strikes);
        run.table();
        return run.passed() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
