// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * What Kafka's ProduceRequest.validateRecords asks of a partition's records before they are looked at more closely: exactly
 * one batch of format 2, and no compression that the request's version does not know.
 *
 * <pre>
 * offset  8  int32  length of what follows
 *        16  int8   magic
 *        21  int16  attributes, the low three bits are the compression
 * </pre>
 */
final class ProducedBatch {
    private static final int LENGTH_AT = 8;
    private static final int MAGIC_AT = 16;
    private static final int ATTRIBUTES_AT = 21;
    private static final int LENGTH_ENDS_AT = 12;
    private static final int COMPRESSION_MASK = 7;
    private static final short FIRST_WITH_ZSTD = 7;

    private ProducedBatch() {}

    /**
     * What is wrong with the number or the format of the batches, null when nothing is. A batch that is cut off passes: the log's own
     * validation finds it corrupt.
     */
    static String shapeFault(ByteBuffer records) {
        if (records.remaining() <= ATTRIBUTES_AT + 1) {
            return "Produce requests must have exactly one record batch per partition.";
        }
        int start = records.position();
        if (records.get(start + MAGIC_AT) != RecordBatch.MAGIC_VALUE_V2) {
            return "Produce requests may only hold record batches with magic version 2.";
        }
        long end = (long) LENGTH_ENDS_AT + records.getInt(start + LENGTH_AT);
        if (end > 0 && end < records.remaining()) {
            return "Produce requests must have exactly one record batch per partition.";
        }
        return null;
    }

    /** Whether a client of this request version can have meant the compression: zstd came with version 7 (KIP-110). */
    static boolean compressionKnownTo(short version, ByteBuffer records) {
        int compression = records.getShort(records.position() + ATTRIBUTES_AT) & COMPRESSION_MASK;
        return version >= FIRST_WITH_ZSTD || compression != CompressionType.ZSTD.id;
    }
}
