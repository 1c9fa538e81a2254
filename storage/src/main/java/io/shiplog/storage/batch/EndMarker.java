// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.nio.ByteBuffer;

/**
 * Reads the one record of a control batch that ends a transaction. Control batches are never compressed.
 *
 * <pre>
 *   record: length varint | attributes int8 | timestamp delta varint | offset delta varint | key length varint | key
 *           | value length varint | value | ...
 *   key:    version int16 | type int16: 0 abort, 1 commit
 *   value:  version int16 | coordinator epoch int32
 * </pre>
 *
 * <p>Kafka: {@code ControlRecordType}, {@code EndTransactionMarker}. Reading allocates nothing. One thread.
 */
public final class EndMarker {
    /** Larger than any marker that Kafka writes. */
    static final int MAX_BATCH_BYTES = 512;

    private static final short ABORT = 0;
    private static final short COMMIT = 1;
    private static final int KEY_BYTES = 4;
    private static final int VALUE_BYTES = 6;

    private ByteBuffer buffer;
    private int next;
    private int end;
    private boolean sound;
    private boolean abort;
    private int coordinatorEpoch;

    /** Reads the batch at {@code at}; false when it does not hold the end of a transaction, or the buffer not all of it. */
    public boolean read(ByteBuffer b, int at) {
        long size = RecordBatchHeader.sizeInBytes(b, at);
        if (size > MAX_BATCH_BYTES || at + size > b.limit() || RecordBatchHeader.recordCount(b, at) != 1) return false;
        if (!RecordBatchHeader.isControl(b, at) || RecordBatchHeader.isCompressed(b, at)) return false;
        buffer = b;
        next = at + RecordBatchHeader.SIZE;
        end = at + (int) size;
        sound = true;
        boolean found = readRecord();
        buffer = null;
        return found;
    }

    /** Whether the transaction that the last batch ended was aborted; otherwise it was committed. */
    public boolean isAbort() {
        return abort;
    }

    /** Of the transaction coordinator that wrote the last batch. */
    public int coordinatorEpoch() {
        return coordinatorEpoch;
    }

    private boolean readRecord() {
        varint(); // length
        next++; // attributes
        varint(); // timestamp
        varint(); // offset
        long keyBytes = varint();
        if (!sound || keyBytes < KEY_BYTES || keyBytes > end - next) return false;
        short type = buffer.getShort(next + 2);
        next += (int) keyBytes;
        long valueBytes = varint();
        if (!sound || valueBytes < VALUE_BYTES || valueBytes > end - next) return false;
        coordinatorEpoch = buffer.getInt(next + 2);
        abort = type == ABORT;
        return type == ABORT || type == COMMIT;
    }

    private long varint() {
        long raw = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            if (next >= end) break;
            byte b = buffer.get(next++);
            raw |= (long) (b & 0x7f) << shift;
            if (b >= 0) return (raw >>> 1) ^ -(raw & 1);
        }
        sound = false;
        return 0;
    }
}
