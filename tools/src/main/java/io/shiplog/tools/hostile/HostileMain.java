// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.hostile;

import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.SiteOptions;
import io.shiplog.tools.trial.TrialRun;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Hostile clients beside honest ones; started by {@code bin/hostile}, which cleans up behind it. Exit 0: nobody was harmed; 1: somebody was; 2: usage. */
@Command(name = "hostile", mixinStandardHelpOptions = true, description = "Clients that mean no good.")
public final class HostileMain implements Callable<Integer> {
    @Option(names = "--connections", required = true, description = "How many, where it is about connections.")
    private int connections;

    @Option(names = "--fetches", required = true, description = "How many, where it is about fetches.")
    private int fetches;

    @Option(names = "--hold-ms", required = true, description = "How long an attack goes on.")
    private long holdMs;

    @Option(names = "--rate", required = true, description = "Records a second of the honest producer.")
    private int perSecond;

    @Mixin
    private SiteOptions options;

    private HostileMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new HostileMain()).execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        Site site = options.site();
        TrialRun run = new TrialRun(System.out, site.work());
        Crowd crowd = new Crowd(connections, fetches, holdMs);
        run.run("hostile", () -> new HostileRun(site, options.seed(), crowd, perSecond), Attack.values().length);
        run.table();
        return run.passed() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
