// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.metadata;

import io.shiplog.bench.harness.Figures;
import io.shiplog.bench.harness.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** {@code bin/bench metadata}: measures, prints a table and what it was measured on, and keeps nothing. */
public final class MetadataScaleMain {
    private static final int BAD_USAGE = 2;
    private static final int FAILED = 1;

    private MetadataScaleMain() {}

    /** Takes {@link ScaleOptions#USAGE}. */
    public static void main(String[] arguments) {
        ScaleOptions options;
        try {
            options = ScaleOptions.parse(arguments);
        } catch (IllegalArgumentException e) {
            System.err.println(e.getMessage());
            System.err.print(ScaleOptions.USAGE);
            System.exit(BAD_USAGE);
            return;
        }
        try {
            measure(options, System.out);
        } catch (Exception e) {
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                System.err.println(cause == e ? "not measured: " + cause.getMessage() : "because of " + cause);
            }
            System.exit(FAILED);
        }
        System.exit(0);
    }

    /** Measures under a directory of its own, which goes afterwards unless it is to be kept or something failed. */
    static Figures measure(ScaleOptions options, PrintStream out) throws Exception {
        Path directory = Files.createTempDirectory("shiplog-metadata-bench");
        out.println(Machine.describe());
        out.println("load average before: " + Machine.loadAverage());
        Figures figures;
        try {
            figures = new MetadataScale(options, directory).run();
        } catch (Exception e) {
            throw new IllegalStateException("the logs of the quorum's processes are in " + directory, e);
        }
        out.println("load average after: " + Machine.loadAverage() + " (the processes of this run among it)");
        out.println(options);
        out.println();
        figures.print(out);
        if (options.keep()) {
            out.println("kept: " + directory);
        } else {
            delete(directory);
        }
        return figures;
    }

    private static void delete(Path directory) throws IOException {
        List<Path> all;
        try (Stream<Path> files = Files.walk(directory)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
