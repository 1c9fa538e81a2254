// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.DefaultRecordBatch;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.junit.jupiter.api.Test;

/** Each guard alone: every other property of the batch is in order, CRC included. */
class BatchValidatorTest {
    private static final long NOW_MS = 1_000_000;
    private static final BatchLimits LIMITS =
            new BatchLimits(10_000, TimestampType.CREATE_TIME, Long.MAX_VALUE, 3600_000);

    private final BatchValidator validator = new BatchValidator();

    private Errors judge(ByteBuffer batch) {
        return validator.validateFromClient(batch, LIMITS, NOW_MS);
    }

    private static ByteBuffer good() {
        return TestBatches.batch(NOW_MS, "a", "b", "c");
    }

    /** Makes the CRC right again after a change. */
    private static ByteBuffer sealed(ByteBuffer b) {
        RecordBatchHeader.setCrc(b, 0, new BatchCrc().of(b, RecordBatchHeader.CRC_COVERS_FROM, b.limit()));
        return b;
    }

    private void refuses(ByteBuffer batch, Errors error, String reason) {
        ByteBuffer before =
                ByteBuffer.allocate(batch.limit()).put(batch.duplicate()).flip();
        assertThat(judge(batch)).isEqualTo(error);
        assertThat(validator.problem()).contains(reason);
        assertThat(batch).isEqualTo(before);
    }

    @Test
    void whatKafkaClientsBuildIsAccepted() {
        assertThat(judge(good())).isEqualTo(Errors.NONE);
        assertThat(judge(TestBatches.compressed(NOW_MS, "a", "b"))).isEqualTo(Errors.NONE);
        assertThat(judge(TestBatches.idempotent(7, 0, 0, "a", "b"))).isEqualTo(Errors.NONE);
        assertThat(judge(TestBatches.direct(good()))).isEqualTo(Errors.NONE);
        SimpleRecord tombstone =
                new SimpleRecord(NOW_MS, "key".getBytes(java.nio.charset.StandardCharsets.UTF_8), null);
        SimpleRecord empty = new SimpleRecord(NOW_MS, (byte[]) null, null);
        ByteBuffer batch =
                MemoryRecords.withRecords(Compression.NONE, tombstone, empty).buffer();
        assertThat(judge(batch)).isEqualTo(Errors.NONE);
    }

    /** As KafkaJS writes it: epoch and sequence 0 without a producer id. */
    @Test
    void epochAndSequenceMeanNothingWithoutAProducerId() {
        assertThat(judge(sealed(good().putShort(51, (short) 0).putInt(53, 0)))).isEqualTo(Errors.NONE);
    }

    @Test
    void fewerBytesThanAHeader() {
        for (int size = 0; size < RecordBatchHeader.SIZE; size++) {
            refuses(good().limit(size), Errors.CORRUPT_MESSAGE, "fewer bytes");
        }
    }

    @Test
    void otherMagic() {
        for (byte magic : new byte[] {-1, 0, 1, 3}) {
            refuses(good().put(16, magic), Errors.INVALID_RECORD, "magic 2");
        }
    }

    @Test
    void lengthThatIsNotTheBytes() {
        for (int length : new int[] {-1, 0, 48, Integer.MAX_VALUE, Integer.MIN_VALUE, good().limit() - 11}) {
            refuses(good().putInt(8, length), Errors.CORRUPT_MESSAGE, "length");
        }
    }

    @Test
    void moreThanOneBatch() {
        refuses(TestBatches.concat(good(), good()), Errors.INVALID_RECORD, "exactly one");
    }

    @Test
    void largerThanAllowed() {
        refuses(TestBatches.ofSize(NOW_MS, 10_000), Errors.MESSAGE_TOO_LARGE, "max.message.bytes");
    }

    @Test
    void baseOffsetOtherThanZero() {
        refuses(good().putLong(0, 5), Errors.INVALID_RECORD, "base offset");
    }

    @Test
    void anyFlippedBitBehindTheHeaderThatIsNotCovered() {
        for (int i = RecordBatchHeader.CRC_COVERS_FROM; i < good().limit(); i++) {
            ByteBuffer batch = good();
            batch.put(i, (byte) (batch.get(i) ^ 4));
            refuses(batch, Errors.CORRUPT_MESSAGE, "CRC");
        }
    }

    @Test
    void countThatLies() {
        for (int count : new int[] {0, -1, 2, 4, Integer.MAX_VALUE}) {
            refuses(sealed(good().putInt(57, count)), Errors.INVALID_RECORD, "");
        }
        ByteBuffer more = good().putInt(57, 1000).putInt(23, 999);
        refuses(sealed(more), Errors.INVALID_RECORD, "more records are declared");
        ByteBuffer fewer = good().putInt(57, 2).putInt(23, 1);
        refuses(sealed(fewer), Errors.INVALID_RECORD, "bytes are left");
    }

    @Test
    void lastOffsetDeltaThatLies() {
        refuses(sealed(good().putInt(23, 5)), Errors.INVALID_RECORD, "last offset delta");
        ByteBuffer compressed = TestBatches.compressed(NOW_MS, "a", "b").putInt(23, 5);
        refuses(sealed(compressed), Errors.INVALID_RECORD, "last offset delta");
    }

    @Test
    void unknownCodec() {
        refuses(sealed(good().putShort(21, (short) 5)), Errors.INVALID_RECORD, "codec");
    }

    @Test
    void controlBatch() {
        refuses(sealed(good().putShort(21, (short) 0x20)), Errors.INVALID_RECORD, "control");
    }

    @Test
    void transactionalBatch() {
        refuses(sealed(good().putShort(21, (short) 0x10)), Errors.INVALID_TXN_STATE, "transactions");
    }

    @Test
    void producerWithoutSequence() {
        refuses(sealed(good().putLong(43, 9)), Errors.INVALID_RECORD, "needs a producer epoch");
        refuses(sealed(good().putLong(43, -2)), Errors.INVALID_RECORD, "negative producer id");
        ByteBuffer noEpoch = TestBatches.idempotent(7, 0, 0, "a").putShort(51, (short) -1);
        refuses(sealed(noEpoch), Errors.INVALID_RECORD, "needs a producer epoch");
    }

    @Test
    void recordOffsetsThatAreNotConsecutive() {
        ByteBuffer batch = good();
        // length 1 | attributes 1 | timestamp delta 1 | offset delta 1: that of the first record is at 61 + 3
        batch.put(RecordBatchHeader.SIZE + 3, (byte) 2);
        refuses(sealed(batch), Errors.INVALID_RECORD, "consecutive");
    }

    @Test
    void recordThatDoesNotFit() {
        ByteBuffer tooLong = good().put(RecordBatchHeader.SIZE, (byte) 126);
        refuses(sealed(tooLong), Errors.INVALID_RECORD, "");
        ByteBuffer negative = good().put(RecordBatchHeader.SIZE, (byte) 1);
        refuses(sealed(negative), Errors.INVALID_RECORD, "does not fit");
        ByteBuffer keyTooLong = good().put(RecordBatchHeader.SIZE + 4, (byte) 100);
        refuses(sealed(keyTooLong), Errors.INVALID_RECORD, "fields");
        ByteBuffer headers = good().put(RecordBatchHeader.SIZE + 7, (byte) 2);
        refuses(sealed(headers), Errors.INVALID_RECORD, "fields");
        ByteBuffer negativeHeaders = good().put(RecordBatchHeader.SIZE + 7, (byte) 1);
        refuses(sealed(negativeHeaders), Errors.INVALID_RECORD, "headers");
    }

    @Test
    void compressedBatchWithoutBytes() {
        ByteBuffer batch = good().limit(RecordBatchHeader.SIZE);
        batch.putInt(8, RecordBatchHeader.SIZE - 12).putShort(21, (short) 1);
        refuses(sealed(batch), Errors.INVALID_RECORD, "without bytes");
    }

    @Test
    void timestampsOutOfBounds() {
        refuses(TestBatches.batch(NOW_MS + 3600_001, "a"), Errors.INVALID_TIMESTAMP, "ahead");
        assertThat(judge(TestBatches.batch(NOW_MS + 3600_000, "a"))).isEqualTo(Errors.NONE);
        refuses(sealed(good().putLong(27, -5)), Errors.INVALID_RECORD, "negative timestamp");
        ByteBuffer compressed = TestBatches.compressed(NOW_MS, "a").putLong(35, -2);
        refuses(sealed(compressed), Errors.INVALID_TIMESTAMP, "negative timestamp");
        BatchLimits strict = new BatchLimits(10_000, TimestampType.CREATE_TIME, 1000, 1000);
        assertThat(validator.validateFromClient(TestBatches.batch(NOW_MS - 1001, "a"), strict, NOW_MS))
                .isEqualTo(Errors.INVALID_TIMESTAMP);
    }

    @Test
    void logAppendTimeIsTheBrokersToSet() {
        refuses(sealed(good().putShort(21, (short) 8)), Errors.INVALID_TIMESTAMP, "LogAppendTime");
        BatchLimits appendTime = new BatchLimits(10_000, TimestampType.LOG_APPEND_TIME, 0, 0);
        ByteBuffer batch = good();
        assertThat(validator.validateFromClient(batch, appendTime, NOW_MS + 7)).isEqualTo(Errors.NONE);
        RecordBatch read =
                MemoryRecords.readableRecords(batch).batches().iterator().next();
        read.ensureValid();
        assertThat(read.timestampType()).isEqualTo(TimestampType.LOG_APPEND_TIME);
        assertThat(read.maxTimestamp()).isEqualTo(NOW_MS + 7);
    }

    @Test
    void wrongMaxTimestampIsMendedFromTheRecords() {
        ByteBuffer batch = sealed(good().putLong(35, 5));
        assertThat(judge(batch)).isEqualTo(Errors.NONE);
        RecordBatch read =
                MemoryRecords.readableRecords(batch).batches().iterator().next();
        read.ensureValid();
        assertThat(read.maxTimestamp()).isEqualTo(NOW_MS + 2);
    }

    @Test
    void randomBytesNeverThrowAndNeverPass() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] bytes = new byte[61 + random.nextInt(200)];
            random.nextBytes(bytes);
            ByteBuffer b = ByteBuffer.wrap(bytes).putLong(0, 0).put(16, (byte) 2);
            b.putInt(8, bytes.length - 12);
            if (random.nextBoolean())
                b.putShort(21, (short) 0)
                        .putInt(23, 2)
                        .putInt(57, 3)
                        .putLong(43, -1)
                        .putInt(53, -1);
            assertThat(judge(sealed(b))).isNotEqualTo(Errors.NONE);
        }
    }

    @Test
    void whatIsAcceptedKafkaReadsAndWhatKafkaWroteMutatedNeverBreaksIt() {
        Random random = new Random(11);
        int accepted = 0;
        for (int i = 0; i < 20_000; i++) {
            ByteBuffer b = good();
            b.put(21 + random.nextInt(b.limit() - 21), (byte) random.nextInt(256));
            if (judge(sealed(b)) != Errors.NONE) continue;
            accepted++;
            DefaultRecordBatch batch = (DefaultRecordBatch)
                    MemoryRecords.readableRecords(b).batches().iterator().next();
            batch.ensureValid();
            if (batch.isCompressed()) continue;
            int records = 0;
            for (var record : batch) {
                assertThat(record.offset()).isEqualTo(records);
                records++;
            }
            assertThat(records).isEqualTo(3);
        }
        assertThat(accepted).isGreaterThan(100);
    }

    @Test
    void aGoodBatchCostsNoAllocation() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        ByteBuffer batch = TestBatches.direct(good());
        for (int i = 0; i < 20_000; i++) judge(batch);
        long before = threads.getCurrentThreadAllocatedBytes();
        for (int i = 0; i < 10_000; i++) judge(batch);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(10_000);
    }
}
