// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench;

import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.AppendOutcome;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.log.RecoveryListener;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A leader's append of one batch, as it came from the network: checked (CRC, sizes, every record), offsets assigned, written to
 * the page cache. No flush: that one belongs to the disk. Each iteration has a partition of its own, which it deletes, so
 * that gigabytes do not pile up.
 *
 * <p>Goal: no allocation per operation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 15, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class AppendBenchmark {
    private static final Uuid TOPIC = new Uuid(1, 2);
    private static final int EPOCH = 5;
    private static final int NODE = 1;
    private static final RecoveryListener NOBODY = (done, total) -> {};

    /** Records in the batch, and the size of each value. */
    @Param({"1x100", "16x1024"})
    String batch;

    private Path path;
    private LogDirectory directory;
    private PartitionLog log;
    private ByteBuffer bytes;
    private int partition;

    @Setup(Level.Trial)
    public void open() throws IOException {
        path = Files.createTempDirectory("shiplog-bench");
        directory = LogDirectory.open(path, LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directory.recover(NOBODY);
        directory.stampAs("bench", NODE);
        directory.markRunning(1);
        bytes = batchOf(batch);
    }

    @Setup(Level.Iteration)
    public void create() {
        log = directory.create(new TopicIdPartition(TOPIC, partition, "bench"), LogSettings.defaults());
        log.assignEpochStart(EPOCH, 0);
    }

    @Benchmark
    public long appendBatch() {
        bytes.rewind().putLong(0, 0); // as a client sends it: offsets from 0
        AppendOutcome outcome = log.appendAsLeader(bytes, EPOCH, System.currentTimeMillis(), true);
        if (outcome.error() != Errors.NONE) {
            throw new IllegalStateException(outcome.error() + ": " + outcome.message());
        }
        return outcome.lastOffset();
    }

    @TearDown(Level.Iteration)
    public void delete() {
        directory.delete(TOPIC, partition++);
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        directory.close();
        List<Path> all;
        try (Stream<Path> files = Files.walk(path)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }

    private static ByteBuffer batchOf(String shape) {
        int times = shape.indexOf('x');
        SimpleRecord[] records = new SimpleRecord[Integer.parseInt(shape.substring(0, times))];
        byte[] value = new byte[Integer.parseInt(shape.substring(times + 1))];
        for (int i = 0; i < records.length; i++) {
            records[i] = new SimpleRecord(System.currentTimeMillis(), value);
        }
        ByteBuffer heap = MemoryRecords.withRecords(Compression.NONE, records).buffer();
        return ByteBuffer.allocateDirect(heap.remaining()).put(heap).flip();
    }
}
