// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import io.shiplog.storage.batch.BatchLimits;
import io.shiplog.storage.batch.BatchValidator;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;
import org.apache.kafka.common.utils.PrimitiveRef;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.storage.internals.log.AppendOrigin;
import org.apache.kafka.storage.internals.log.LogValidator;
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
 * C1, second half: a batch as a client sent it is judged: sizes, CRC, header, records. Kafka's side does what its log does before it writes: CRC,
 * then {@code LogValidator}, which gives offsets as well. Ours looks into a compressed batch only where the topic asks for it (compacted).
 *
 * <p>Goals: a batch of 16 KiB that is not compressed within 1 us, no allocation.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 4, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Measurement(iterations = 5, time = 400, timeUnit = TimeUnit.MILLISECONDS)
@Fork(1)
public class ValidationBenchmark {
    private static final int MAX_MESSAGE_BYTES = 16 << 20;
    private static final int LEADER_EPOCH = 5;

    /** Records in the batch, and the size of each value. */
    @Param({"1x100", "150x100", "16x1024"})
    String batch;

    @Param({"none", "lz4", "zstd"})
    String codec;

    /** {@code plain}, {@code idempotent}, or {@code compacted}: every record has a key, and must have one. */
    @Param({"plain", "compacted"})
    String kind;

    private final BatchValidator validator = new BatchValidator();
    private final NoMetrics noMetrics = new NoMetrics();
    private final BufferSupplier buffers = BufferSupplier.create();
    private final TopicPartition partition = new TopicPartition("bench", 0);
    private CompressionType type;
    private Compression compression;
    private BatchLimits limits;
    private ByteBuffer bytes;
    private boolean compacted;

    @Setup
    public void makeBatch() {
        compacted = kind.equals("compacted");
        type = CompressionType.forName(codec);
        compression = Compression.of(type).build();
        limits = new BatchLimits(
                MAX_MESSAGE_BYTES,
                TimestampType.CREATE_TIME,
                Long.MAX_VALUE,
                TimeUnit.HOURS.toMillis(1),
                compacted,
                false);
        bytes = ClientBatches.of(batch, compression, compacted, kind.equals("idempotent"));
    }

    @Benchmark
    public Errors validate() {
        bytes.rewind().putLong(0, 0);
        Errors error = validator.validateFromClient(bytes, limits, System.currentTimeMillis());
        if (error != Errors.NONE) {
            throw new IllegalStateException(error + ": " + validator.problem());
        }
        return error;
    }

    @Benchmark
    public long validateKafka() {
        MemoryRecords records = MemoryRecords.readableRecords(bytes.rewind().putLong(0, 0));
        for (MutableRecordBatch one : records.batches()) {
            one.ensureValid();
        }
        LogValidator kafkas = new LogValidator(
                records,
                partition,
                Time.SYSTEM,
                type,
                compression,
                compacted,
                RecordBatch.CURRENT_MAGIC_VALUE,
                TimestampType.CREATE_TIME,
                Long.MAX_VALUE,
                TimeUnit.HOURS.toMillis(1),
                LEADER_EPOCH,
                AppendOrigin.CLIENT);
        return kafkas.validateMessagesAndAssignOffsets(PrimitiveRef.ofLong(0), noMetrics, buffers)
                .maxTimestampMs();
    }

    @TearDown
    public void close() {
        buffers.close();
    }

    private static final class NoMetrics implements LogValidator.MetricsRecorder {
        @Override
        public void recordInvalidMagic() {}

        @Override
        public void recordInvalidOffset() {}

        @Override
        public void recordInvalidSequence() {}

        @Override
        public void recordInvalidChecksums() {}

        @Override
        public void recordNoKeyCompactedTopic() {}
    }
}
