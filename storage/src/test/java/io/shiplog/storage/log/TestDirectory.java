// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.TestBatches;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.index.IndexStore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** A data directory with a log or two, for tests: housekeeping happens when the test asks for it. */
final class TestDirectory implements AutoCloseable {
    static final Uuid TOPIC = Uuid.fromString("AAAAAAAAQAAAAAAAAAAAEQ");
    static final long FAR = Long.MAX_VALUE;

    final ManualClock clock = new ManualClock();
    final Path path;
    final LogFiles files;
    LogDirectoryConfig config = config(4096, 512);
    MemoryIndexStore memoryIndex;

    /** Makes the index store at each open; goes before {@link #memoryIndex}. */
    Supplier<IndexStore> indexStores;

    LogDirectory directory;
    RecoveryReport report;

    TestDirectory(Path path) {
        this(path, new DiskLogFiles());
    }

    TestDirectory(Path path, LogFiles files) {
        this.path = path;
        this.files = files;
    }

    static LogDirectoryConfig config(int segmentBytes, int indexIntervalBytes) {
        return config(segmentBytes, indexIntervalBytes, 1 << 20, 1, 2);
    }

    /** One recovery at a time, and no thread that flushes: whatever touches the disk does so when the test says. */
    static LogDirectoryConfig stepwise(int segmentBytes, int indexIntervalBytes, long indexCacheBytes) {
        return config(segmentBytes, indexIntervalBytes, indexCacheBytes, 0, 1);
    }

    private static LogDirectoryConfig config(
            int segmentBytes, int indexIntervalBytes, long indexCacheBytes, int flushThreads, int recoveryThreads) {
        LogSettings settings = LogSettings.fromTopicConfigs(
                Map.of(
                        "segment.bytes", "" + segmentBytes,
                        "index.interval.bytes", "" + indexIntervalBytes,
                        "retention.ms", "-1",
                        "message.timestamp.after.max.ms", "" + Long.MAX_VALUE,
                        "segment.ms", "" + Long.MAX_VALUE),
                LogSettings.defaults());
        return new LogDirectoryConfig(
                settings,
                flushThreads,
                recoveryThreads,
                3600_000,
                100,
                1 << 20,
                10_000,
                3600_000,
                indexCacheBytes,
                64L << 20,
                1_000);
    }

    TestDirectory open() {
        directory = null;
        Supplier<IndexStore> stores = indexStores != null ? indexStores : () -> memoryIndex;
        directory = indexStores == null && memoryIndex == null
                ? LogDirectory.open(path, config, clock, files)
                : LogDirectory.open(path, config, clock, files, (f, d) -> stores.get());
        report = directory.recover((done, total) -> {});
        return this;
    }

    PartitionLog create(int partition) {
        return directory.create(new TopicIdPartition(TOPIC, new TopicPartition("t", partition)), config.defaults());
    }

    PartitionLog log(int partition) {
        return directory.log(TOPIC, partition);
    }

    /** Flushes what is appended and writes marks and, where due, checkpoints. */
    void housekeeping(boolean force) throws IOException {
        for (PartitionLog log : directory.logs()) log.flush().flushNow();
        directory.checkpoint(force);
    }

    /** Waits until the background thread has done what it was asked for so far. */
    void awaitBackground() {
        CountDownLatch done = new CountDownLatch(1);
        directory.context().background().execute("waking the test", done::countDown);
        try {
            if (!done.await(30, TimeUnit.SECONDS))
                throw new AssertionError("the background thread does not come to an end");
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    Path partitionPath(int partition) {
        return path.resolve(TOPIC + "-" + partition);
    }

    /** Appends one batch per value as leader and returns the base offsets. */
    static List<Long> append(PartitionLog log, int epoch, String... values) {
        List<Long> offsets = new ArrayList<>();
        for (String value : values) {
            AppendOutcome outcome = log.appendAsLeader(TestBatches.batch(1000, value), epoch, 2000, true);
            if (outcome.error() != Errors.NONE) throw new AssertionError(outcome.error() + " " + outcome.message());
            offsets.add(outcome.baseOffset());
        }
        return offsets;
    }

    /** Appends batches with one record of so many bytes. */
    static void fill(PartitionLog log, int epoch, int batches, int valueBytes) {
        for (int i = 0; i < batches; i++) append(log, epoch, value(log.logEndOffset(), valueBytes));
    }

    static String value(long offset, int bytes) {
        String head = "v" + offset + "-";
        return head + "x".repeat(Math.max(0, bytes - head.length()));
    }

    /** All records from the offset to the end, "offset:value". */
    static List<String> readAll(PartitionLog log) {
        List<String> found = new ArrayList<>();
        for (long at = log.logStartOffset(); at < log.logEndOffset(); ) {
            LogSlice slice = log.read(at, 1 << 20, FAR, true);
            ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
            slice.copyTo(bytes);
            found.addAll(TestBatches.read(bytes.flip()));
            at = slice.nextOffset();
            slice.release();
        }
        return found;
    }

    static List<String> read(LogSlice slice) {
        ByteBuffer bytes = ByteBuffer.allocate(slice.sizeInBytes());
        slice.copyTo(bytes);
        return TestBatches.read(bytes.flip());
    }

    /** Stops without any order, as a killed process does, except that file handles are given back. */
    void kill() {
        close();
    }

    void closeCleanly(long epoch) {
        directory.closeCleanly(epoch);
    }

    TestDirectory reopen() {
        return open();
    }

    @Override
    public void close() {
        if (directory != null) directory.close();
    }
}
