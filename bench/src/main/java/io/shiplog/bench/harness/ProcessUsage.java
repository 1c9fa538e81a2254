// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.harness;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;

/** What processes have used, as {@code /proc} tells it. */
public final class ProcessUsage {
    /** Linux tells processor time in these, on every architecture that Java runs on. */
    private static final double TICKS_PER_S = 100;
    /** Of {@code /proc/PID/stat}, counted behind the name in parentheses. */
    private static final int STATE = 0;

    private static final int USER_TICKS = 11;
    private static final int SYSTEM_TICKS = 12;
    private static final int THREADS = 17;
    private static final double KIB_PER_MIB = 1024;

    private ProcessUsage() {}

    /**
     * Processor time of these processes together since each of them started, in seconds, to 10 ms for each.
     *
     * @throws IOException when one of them has ended
     */
    public static double cpuSeconds(Collection<Long> pids) throws IOException {
        double sum = 0;
        for (long pid : pids) {
            sum += cpuSecondsIn(read(pid, "stat"));
        }
        return sum;
    }

    /** Whether nothing is left of a process: its ports are free and its files closed. A dead one that nobody has waited for counts as gone. */
    public static boolean isGone(long pid) {
        try {
            return isGone(read(pid, "stat"));
        } catch (IOException noSuchProcess) {
            return true;
        }
    }

    static boolean isGone(String stat) {
        String[] fields = fields(stat);
        // the first thread may be dead a while before the others
        return (fields[STATE].equals("Z") || fields[STATE].equals("X")) && Integer.parseInt(fields[THREADS]) <= 1;
    }

    /** Memory that is resident, in MiB. */
    public static double residentMib(long pid) throws IOException {
        return kib(read(pid, "status"), "VmRSS:") / KIB_PER_MIB;
    }

    /** The same, with what several processes share divided among them. */
    public static double proportionalMib(long pid) throws IOException {
        return kib(read(pid, "smaps_rollup"), "Pss:") / KIB_PER_MIB;
    }

    static double cpuSecondsIn(String stat) {
        String[] fields = fields(stat);
        return (Long.parseLong(fields[USER_TICKS]) + Long.parseLong(fields[SYSTEM_TICKS])) / TICKS_PER_S;
    }

    /** A name may have spaces and parentheses. */
    private static String[] fields(String stat) {
        return stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
    }

    static long kib(String text, String key) {
        return text.lines()
                .filter(line -> line.startsWith(key))
                .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("there is no " + key));
    }

    private static String read(long pid, String file) throws IOException {
        return Files.readString(Path.of("/proc", Long.toString(pid), file), StandardCharsets.UTF_8);
    }
}
