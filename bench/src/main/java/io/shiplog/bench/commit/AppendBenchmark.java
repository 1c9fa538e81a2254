// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import io.shiplog.bench.Batches;
import io.shiplog.bench.KafkaLog;
import io.shiplog.bench.ScratchDirectory;
import io.shiplog.storage.log.AppendOutcome;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
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
 * C2: a leader's append of one batch, as it came from the network: checked (CRC, sizes, every record), offsets assigned, written to
 * the page cache. No flush: that one belongs to the disk. Beside it Kafka's log, which does the same, and what cannot be beaten: the same bytes
 * written to the end of a file that nobody checks. Each iteration has a partition, or a file, of its own, which it deletes, so that gigabytes do not pile up.
 *
 * <p>What is allocated is to be compared with {@code pwrite}, whose iterations have the same frame. With the usual interval the index of the
 * segment grows with the log, by an entry of 20 bytes for each batch of 32 KiB or more, twice that as its arrays are doubled:
 * {@code appendBatchUnindexed}, whose index has one entry, shows what is left.
 *
 * <p>Goals: no allocation per operation; of batches of 64 KiB at least 70 % as many as of {@code pwrite} alone.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 10, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 15, time = 200, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class AppendBenchmark {
    private static final Uuid TOPIC = new Uuid(1, 2);
    private static final Uuid UNINDEXED = new Uuid(1, 5);
    private static final LogSettings UNINDEXED_SETTINGS = LogSettings.fromTopicConfigs(
            Map.of("index.interval.bytes", "" + Integer.MAX_VALUE), LogSettings.defaults());
    private static final int EPOCH = 5;

    /** Records in the batch, and the size of each value. */
    @Param({"1x100", "16x1024", "64x1012"})
    String batch;

    private ScratchDirectory scratch;
    private PartitionLog log;
    private PartitionLog unindexed;
    private KafkaLog kafka;
    private ByteBuffer bytes;
    private FileChannel file;
    private Path path;
    private long end;
    private int partition;

    @Setup(Level.Trial)
    public void open() throws IOException {
        scratch = new ScratchDirectory();
        kafka = new KafkaLog(Map.of());
        int times = batch.indexOf('x');
        bytes = Batches.of(Integer.parseInt(batch.substring(0, times)), Integer.parseInt(batch.substring(times + 1)));
    }

    /** The first batch of a leader epoch is not measured: Kafka's log writes and syncs a file for it. */
    @Setup(Level.Iteration)
    public void create() throws IOException {
        log = create(TOPIC, LogSettings.defaults());
        unindexed = create(UNINDEXED, UNINDEXED_SETTINGS);
        path = Files.createTempFile("shiplog-bench", ".raw");
        file = FileChannel.open(path, StandardOpenOption.WRITE);
        end = 0;
        appendBatch();
        appendBatchUnindexed();
        appendBatchKafka();
    }

    private PartitionLog create(Uuid topic, LogSettings settings) {
        PartitionLog created = scratch.directory().create(new TopicIdPartition(topic, partition, "bench"), settings);
        created.assignEpochStart(EPOCH, 0);
        return created;
    }

    @Benchmark
    public long appendBatch() {
        return append(log);
    }

    @Benchmark
    public long appendBatchKafka() throws IOException {
        bytes.rewind().putLong(0, 0);
        return kafka.log()
                .appendAsLeader(MemoryRecords.readableRecords(bytes), EPOCH)
                .lastOffset();
    }

    @Benchmark
    public long appendBatchUnindexed() {
        return append(unindexed);
    }

    private long append(PartitionLog target) {
        bytes.rewind().putLong(0, 0); // as a client sends it: offsets from 0
        AppendOutcome outcome = target.appendAsLeader(bytes, EPOCH, System.currentTimeMillis(), true);
        if (outcome.error() != Errors.NONE) {
            throw new IllegalStateException(outcome.error() + ": " + outcome.message());
        }
        return outcome.lastOffset();
    }

    @Benchmark
    public long pwrite() throws IOException {
        bytes.rewind();
        while (bytes.hasRemaining()) {
            end += file.write(bytes, end);
        }
        return end;
    }

    @TearDown(Level.Iteration)
    public void delete() throws IOException {
        file.close();
        kafka.clear();
        Files.delete(path);
        scratch.directory().delete(TOPIC, partition);
        scratch.directory().delete(UNINDEXED, partition++);
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        kafka.close();
        scratch.close();
    }
}
