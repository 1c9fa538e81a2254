// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.limits;

import io.shiplog.bench.harness.Figures;
import io.shiplog.bench.harness.Machine;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * {@code bin/bench limits}: what this machine can do at best, in about ten seconds. Run it before and after a measurement: a figure is worth
 * something as a ratio to the limit that it runs into, and only if that did not move meanwhile.
 */
public final class LimitsMain {
    /** The least processor time of brokers for a GiB produced, in s; not among the figures. */
    public static final String FLOOR = "CPU floor of a GiB produced";
    /** In microseconds. */
    public static final String SYNC_P99 = DiskLimits.SYNC + DiskLimits.AT_THE_END + ": p99";
    /** In microseconds. */
    public static final String ROUND_TRIP = LoopbackLimits.ROUND_TRIP;
    /** In GB/s. */
    public static final String SENDFILE = LoopbackLimits.SENDFILE;

    private static final int BAD_USAGE = 2;
    private static final int ROUNDS = 5;

    private LimitsMain() {}

    /** Takes the directory on whose disk to measure, or nothing: the system's temporary folder. */
    public static void main(String[] arguments) throws IOException {
        if (arguments.length > 1 || (arguments.length == 1 && arguments[0].startsWith("-"))) {
            System.err.println("usage: bin/bench limits [DIRECTORY]");
            System.exit(BAD_USAGE);
        }
        Path parent = arguments.length == 1 ? Path.of(arguments[0]) : Path.of(System.getProperty("java.io.tmpdir"));
        measure(parent, ROUNDS, System.out);
    }

    /** Measures so many rounds, each with all limits, and prints the table. */
    public static Figures measure(Path parent, int rounds, PrintStream out) throws IOException {
        out.println(Machine.describe());
        out.println("load average before: " + Machine.loadAverage());
        out.println("disk: that of " + parent.toAbsolutePath());
        out.println();
        Figures figures = measure(parent, rounds);
        figures.print(out);
        out.printf(Locale.ROOT, "%nfloor of %s: %.2f s/GiB%n", CpuFloor.WHAT, CpuFloor.of(figures));
        return figures;
    }

    /** Measures so many rounds, and prints nothing. */
    public static Figures measure(Path parent, int rounds) throws IOException {
        Figures figures = new Figures();
        Path directory = Files.createTempDirectory(parent, "shiplog-limits");
        try {
            MemoryLimits memory = new MemoryLimits(figures);
            DiskLimits disk = new DiskLimits(figures, directory);
            LoopbackLimits loopback = new LoopbackLimits(figures, directory);
            HopLimits hops = new HopLimits(figures);
            for (int round = 0; round < rounds; round++) {
                memory.run();
                disk.run();
                loopback.run();
                hops.run();
            }
        } finally {
            Files.delete(directory);
        }
        return figures;
    }
}
