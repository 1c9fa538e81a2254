// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.producer.ProducerStates;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.ProducerAppendInfo;
import org.apache.kafka.storage.internals.log.ProducerStateManager;
import org.apache.kafka.storage.internals.log.ProducerStateManagerConfig;
import org.apache.kafka.storage.internals.log.UnifiedLog;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
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
 * C7: the next batch of one of many idempotent producers of a partition is judged and taken note of. Kafka's side in the steps of its log: what it
 * knows of the producer, the batch appended to that, and the result kept.
 *
 * <p>Goal: no allocation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 500, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class ProducerStateBenchmark {
    private static final int PRODUCER_ID_AT = 43;
    private static final int BASE_SEQUENCE_AT = 53;
    private static final int MAX_PRODUCERS = 1 << 20;
    private static final long EXPIRATION_MS = TimeUnit.DAYS.toMillis(1);
    private static final int MAX_TRANSACTION_MS = 900_000;
    private static final short TRANSACTION_VERSION = 0;

    @Param({"1", "1000", "100000"})
    int producers;

    private final ProducerStates states = new ProducerStates(EXPIRATION_MS, MAX_PRODUCERS);
    private final long timeMs = System.currentTimeMillis();
    private ByteBuffer bytes;
    private RecordBatch kafkaBatch;
    private ProducerStateManager kafka;
    private Path folder;
    private int[] sequences;
    private int[] kafkaSequences;
    private int next;
    private long offset;

    @Setup
    public void introduceAll() throws IOException {
        folder = Files.createTempDirectory("shiplog-bench-producers");
        kafka = new ProducerStateManager(
                new TopicPartition("bench", 0),
                folder.toFile(),
                MAX_TRANSACTION_MS,
                new ProducerStateManagerConfig((int) EXPIRATION_MS, false),
                Time.SYSTEM);
        bytes = ClientBatches.of("1x100", Compression.NONE, false, true);
        kafkaBatch = MemoryRecords.readableRecords(bytes).batches().iterator().next();
        sequences = new int[producers];
        kafkaSequences = new int[producers];
        for (int i = 0; i < producers; i++) {
            checkAndApply();
            checkAndApplyKafka();
        }
    }

    @Benchmark
    public long checkAndApply() {
        int producer = prepare(sequences);
        int sequence = RecordBatchHeader.baseSequence(bytes, 0);
        ProducerStates.Verdict verdict = states.check(
                producer,
                RecordBatchHeader.producerEpoch(bytes, 0),
                sequence,
                RecordBatchHeader.lastOffsetDelta(bytes, 0),
                timeMs,
                true);
        if (verdict != ProducerStates.Verdict.ACCEPTED) {
            throw new IllegalStateException("sequence " + sequence + " of producer " + producer + ": " + verdict);
        }
        states.apply(bytes, 0, timeMs, offset);
        return offset;
    }

    @Benchmark
    public long checkAndApplyKafka() {
        prepare(kafkaSequences);
        Map<Long, ProducerAppendInfo> updated = new HashMap<>();
        UnifiedLog.updateProducers(
                kafka, kafkaBatch, updated, Optional.empty(), AppendOrigin.CLIENT, TRANSACTION_VERSION);
        for (ProducerAppendInfo info : updated.values()) {
            kafka.update(info);
        }
        kafka.updateMapEndOffset(offset + 1);
        return offset;
    }

    /** The next batch of another producer; returns its id. */
    private int prepare(int[] used) {
        next = next + 1 == producers ? 0 : next + 1;
        offset++;
        RecordBatchHeader.setBaseOffset(bytes, 0, offset);
        bytes.putLong(PRODUCER_ID_AT, next).putInt(BASE_SEQUENCE_AT, used[next]);
        used[next] = (used[next] + 1) & Integer.MAX_VALUE;
        return next;
    }

    @TearDown
    public void close() {
        try {
            Files.delete(folder);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
