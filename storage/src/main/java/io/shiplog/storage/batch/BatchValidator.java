// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;

/**
 * Judges batches that arrive, before anything is changed. A refusal is a value: the Kafka error, with the reason in
 * {@link #problem()}. Follows Kafka's {@code ProduceRequest.validateRecords} and {@code LogValidator}, but decompresses
 * only where the topic asks for it ({@link RecordChecks}): otherwise of a compressed batch the header is checked, of an
 * uncompressed one every record, and nothing is allocated. One instance per thread.
 */
public final class BatchValidator {
    private static final int HIGHEST_CODEC = 4;

    /** No honest producer comes near: bounds the offsets that one compressed batch can claim. */
    private static final int MAX_RECORDS_PER_BATCH = 1 << 24;

    private final BatchCrc crc = new BatchCrc();
    private final RecordWalker walker = new RecordWalker();
    private final RecordChecks checks = new RecordChecks();
    private String problem = "";
    private List<RecordError> recordErrors = List.of();

    /** Why the last batch was refused; for the client's error message and the log. */
    public String problem() {
        return problem;
    }

    /** Which records of the last batch were refused, if that is why it was; otherwise empty. */
    public List<RecordError> recordErrors() {
        return recordErrors;
    }

    /** Judges what a client wants to have written: one batch of magic 2 from position to limit of the buffer. */
    public Errors validateFromClient(ByteBuffer batches, BatchLimits limits, long wallClockMs) {
        return validateFromClient(batches, limits, wallClockMs, false);
    }

    /** The same for a batch that may be part of a transaction, if {@code inTransaction}. */
    public Errors validateFromClient(ByteBuffer batches, BatchLimits limits, long wallClockMs, boolean inTransaction) {
        int at = batches.position();
        recordErrors = List.of();
        Errors error = validateStructure(batches, at, batches.limit());
        if (error != Errors.NONE) return error;
        long size = RecordBatchHeader.sizeInBytes(batches, at);
        if (size != batches.remaining()) {
            return refuse(Errors.INVALID_RECORD, "a produce request must have exactly one record batch per partition");
        }
        if (size > limits.maxMessageBytes()) {
            return refuse(Errors.MESSAGE_TOO_LARGE, "the batch is larger than max.message.bytes");
        }
        if (RecordBatchHeader.baseOffset(batches, at) != 0) {
            return refuse(Errors.INVALID_RECORD, "the base offset of a batch to be appended must be 0");
        }
        if (!crc.matches(batches, at, (int) size)) {
            return refuse(Errors.CORRUPT_MESSAGE, "the CRC does not match the batch");
        }
        error = validateClientHeader(batches, at, inTransaction);
        if (error != Errors.NONE) return error;
        error = validateRecords(batches, at, (int) size);
        if (error != Errors.NONE) return error;
        boolean everyRecord = limits.keysRequired() || limits.everyRecord();
        if (everyRecord) error = checkEveryRecord(batches, at, (int) size, limits, wallClockMs);
        if (error != Errors.NONE) return error;
        return settleTimestamps(batches, at, (int) size, limits, wallClockMs);
    }

    /**
     * Judges the batch at {@code at} that a leader or an inner component wrote: sizes, magic, counts, CRC. Compaction may have
     * taken some or all of its records.
     *
     * @param limit where the bytes end; a batch that goes beyond is refused
     */
    public Errors validateTrusted(ByteBuffer batches, int at, int limit) {
        Errors error = validateStructure(batches, at, limit);
        if (error != Errors.NONE) return error;
        error = validateTrustedCounts(batches, at);
        if (error != Errors.NONE) return error;
        if (!crc.matches(batches, at, (int) RecordBatchHeader.sizeInBytes(batches, at))) {
            return refuse(Errors.CORRUPT_MESSAGE, "the CRC does not match the batch");
        }
        return Errors.NONE;
    }

    private Errors checkEveryRecord(ByteBuffer b, int at, int size, BatchLimits limits, long wallClockMs) {
        Errors error = checks.check(b, at, size, limits, wallClockMs);
        if (error == Errors.NONE) return error;
        recordErrors = checks.errors();
        return refuse(error, checks.problem());
    }

    private Errors validateStructure(ByteBuffer b, int at, int limit) {
        if (limit - at < RecordBatchHeader.SIZE) {
            return refuse(Errors.CORRUPT_MESSAGE, "fewer bytes than the header of a batch");
        }
        if (RecordBatchHeader.magic(b, at) != 2) {
            return refuse(Errors.INVALID_RECORD, "only record batches of magic 2 are stored");
        }
        long size = RecordBatchHeader.sizeInBytes(b, at);
        if (size < RecordBatchHeader.SIZE || size > limit - at) {
            return refuse(Errors.CORRUPT_MESSAGE, "the length of the batch is not the number of its bytes");
        }
        return Errors.NONE;
    }

    private Errors validateTrustedCounts(ByteBuffer b, int at) {
        int count = RecordBatchHeader.recordCount(b, at);
        int lastDelta = RecordBatchHeader.lastOffsetDelta(b, at);
        if (lastDelta < 0 || lastDelta >= MAX_RECORDS_PER_BATCH || count < 0 || count > lastDelta + 1) {
            return refuse(Errors.INVALID_RECORD, "the number of records is out of range");
        }
        return validateCodec(b, at);
    }

    private Errors validateCounts(ByteBuffer b, int at) {
        int count = RecordBatchHeader.recordCount(b, at);
        if (count < 1 || count > MAX_RECORDS_PER_BATCH) {
            return refuse(Errors.INVALID_RECORD, "the number of records is out of range");
        }
        if (RecordBatchHeader.lastOffsetDelta(b, at) != count - 1) {
            return refuse(Errors.INVALID_RECORD, "the last offset delta is not the number of records less one");
        }
        return validateCodec(b, at);
    }

    private Errors validateCodec(ByteBuffer b, int at) {
        if ((RecordBatchHeader.attributes(b, at) & RecordBatchHeader.CODEC_MASK) > HIGHEST_CODEC) {
            return refuse(Errors.INVALID_RECORD, "unknown compression codec");
        }
        return Errors.NONE;
    }

    private Errors validateClientHeader(ByteBuffer b, int at, boolean inTransaction) {
        Errors error = validateCounts(b, at);
        if (error != Errors.NONE) return error;
        int attributes = RecordBatchHeader.attributes(b, at);
        if ((attributes & RecordBatchHeader.DELETE_HORIZON_BIT) != 0) {
            return refuse(Errors.INVALID_RECORD, "clients may not set a delete horizon");
        }
        if ((attributes & RecordBatchHeader.CONTROL_BIT) != 0) {
            return refuse(Errors.INVALID_RECORD, "clients may not write control records");
        }
        boolean transactional = (attributes & RecordBatchHeader.TRANSACTIONAL_BIT) != 0;
        if (transactional && !inTransaction) {
            return refuse(Errors.INVALID_TXN_STATE, "transactions are not served");
        }
        long producerId = RecordBatchHeader.producerId(b, at);
        if (transactional && producerId < 0) {
            return refuse(Errors.INVALID_RECORD, "a transaction without a producer id");
        }
        int sequence = RecordBatchHeader.baseSequence(b, at);
        if (producerId >= 0 && (sequence < 0 || RecordBatchHeader.producerEpoch(b, at) < 0)) {
            return refuse(Errors.INVALID_RECORD, "a producer id needs a producer epoch and a base sequence");
        }
        // without a producer id the sequence means nothing: KafkaJS leaves 0 there
        if (producerId < -1) return refuse(Errors.INVALID_RECORD, "negative producer id");
        return Errors.NONE;
    }

    private Errors validateRecords(ByteBuffer b, int at, int size) {
        if (RecordBatchHeader.isCompressed(b, at)) {
            return size == RecordBatchHeader.SIZE
                    ? refuse(Errors.INVALID_RECORD, "a compressed batch without bytes")
                    : Errors.NONE;
        }
        int count = RecordBatchHeader.recordCount(b, at);
        int bytes = size - RecordBatchHeader.SIZE;
        if (count > bytes / RecordWalker.MIN_RECORD_BYTES) {
            return refuse(Errors.INVALID_RECORD, "more records are declared than there are bytes for");
        }
        long baseTimestampMs = RecordBatchHeader.baseTimestamp(b, at);
        String found = walker.walk(b, at + RecordBatchHeader.SIZE, at + size, count, baseTimestampMs);
        return found == null ? Errors.NONE : refuse(Errors.INVALID_RECORD, found);
    }

    /** Checks the client's timestamps, or puts the time of the append in their place; renews the CRC if need be. */
    private Errors settleTimestamps(ByteBuffer b, int at, int size, BatchLimits limits, long wallClockMs) {
        int attributes = RecordBatchHeader.attributes(b, at);
        if (limits.timestampType() == TimestampType.LOG_APPEND_TIME) {
            RecordBatchHeader.setAttributes(b, at, attributes | RecordBatchHeader.LOG_APPEND_TIME_BIT);
            replaceMaxTimestamp(b, at, size, wallClockMs);
            return Errors.NONE;
        }
        if ((attributes & RecordBatchHeader.LOG_APPEND_TIME_BIT) != 0) {
            return refuse(Errors.INVALID_TIMESTAMP, "a producer may not set the timestamp type to LogAppendTime");
        }
        long maxMs = maxTimestampMs(b, at, limits);
        long baseMs = RecordBatchHeader.baseTimestamp(b, at);
        if (maxMs < -1 || baseMs < -1) return refuse(Errors.INVALID_TIMESTAMP, "negative timestamp");
        if (maxMs - wallClockMs > limits.timestampAfterMaxMs()) {
            return refuse(Errors.INVALID_TIMESTAMP, "a timestamp lies further ahead than is allowed");
        }
        if (baseMs >= 0 && wallClockMs - baseMs > limits.timestampBeforeMaxMs()) {
            return refuse(Errors.INVALID_TIMESTAMP, "a timestamp lies further back than is allowed");
        }
        if (maxMs != RecordBatchHeader.maxTimestamp(b, at)) replaceMaxTimestamp(b, at, size, maxMs);
        return Errors.NONE;
    }

    private long maxTimestampMs(ByteBuffer b, int at, BatchLimits limits) {
        if (!RecordBatchHeader.isCompressed(b, at)) return walker.maxTimestampMs();
        boolean everyRecord = limits.keysRequired() || limits.everyRecord();
        return everyRecord ? checks.maxTimestampMs() : RecordBatchHeader.maxTimestamp(b, at);
    }

    private void replaceMaxTimestamp(ByteBuffer b, int at, int size, long timestampMs) {
        RecordBatchHeader.setMaxTimestamp(b, at, timestampMs);
        RecordBatchHeader.setCrc(b, at, crc.of(b, at + RecordBatchHeader.CRC_COVERS_FROM, at + size));
    }

    private Errors refuse(Errors error, String reason) {
        problem = reason;
        return error;
    }
}
