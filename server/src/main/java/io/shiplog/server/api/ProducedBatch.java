// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * What Kafka's ProduceRequest.validateRecords asks of a partition's records before they are looked at more closely: exactly
 * one batch of format 2, and no compression that the request's version does not know. The order is that of its ByteBufferLogInputStream.
 *
 * <pre>
 * offset  8  int32  length of what follows
 *        16  int8   magic
 *        21  int16  attributes, the low three bits are the compression
 * </pre>
 */
final class ProducedBatch {
    private static final int LENGTH_AT = 8;
    private static final int LENGTH_ENDS_AT = 12;
    private static final int MAGIC_AT = 16;
    private static final int ATTRIBUTES_AT = 21;
    /** What the least batch of format 0 has behind its length. */
    private static final int LEAST_LENGTH = 14;

    private static final int COMPRESSION_MASK = 7;
    private static final short FIRST_WITH_ZSTD = 7;

    /** Why a partition's records are refused. */
    record Fault(Errors error, String message) {}

    private static final Fault NOT_ONE =
            new Fault(Errors.INVALID_RECORD, "Produce requests must have exactly one record batch per partition.");
    private static final Fault NOT_WHOLE = new Fault(Errors.INVALID_RECORD, "The record batch is cut off.");
    private static final Fault OLD_FORMAT =
            new Fault(Errors.INVALID_RECORD, "Produce requests may only hold record batches with magic version 2.");
    private static final Fault NO_FORMAT = new Fault(Errors.CORRUPT_MESSAGE, "There is no such magic version.");
    private static final Fault NO_LENGTH =
            new Fault(Errors.CORRUPT_MESSAGE, "The length of the record batch is less than that of its header.");
    /** zstd came with version 7 (KIP-110). */
    private static final Fault UNKNOWN_COMPRESSION =
            new Fault(Errors.UNSUPPORTED_COMPRESSION_TYPE, "Produce requests before version 7 may not hold zstd.");

    private ProducedBatch() {}

    /**
     * What is wrong with the number, the format or the compression of the batches, null when nothing is.
     *
     * @param version of the request
     */
    static Fault fault(short version, ByteBuffer records) {
        int start = records.position();
        int bytes = records.remaining();
        if (bytes < LENGTH_ENDS_AT) {
            return bytes == 0 ? NOT_ONE : NOT_WHOLE;
        }
        int length = records.getInt(start + LENGTH_AT);
        if (length < LEAST_LENGTH) {
            return NO_LENGTH;
        }
        if (bytes <= MAGIC_AT) {
            return NOT_WHOLE;
        }
        byte magic = records.get(start + MAGIC_AT);
        if (magic < RecordBatch.MAGIC_VALUE_V0 || magic > RecordBatch.CURRENT_MAGIC_VALUE) {
            return NO_FORMAT;
        }
        long end = (long) LENGTH_ENDS_AT + length;
        if (end > bytes) {
            return NOT_WHOLE;
        }
        if (magic != RecordBatch.MAGIC_VALUE_V2) {
            return OLD_FORMAT;
        }
        int compression = records.getShort(start + ATTRIBUTES_AT) & COMPRESSION_MASK;
        if (version < FIRST_WITH_ZSTD && compression == CompressionType.ZSTD.id) {
            return UNKNOWN_COMPRESSION;
        }
        return end < bytes ? NOT_ONE : null;
    }
}
