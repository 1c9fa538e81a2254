// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.damage;

import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.SiteOptions;
import io.shiplog.tools.trial.TrialRun;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Damages files; started by {@code bin/damage}, which cleans up behind it. Exit 0: every promise was kept; 1: not; 2: usage. */
@Command(name = "damage", mixinStandardHelpOptions = true, description = "Damages files of a local cluster.")
public final class DamageMain implements Callable<Integer> {
    @Option(names = "--cycles", required = true, description = "Damages.")
    private int cycles;

    @Option(names = "--only", description = "Just this kind of file: ${COMPLETION-CANDIDATES}.")
    private Target only;

    @Mixin
    private SiteOptions options;

    private DamageMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new DamageMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws InterruptedException {
        Site site = options.site();
        TrialRun run = new TrialRun(System.out, site.work());
        run.run("damage", () -> new DamageRun(site, options.seed(), only), cycles);
        run.table();
        return run.passed() ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }
}
