// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.storage;

import com.sun.management.UnixOperatingSystemMXBean;
import io.shiplog.bench.Batches;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.log.RecoveryReport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Opens a data directory and says what that took and what the process holds afterwards. Arguments: directory, what happened to the
 * process before (for the names of figures), what to do at the end, {@code close} or {@code halt}, and for how many
 * milliseconds to watch it idle and in use.
 */
public final class StorageOpenerMain {
    private static final int ACTIVE_APPENDS = 200;
    private static final double MIB = 1 << 20;

    private StorageOpenerMain() {}

    public static void main(String[] arguments) throws Exception {
        String before = arguments[1];
        long heapBefore = liveHeapBytes();
        ResidentMemory residentBefore = ResidentMemory.now();
        long startNs = System.nanoTime();
        LogDirectory directory =
                LogDirectory.open(Path.of(arguments[0]), LogDirectoryConfig.defaultConfig(), StorageClock.system());
        long openedNs = System.nanoTime();
        RecoveryReport report = directory.recover((done, total) -> {});
        double readyMs = (System.nanoTime() - startNs) / 1e6;
        int partitions = directory.logCount();
        if (!report.damaged().isEmpty()) {
            throw new IllegalStateException("damaged: " + report.damaged());
        }
        String suffix = ", " + before + " before";
        figure("ready" + suffix, "ms", before.equals("killed") ? "1,000: <= 2,000; 100,000: <= 20,000" : "", readyMs);
        figure("of that, marks and index opened" + suffix, "ms", "", (openedNs - startNs) / 1e6);
        figure("ready, per partition" + suffix, "us", "<= 200", readyMs * 1_000 / partitions);
        figure("read behind the flush marks" + suffix, "KiB", "", report.scannedBytes() / 1024.0);
        figure("from the start of the JVM" + suffix, "ms", "", (double)
                ManagementFactory.getRuntimeMXBean().getUptime());
        long heapOpen = liveHeapBytes();
        figure("heap per partition" + suffix, "bytes", "<= 4,096", (double) (heapOpen - heapBefore) / partitions);
        figure("heap, all live objects" + suffix, "MiB", "", heapOpen / MIB);
        long committed =
                ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getCommitted();
        figure("heap, committed" + suffix, "MiB", "", committed / MIB);
        figure("open segment files" + suffix, "", "", directory.openFileCount());
        figure("descriptors of the process" + suffix, "", "", (double) descriptors());
        figure("resident, all" + suffix, "MiB", "", status("VmRSS") / 1024.0);
        figure("resident, not files" + suffix, "MiB", "", status("RssAnon") / 1024.0);
        figure("memory maps of segments" + suffix, "", "0", (double) mapsOf(".log"));
        index(directory, residentBefore, suffix);
        long watchMs = Long.parseLong(arguments[3]);
        idle(directory, watchMs, suffix);
        active(directory, watchMs, suffix);
        index(directory, residentBefore, suffix + ", after use");
        withReplicas(directory, heapBefore, suffix);
        if (arguments[2].equals("close")) {
            long closingNs = System.nanoTime();
            directory.closeCleanly(1);
            figure("close cleanly", "ms", "", (System.nanoTime() - closingNs) / 1e6);
        } else {
            appendTails(directory);
        }
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    /** What RocksDB takes, by its own account and at most. */
    private static void index(LogDirectory directory, ResidentMemory before, String suffix) throws IOException {
        ResidentMemory now = ResidentMemory.now();
        long grown = now.mallocKib() - before.mallocKib();
        figure("RocksDB, as it counts" + suffix, "MiB", "<= 48", directory.indexMemoryBytes() / MIB);
        figure("RocksDB, at most: malloc grew by" + suffix, "MiB", "<= 48", grown / 1024.0);
        figure("RocksDB, its library" + suffix, "MiB", "", now.rocksLibraryKib() / 1024.0);
    }

    /** What a node has on top of the logs, without image and connections. */
    private static void withReplicas(LogDirectory directory, long heapBefore, String suffix) {
        ReplicaLoad load = new ReplicaLoad(directory.logs());
        double perPartition = (double) (liveHeapBytes() - heapBefore) / directory.logCount();
        figure("heap per partition with its replica" + suffix, "bytes", "", perPartition);
        if (load.sessionPartitions() != 2L * load.led()) {
            throw new IllegalStateException(
                    load.sessionPartitions() + " partitions are fetched from " + load.led() + " that are led");
        }
    }

    private static void idle(LogDirectory directory, long watchMs, String suffix) throws Exception {
        directory.markRunning(1);
        TimeUnit.MILLISECONDS.sleep(watchMs);
        Usage from = Usage.now();
        TimeUnit.MILLISECONDS.sleep(watchMs);
        Usage used = Usage.now().minus(from);
        figure("CPU when idle" + suffix, "ms/s", "", used.cpuMs() * 1_000 / watchMs);
        figure("written when idle" + suffix, "KiB/s", "0", used.writtenBytes() / 1024.0 * 1_000 / watchMs);
    }

    /** So that the next process finds what the filler left: some logs with records behind the flush mark. */
    private static void appendTails(LogDirectory directory) {
        ByteBuffer batch = Batches.of(1, 100);
        for (int i = 0; i < directory.logCount(); i += StorageFillerMain.TAIL_EVERY) {
            PartitionLog log = directory.log(StorageFillerMain.TOPIC, i);
            batch.rewind().putLong(0, 0);
            log.appendAsLeader(batch, log.latestEpoch(), System.currentTimeMillis(), true);
        }
    }

    /** One partition of all is written to. */
    private static void active(LogDirectory directory, long watchMs, String suffix) throws Exception {
        PartitionLog log = directory.log(StorageFillerMain.TOPIC, 0);
        ByteBuffer batch = Batches.of(1, 100);
        Usage from = Usage.now();
        long startNs = System.nanoTime();
        for (int i = 0; i < ACTIVE_APPENDS; i++) {
            batch.rewind().putLong(0, 0);
            log.appendAsLeader(batch, log.latestEpoch(), System.currentTimeMillis(), true);
            log.requestFlush();
            TimeUnit.MILLISECONDS.sleep(watchMs / ACTIVE_APPENDS);
        }
        double seconds = (System.nanoTime() - startNs) / 1e9;
        Usage used = Usage.now().minus(from);
        figure("CPU, one partition in use" + suffix, "ms/s", "", used.cpuMs() / seconds);
        figure("written, one partition in use" + suffix, "KiB/s", "", used.writtenBytes() / 1024.0 / seconds);
    }

    /** What the process has used so far. */
    private record Usage(double cpuMs, long writtenBytes) {
        static Usage now() throws IOException {
            double cpuMs = ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                    ? system.getProcessCpuTime() / 1e6
                    : 0;
            return new Usage(cpuMs, field(Path.of("/proc/self/io"), "wchar"));
        }

        Usage minus(Usage other) {
            return new Usage(cpuMs - other.cpuMs, writtenBytes - other.writtenBytes);
        }
    }

    private static void figure(String name, String unit, String target, double value) {
        System.out.println(name + "|" + unit + "|" + target + "|" + value);
    }

    /** After full collections, so that only what is reachable counts. */
    private static long liveHeapBytes() {
        for (int i = 0; i < 3; i++) {
            System.gc();
        }
        return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }

    private static long descriptors() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean system
                ? system.getOpenFileDescriptorCount()
                : -1;
    }

    private static long status(String field) throws IOException {
        return field(Path.of("/proc/self/status"), field);
    }

    private static long mapsOf(String ending) throws IOException {
        Path file = Path.of("/proc/self/maps");
        return Files.isReadable(file)
                ? Files.readAllLines(file, StandardCharsets.UTF_8).stream()
                        .filter(line -> line.endsWith(ending))
                        .count()
                : -1;
    }

    /** The number in a file of lines {@code name: number ...}; -1 when there is none. */
    private static long field(Path file, String name) throws IOException {
        if (!Files.isReadable(file)) {
            return -1;
        }
        for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
            if (line.startsWith(name + ":")) {
                return Long.parseLong(line.replaceAll("[^0-9]", ""));
            }
        }
        return -1;
    }
}
