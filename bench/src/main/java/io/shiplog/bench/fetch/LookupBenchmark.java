// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.fetch;

import io.shiplog.bench.Batches;
import io.shiplog.bench.KafkaLog;
import io.shiplog.bench.ScratchDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.server.storage.log.FetchIsolation;
import org.apache.kafka.storage.internals.log.OffsetIndex;
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
 * F3: from an offset to the byte at which a search for it begins, in a log of one sealed and one active segment with so many index entries
 * each: as many as a segment of 1 GiB has, or an eighth of it. Offsets jump about, so that no reader's last position helps. Beside it whole
 * reads: at the tail, where neither index nor file is looked at, and at a random place, which ends with a walk over the file. Kafka's side is
 * a log of the same settings: its index alone, and its read.
 *
 * <p>Goals: active segment ≤ 150 ns, sealed segment whose index is in memory ≤ 2 us, no allocation (a read allocates its slice).
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 10, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class LookupBenchmark {
    private static final Uuid TOPIC = new Uuid(1, 4);
    private static final int EPOCH = 5;
    private static final int INDEX_INTERVAL_BYTES = 512;
    private static final int HOUSEKEEPING_MS = 20;
    private static final int READ_BYTES = 64 * 1024;
    /** Kafka takes no smaller ones. */
    private static final int LEAST_SEGMENT_BYTES = 1 << 20;

    @Param({"4096", "32768"})
    int entries;

    private ScratchDirectory scratch;
    private PartitionLog log;
    private KafkaLog kafka;
    private OffsetIndex kafkaIndex;
    private long sealedEnd;
    private long random = 88_172_645_463_325_252L;

    @Setup(Level.Trial)
    public void fill() throws IOException {
        Map<String, String> configs = Map.of(
                "segment.bytes", "" + Math.max(LEAST_SEGMENT_BYTES, entries * INDEX_INTERVAL_BYTES),
                "index.interval.bytes", "" + INDEX_INTERVAL_BYTES);
        LogSettings settings = LogSettings.fromTopicConfigs(configs, LogSettings.defaults());
        kafka = new KafkaLog(configs);
        LogDirectoryConfig usual = LogDirectoryConfig.defaultConfig();
        scratch = new ScratchDirectory(usual.withIntervals(HOUSEKEEPING_MS, HOUSEKEEPING_MS));
        log = scratch.directory().create(new TopicIdPartition(TOPIC, 0, "bench"), settings);
        log.assignEpochStart(EPOCH, 0);
        ByteBuffer batch = Batches.of(1, INDEX_INTERVAL_BYTES - 80);
        int perSegment = settings.segmentBytes() / batch.remaining();
        for (int i = 0; i < 2 * perSegment; i++) {
            kafka.log()
                    .appendAsLeader(MemoryRecords.readableRecords(batch.rewind().putLong(0, 0)), EPOCH);
            batch.rewind().putLong(0, 0);
            if (log.appendAsLeader(batch, EPOCH, System.currentTimeMillis(), true)
                            .error()
                    != Errors.NONE) {
                throw new IllegalStateException("refused");
            }
        }
        log.requestFlush();
        sealedEnd = perSegment;
        kafkaIndex = kafka.log().activeSegment().offsetIndex();
    }

    @Benchmark
    public int activeSegment() {
        return log.indexedPosition(sealedEnd + nextBelow(log.logEndOffset() - sealedEnd));
    }

    @Benchmark
    public int activeSegmentKafka() {
        return kafkaIndex
                .lookup(sealedEnd + nextBelow(log.logEndOffset() - sealedEnd))
                .position();
    }

    @Benchmark
    public int sealedSegment() {
        return log.indexedPosition(nextBelow(sealedEnd));
    }

    @Benchmark
    public long readTail() {
        return read(log.logEndOffset() - 1 - nextBelow(Math.min(200, log.logEndOffset())));
    }

    @Benchmark
    public long readAnywhere() {
        return read(nextBelow(log.logEndOffset()));
    }

    @Benchmark
    public int readTailKafka() throws IOException {
        return readKafka(log.logEndOffset() - 1 - nextBelow(Math.min(200, log.logEndOffset())));
    }

    @Benchmark
    public int readAnywhereKafka() throws IOException {
        return readKafka(nextBelow(log.logEndOffset()));
    }

    private int readKafka(long offset) throws IOException {
        return kafka.log()
                .read(offset, READ_BYTES, FetchIsolation.LOG_END, true)
                .records
                .sizeInBytes();
    }

    private long read(long offset) {
        LogSlice slice = log.read(offset, READ_BYTES, Long.MAX_VALUE, true);
        long next = slice.nextOffset();
        slice.release();
        return next;
    }

    /** Xorshift: of no interest but for its speed. */
    private long nextBelow(long bound) {
        random ^= random << 13;
        random ^= random >>> 7;
        random ^= random << 17;
        return (random >>> 1) % bound;
    }

    @TearDown(Level.Trial)
    public void close() throws IOException {
        kafka.close();
        scratch.close();
    }
}
