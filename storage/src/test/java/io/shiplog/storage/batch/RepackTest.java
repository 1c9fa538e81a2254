// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Batches that are compressed otherwise than they came. */
class RepackTest {
    private static final int ROOM = 1 << 20;
    private static final BatchLimits STRICT =
            new BatchLimits(ROOM, TimestampType.CREATE_TIME, Long.MAX_VALUE, 3600_000, false, true);

    private final BatchRewriter rewriter = new BatchRewriter();

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void everyCodecBecomesEveryOther(CompressionType from) {
        ByteBuffer batch = KeyedBatches.batch(from, 1000, "a=1", "b=" + "y".repeat(50_000), "c", "=4");
        RecordBatchHeader.setBaseOffset(batch, 0, 0);
        for (CompressionType to : CompressionType.values()) {
            ByteBuffer repacked = rewriter.repack(batch, 0, batch.limit(), kept(to), ROOM, ROOM);
            assertThat(new BatchValidator().validateFromClient(repacked.duplicate(), STRICT, 5_000))
                    .as(from + " to " + to)
                    .hasToString("NONE");
            var kafka =
                    MemoryRecords.readableRecords(repacked).batches().iterator().next();
            assertThat(kafka.compressionType()).isEqualTo(to);
            assertThat(records(repacked)).isEqualTo(records(batch));
        }
    }

    @Test
    void whoWroteItAndWhenStays() {
        ByteBuffer batch = KeyedBatches.batch(CompressionType.GZIP, 1000, "a=1", "b=2");
        ByteBuffer repacked = rewriter.repack(batch, 0, batch.limit(), kept(CompressionType.LZ4), ROOM, ROOM);
        for (int at = 0; at < RecordBatchHeader.SIZE; at++) {
            boolean changes = (at >= 8 && at < 12) || (at >= 17 && at < 23);
            if (!changes) {
                assertThat(repacked.get(at)).as("byte " + at).isEqualTo(batch.get(at));
            }
        }
    }

    @Test
    void batchThatWouldBeTooLargeIsNone() {
        ByteBuffer batch = KeyedBatches.batch(CompressionType.ZSTD, 1000, "a=" + "y".repeat(50_000));
        ByteBuffer plain = rewriter.repack(batch, 0, batch.limit(), kept(CompressionType.NONE), ROOM, ROOM);
        int size = plain.remaining();
        assertThat(rewriter.repack(batch, 0, batch.limit(), kept(CompressionType.NONE), ROOM, size))
                .isEqualTo(plain);
        for (CompressionType codec : CompressionType.values()) {
            assertThat(rewriter.repack(batch, 0, batch.limit(), kept(codec), ROOM, 70))
                    .as(codec.name)
                    .isNull();
        }
        assertThat(rewriter.repack(batch, 0, batch.limit(), kept(CompressionType.NONE), ROOM, size - 1))
                .isNull();
        assertThat(rewriter.repack(batch, 0, batch.limit(), kept(CompressionType.NONE), ROOM, 5))
                .isNull();
    }

    @Test
    void batchThatUnpacksToTooMuchIsRefused() {
        ByteBuffer batch = KeyedBatches.batch(CompressionType.ZSTD, 1000, "a=" + "y".repeat(50_000), "b=1");
        assertThatThrownBy(() -> rewriter.repack(batch, 0, batch.limit(), kept(CompressionType.GZIP), 40_000, ROOM))
                .isInstanceOf(KafkaException.class);
    }

    @Test
    void topicSaysCodecAndLevel() {
        StoredCompression otherwise = kept(CompressionType.LZ4);
        assertThat(StoredCompression.of(Map.of(), otherwise)).isEqualTo(otherwise);
        assertThat(StoredCompression.of(Map.of("compression.type", "producer"), otherwise))
                .isEqualTo(StoredCompression.PRODUCER);
        assertThat(StoredCompression.of(Map.of("compression.type", "zstd", "compression.zstd.level", "-5"), otherwise))
                .isEqualTo(new StoredCompression(CompressionType.ZSTD.id, -5));
        assertThat(StoredCompression.of(Map.of("compression.type", "uncompressed"), otherwise)
                        .changes(KeyedBatches.batch(CompressionType.NONE, 1, "a"), 0))
                .isFalse();
        assertThat(StoredCompression.PRODUCER.changes(KeyedBatches.batch(CompressionType.GZIP, 1, "a"), 0))
                .isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"brotli", "none", ""})
    void topicSaysNothingElse(String type) {
        assertThatThrownBy(() -> StoredCompression.of(Map.of("compression.type", type), StoredCompression.PRODUCER))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("compression.type");
        assertThatThrownBy(() -> StoredCompression.of(
                        Map.of("compression.type", "gzip", "compression.gzip.level", "0"), StoredCompression.PRODUCER))
                .hasMessageContaining("compression.gzip.level");
    }

    private static StoredCompression kept(CompressionType type) {
        String name = type == CompressionType.NONE ? "uncompressed" : type.name;
        return StoredCompression.of(Map.of("compression.type", name), StoredCompression.PRODUCER);
    }

    private static List<String> records(ByteBuffer batch) {
        List<String> records = new ArrayList<>();
        for (Record record : MemoryRecords.readableRecords(batch.duplicate()).records()) {
            records.add(record.offset() + " " + record.timestamp() + " " + record.keySize() + " "
                    + (record.hasValue() ? StandardCharsets.UTF_8.decode(record.value()) : null));
        }
        return records;
    }
}
