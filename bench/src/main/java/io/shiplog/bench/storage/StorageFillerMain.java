// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.storage;

import io.shiplog.bench.Batches;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.AppendOutcome;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.PartitionLog;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Fills a data directory: everything is flushed and marked, a few records behind that are not; then the process ends without any order.
 * Arguments: directory, partitions, bytes.
 */
public final class StorageFillerMain {
    static final Uuid TOPIC = new Uuid(7, 7);
    private static final int EPOCH = 1;
    private static final int FLUSH_THREADS = 8;
    private static final int BATCH_BYTES = 64 * 1024;
    private static final int ROUNDS_OF_MARKS = 3;
    private static final int TAIL_EVERY = 10;

    private StorageFillerMain() {}

    public static void main(String[] arguments) throws Exception {
        int partitions = Integer.parseInt(arguments[1]);
        long bytes = Long.parseLong(arguments[2]);
        LogDirectoryConfig otherwise = LogDirectoryConfig.defaultConfig();
        LogDirectoryConfig config = otherwise.withFlushThreads(FLUSH_THREADS);
        LogDirectory directory = LogDirectory.open(Path.of(arguments[0]), config, StorageClock.system());
        directory.recover((done, total) -> {});
        directory.stampAs("bench", 1);
        directory.markRunning(1);
        long startNs = System.nanoTime();
        List<PartitionLog> logs = new ArrayList<>(partitions);
        for (int i = 0; i < partitions; i++) {
            PartitionLog log = directory.create(new TopicIdPartition(TOPIC, i, "bench"), LogSettings.defaults());
            log.assignEpochStart(EPOCH, 0);
            logs.add(log);
        }
        double createdMs = (System.nanoTime() - startNs) / 1e6;
        System.out.println("create a partition|us||" + createdMs * 1_000 / partitions);
        fill(logs, bytes / partitions);
        flush(logs);
        System.out.println("fill and flush|s||" + (System.nanoTime() - startNs) / 1e9);
        TimeUnit.MILLISECONDS.sleep(ROUNDS_OF_MARKS * config.marksIntervalMs() + config.checkpointIntervalMs());
        ByteBuffer tail = Batches.of(1, 100);
        for (int i = 0; i < partitions; i += TAIL_EVERY) {
            append(logs.get(i), tail);
        }
        Runtime.getRuntime().halt(0);
    }

    private static void fill(List<PartitionLog> logs, long bytesEach) {
        ByteBuffer batch = bytesEach == 0 ? Batches.of(1, 100) : Batches.of(BATCH_BYTES / 1024, 1024);
        for (PartitionLog log : logs) {
            do {
                append(log, batch);
            } while (log.sizeBytes() < bytesEach);
        }
    }

    private static void append(PartitionLog log, ByteBuffer batch) {
        batch.rewind().putLong(0, 0);
        AppendOutcome outcome = log.appendAsLeader(batch, EPOCH, System.currentTimeMillis(), true);
        if (outcome.error() != Errors.NONE) {
            throw new IllegalStateException(outcome.error() + ": " + outcome.message());
        }
    }

    /** Some may be on the disk already: housekeeping asks for flushes too, and of a flush that finds nothing nobody hears. */
    private static void flush(List<PartitionLog> logs) throws InterruptedException {
        for (PartitionLog log : logs) {
            log.requestFlush();
        }
        for (PartitionLog log : logs) {
            while (log.flushedOffset() < log.logEndOffset()) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
        }
    }
}
