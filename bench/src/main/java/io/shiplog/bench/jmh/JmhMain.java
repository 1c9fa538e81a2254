// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.jmh;

import java.util.Arrays;
import java.util.Collection;
import org.openjdk.jmh.Main;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.results.format.ResultFormatType;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;

/**
 * {@code bin/bench jmh}: the suites whose names match, always with the allocation per operation. Takes the file for the JSON and the heap of
 * the measured processes, then a pattern and options of JMH, which win over what is set here.
 */
public final class JmhMain {
    private JmhMain() {}

    public static void main(String[] arguments) throws Exception {
        String[] ofJmh = Arrays.copyOfRange(arguments, 2, arguments.length);
        if (asksOnly(ofJmh)) {
            Main.main(ofJmh);
            return;
        }
        try {
            Collection<RunResult> results = new Runner(options(arguments[0], arguments[1], ofJmh)).run();
            System.out.println();
            System.out.print(ResultTable.of(results));
        } catch (CommandLineOptionException | RunnerException e) {
            System.err.println("bin/bench jmh: " + e.getMessage());
            System.exit(1);
        }
    }

    /** Help and lists are JMH's own. */
    private static boolean asksOnly(String[] arguments) throws CommandLineOptionException {
        CommandLineOptions given = new CommandLineOptions(arguments);
        return given.shouldHelp()
                || given.shouldList()
                || given.shouldListWithParams()
                || given.shouldListProfilers()
                || given.shouldListResultFormats();
    }

    static Options options(String jsonFile, String heap, String... ofJmh) throws CommandLineOptionException {
        return new OptionsBuilder()
                .parent(new CommandLineOptions(ofJmh))
                .jvmArgsAppend("-Xmx" + heap, "-XX:+UseSerialGC")
                .addProfiler(GCProfiler.class)
                .resultFormat(ResultFormatType.JSON)
                .result(jsonFile)
                .shouldFailOnError(true)
                .build();
    }
}
