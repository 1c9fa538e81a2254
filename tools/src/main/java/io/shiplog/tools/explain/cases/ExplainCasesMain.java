// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain.cases;

import io.shiplog.tools.trial.Fault;
import io.shiplog.tools.trial.Site;
import io.shiplog.tools.trial.SiteOptions;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Stages troubles and asks {@code explain}; started by {@code bin/explain-cases}, which cleans up behind it. Exit 0: all were named; 1: not; 2: usage. */
@Command(
        name = "explain-cases",
        mixinStandardHelpOptions = true,
        description = "Stages troubles in a local cluster, and asks explain.")
public final class ExplainCasesMain implements Callable<Integer> {
    private static final double NS_PER_S = 1e9;

    @Option(names = "--only", split = ",", description = "Just these: ${COMPLETION-CANDIDATES}.")
    private List<StagedCase> only;

    @Mixin
    private SiteOptions options;

    private ExplainCasesMain() {}

    public static void main(String[] args) {
        System.exit(new CommandLine(new ExplainCasesMain())
                .setCaseInsensitiveEnumValuesAllowed(true)
                .execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Site site = options.site();
        int missed = 0;
        try (Stage stage = new Stage(site)) {
            stage.open();
            ExplainCases cases = new ExplainCases(stage);
            for (StagedCase each : only == null ? List.of(StagedCase.values()) : only) {
                missed += passes(cases, each) ? 0 : 1;
            }
        }
        System.out.println(missed == 0 ? "all causes were named" : missed + " causes were not named");
        return missed == 0 ? CommandLine.ExitCode.OK : CommandLine.ExitCode.SOFTWARE;
    }

    private static boolean passes(ExplainCases cases, StagedCase which) throws InterruptedException {
        long startNs = System.nanoTime();
        boolean passed = false;
        String said;
        try {
            said = cases.run(which);
            passed = true;
        } catch (Fault e) {
            said = e.getMessage();
        } catch (InterruptedException e) {
            throw e;
        } catch (Exception e) {
            said = "cannot be staged: " + e;
        }
        double seconds = (System.nanoTime() - startNs) / NS_PER_S;
        System.out.printf(Locale.ROOT, "%s %s (%.1f s): %s%n", passed ? "ok  " : "MISS", which.title(), seconds, said);
        return passed;
    }
}
