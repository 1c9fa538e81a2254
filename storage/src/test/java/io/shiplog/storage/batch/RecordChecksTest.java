// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.zip.GZIPOutputStream;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What is looked at within batches where the topic asks for it. */
class RecordChecksTest {
    private static final long NOW = 5_000;
    private static final BatchLimits COMPACTED =
            new BatchLimits(1 << 20, TimestampType.CREATE_TIME, Long.MAX_VALUE, 3600_000, true, false);
    private static final BatchLimits STRICT =
            new BatchLimits(1 << 20, TimestampType.CREATE_TIME, Long.MAX_VALUE, 3600_000, false, true);
    private static final BatchLimits PLAIN =
            new BatchLimits(1 << 20, TimestampType.CREATE_TIME, Long.MAX_VALUE, 3600_000);

    private final BatchValidator validator = new BatchValidator();

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void aCompactedTopicNamesTheRecordsWithoutAKey(CompressionType codec) {
        ByteBuffer b = KeyedBatches.batch(codec, 1000, "a=1", "=2", "b", "=4");
        assertThat(validator.validateFromClient(b, COMPACTED, NOW)).isEqualTo(Errors.INVALID_RECORD);
        assertThat(validator.recordErrors()).extracting(RecordError::batchIndex).containsExactly(1, 3);
        assertThat(validator.problem()).contains("key");
        assertThat(validator.validateFromClient(b, PLAIN, NOW)).isEqualTo(Errors.NONE);
        assertThat(validator.recordErrors()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(CompressionType.class)
    void batchesOfEveryCodecPassWhenTheyAreInOrder(CompressionType codec) {
        ByteBuffer b = KeyedBatches.batch(codec, 1000, "a=1", "b=" + "y".repeat(50_000), "c");
        ByteBuffer before =
                ByteBuffer.allocate(b.remaining()).put(b.duplicate()).flip();
        assertThat(validator.validateFromClient(b, COMPACTED, NOW)).isEqualTo(Errors.NONE);
        assertThat(validator.validateFromClient(TestBatches.direct(b), STRICT, NOW))
                .isEqualTo(Errors.NONE);
        assertThat(b).isEqualTo(before);
    }

    @Test
    void strictModeChecksTheTimestampsWithinCompressedBatches() {
        ByteBuffer b = KeyedBatches.batch(CompressionType.ZSTD, NOW + 3600_000, "a=1", "b=2");
        RecordBatchHeader.setMaxTimestamp(b, 0, NOW);
        seal(b);
        assertThat(validator.validateFromClient(b, PLAIN, NOW)).isEqualTo(Errors.NONE);
        assertThat(validator.validateFromClient(b, STRICT, NOW)).isEqualTo(Errors.INVALID_TIMESTAMP);
        assertThat(validator.recordErrors()).extracting(RecordError::batchIndex).containsExactly(1);
    }

    @Test
    void strictModeCorrectsTheLargestTimestampOfACompressedBatch() {
        ByteBuffer b = KeyedBatches.batch(CompressionType.LZ4, 1000, "a=1", "b=2");
        RecordBatchHeader.setMaxTimestamp(b, 0, 77);
        seal(b);
        assertThat(validator.validateFromClient(b, STRICT, NOW)).isEqualTo(Errors.NONE);
        assertThat(RecordBatchHeader.maxTimestamp(b, 0)).isEqualTo(1001);
        assertThat(new BatchCrc().matches(b, 0, b.limit())).isTrue();
    }

    @Test
    void strictModeCountsTheRecordsOfACompressedBatch() {
        ByteBuffer b = KeyedBatches.batch(CompressionType.GZIP, 1000, "a=1", "b=2");
        declare(b, 3);
        assertThat(validator.validateFromClient(b, PLAIN, NOW)).isEqualTo(Errors.NONE);
        assertThat(validator.validateFromClient(b, STRICT, NOW)).isEqualTo(Errors.INVALID_RECORD);
        declare(b, 1);
        assertThat(validator.validateFromClient(b, STRICT, NOW)).isEqualTo(Errors.INVALID_RECORD);
    }

    @Test
    void logAppendTimeIsWrittenIntoTheHeaderOfACompressedBatch() {
        BatchLimits limits = new BatchLimits(1 << 20, TimestampType.LOG_APPEND_TIME, 0, 0, true, true);
        ByteBuffer b = KeyedBatches.batch(CompressionType.SNAPPY, 1000, "a=1");
        assertThat(validator.validateFromClient(b, limits, NOW)).isEqualTo(Errors.NONE);
        assertThat(RecordBatchHeader.maxTimestamp(b, 0)).isEqualTo(NOW);
        assertThat(KeyedBatches.read(b)).containsExactly("0:a=1");
    }

    @Test
    void aDeleteHorizonIsNotForClients() {
        ByteBuffer b = KeyedBatches.batch("a=1");
        RecordBatchHeader.setAttributes(b, 0, RecordBatchHeader.DELETE_HORIZON_BIT);
        seal(b);
        assertThat(validator.validateFromClient(b, PLAIN, NOW)).isEqualTo(Errors.INVALID_RECORD);
    }

    @ParameterizedTest
    @EnumSource(
            value = CompressionType.class,
            names = {"NONE"},
            mode = EnumSource.Mode.EXCLUDE)
    void garbageInsteadOfCompressedRecordsIsRefused(CompressionType codec) {
        ByteBuffer b = ByteBuffer.allocate(300);
        ByteBuffer head = KeyedBatches.batch(codec, 1000, "a=1");
        for (int i = 0; i < RecordBatchHeader.SIZE; i++) b.put(i, head.get(i));
        for (int i = RecordBatchHeader.SIZE; i < 300; i++) b.put(i, (byte) (i * 37));
        RecordBatchHeader.setBatchLength(b, 0, 300 - RecordBatchHeader.LENGTH_OVERHEAD);
        seal(b);
        assertThat(validator.validateFromClient(b, COMPACTED, NOW)).isEqualTo(Errors.INVALID_RECORD);
    }

    /** A record that says it is longer than a gibibyte, and a gibibyte of nothing packed behind it. */
    @Test
    void aBatchThatUnpacksToAThousandTimesItsSizeIsRefusedBeforeItHasTakenTheMemory() throws IOException {
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            gzip.write(new byte[] {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, 0x08});
            byte[] nothing = new byte[1 << 20];
            for (int i = 0; i < 160; i++) gzip.write(nothing);
        }
        ByteBuffer b = wrapped(CompressionType.GZIP, packed.toByteArray());
        assertThat(b.remaining()).isLessThan(1 << 20);
        assertThat(validator.validateFromClient(b, COMPACTED, NOW)).isEqualTo(Errors.INVALID_RECORD);
        assertThat(validator.problem()).contains("more bytes than are allowed");
    }

    /** Many small records: no single one is too large, all of them are. */
    @Test
    void theSumOfTheRecordsIsBoundedToo() throws IOException {
        ByteArrayOutputStream one = new ByteArrayOutputStream();
        one.write(new byte[] {(byte) 0x80, (byte) 0x80, (byte) 0x80, 0x01});
        one.write(new byte[1 << 20]);
        ByteArrayOutputStream packed = new ByteArrayOutputStream();
        try (GZIPOutputStream gzip = new GZIPOutputStream(packed)) {
            for (int i = 0; i < 40; i++) gzip.write(one.toByteArray());
        }
        RecordStream records = new RecordStream();
        ByteBuffer b = wrapped(CompressionType.GZIP, packed.toByteArray());
        records.open(b, 0, b.limit(), 10 << 20);
        int seen = 0;
        while (records.next()) seen++;
        assertThat(seen).isLessThan(10);
        assertThat(records.problem()).isNotNull();
        records.close();
    }

    @Test
    void snappyChunksThatDeclareMoreThanTheyCanHoldAreRefused() {
        ByteBuffer chunk = ByteBuffer.allocate(40);
        chunk.putLong(0x82534E4150505900L).putInt(1).putInt(1).putInt(20);
        chunk.put(new byte[] {(byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff, 0x07});
        ByteBuffer b = wrapped(CompressionType.SNAPPY, chunk.array());
        assertThat(validator.validateFromClient(b, COMPACTED, NOW)).isEqualTo(Errors.INVALID_RECORD);
        assertThat(validator.problem()).contains("declare more");
        chunk.putInt(16, Integer.MAX_VALUE);
        b = wrapped(CompressionType.SNAPPY, chunk.array());
        assertThat(validator.validateFromClient(b, COMPACTED, NOW)).isEqualTo(Errors.INVALID_RECORD);
        assertThat(validator.problem()).contains("declare more");
    }

    private static ByteBuffer wrapped(CompressionType codec, byte[] payload) {
        ByteBuffer head = KeyedBatches.batch(codec, 1000, "a=1");
        ByteBuffer b = ByteBuffer.allocate(RecordBatchHeader.SIZE + payload.length);
        for (int i = 0; i < RecordBatchHeader.SIZE; i++) b.put(head.get(i));
        b.put(payload).flip();
        RecordBatchHeader.setBatchLength(b, 0, b.limit() - RecordBatchHeader.LENGTH_OVERHEAD);
        seal(b);
        return b;
    }

    private static void declare(ByteBuffer b, int records) {
        RecordBatchHeader.setRecordCount(b, 0, records);
        b.putInt(23, records - 1);
        seal(b);
    }

    private static void seal(ByteBuffer b) {
        RecordBatchHeader.setCrc(b, 0, new BatchCrc().of(b, RecordBatchHeader.CRC_COVERS_FROM, b.limit()));
    }
}
