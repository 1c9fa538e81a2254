// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.client;

import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Record batches as producers send them. The value of a record is a number, and as many more bytes as wanted. */
final class Batches {
    /** Offset of the CRC in a batch. */
    private static final int CRC_AT = 17;

    private Batches() {}

    /** @param producerId −1: not idempotent */
    static ByteBuffer of(
            long producerId, short epoch, int sequence, long firstValue, int records, int padding, long timestampMs) {
        SimpleRecord[] all = new SimpleRecord[records];
        for (int i = 0; i < records; i++) {
            byte[] value = new byte[Long.BYTES + padding];
            ByteBuffer.wrap(value).putLong(firstValue + i);
            all[i] = new SimpleRecord(timestampMs, null, value);
        }
        MemoryRecords built = producerId < 0
                ? MemoryRecords.withRecords(Compression.NONE, all)
                : MemoryRecords.withIdempotentRecords(Compression.NONE, producerId, epoch, sequence, all);
        ByteBuffer bytes = built.buffer();
        return ByteBuffer.allocate(bytes.remaining()).put(bytes.duplicate()).flip();
    }

    static int crcOf(ByteBuffer batch) {
        return batch.getInt(CRC_AT);
    }

    /** A copy that the receiver may write into. */
    static ByteBuffer copy(ByteBuffer batch) {
        return ByteBuffer.allocate(batch.remaining()).put(batch.duplicate()).flip();
    }
}
