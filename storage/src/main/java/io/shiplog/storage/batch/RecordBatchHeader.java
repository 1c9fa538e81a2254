// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.nio.ByteBuffer;

/**
 * Static access to the header of a record batch of magic 2 that begins at index {@code at} of a big-endian buffer.
 * Nothing is checked here but the buffer's own bounds.
 *
 * <pre>
 *   0 base offset            int64   assigned by the leader, not covered by the CRC
 *   8 batch length           int32   bytes after this field, not covered
 *  12 partition leader epoch int32   assigned by the leader, not covered
 *  16 magic                  int8    2, not covered
 *  17 CRC-32C                uint32  of everything from the attributes to the end
 *  21 attributes             int16   bits 0-2 codec, 3 timestamp type, 4 transactional, 5 control, 6 delete horizon
 *  23 last offset delta      int32
 *  27 base timestamp         int64   with bit 6 of the attributes the delete horizon, which the records count from then, too
 *  35 max timestamp          int64
 *  43 producer id            int64   -1: none
 *  51 producer epoch         int16
 *  53 base sequence          int32
 *  57 record count           int32
 *  61 records
 * </pre>
 */
public final class RecordBatchHeader {
    /** Bytes of the header, and of the smallest batch. */
    public static final int SIZE = 61;

    /** Bytes before the ones that the length field counts. */
    public static final int LENGTH_OVERHEAD = 12;

    /** Index of the first byte that the CRC covers. */
    public static final int CRC_COVERS_FROM = 21;

    public static final int CODEC_MASK = 0x07;
    public static final int LOG_APPEND_TIME_BIT = 0x08;
    public static final int TRANSACTIONAL_BIT = 0x10;
    public static final int CONTROL_BIT = 0x20;
    public static final int DELETE_HORIZON_BIT = 0x40;

    /** Byte at which the leader epoch begins, an int32 that the CRC does not cover. */
    public static final int LEADER_EPOCH_AT = 12;

    private static final int LENGTH_AT = 8;
    private static final int MAGIC_AT = 16;
    private static final int CRC_AT = 17;
    private static final int ATTRIBUTES_AT = 21;
    private static final int LAST_OFFSET_DELTA_AT = 23;
    private static final int BASE_TIMESTAMP_AT = 27;
    private static final int MAX_TIMESTAMP_AT = 35;
    private static final int PRODUCER_ID_AT = 43;
    private static final int PRODUCER_EPOCH_AT = 51;
    private static final int BASE_SEQUENCE_AT = 53;
    private static final int RECORD_COUNT_AT = 57;

    private RecordBatchHeader() {}

    public static long baseOffset(ByteBuffer b, int at) {
        return b.getLong(at);
    }

    /** The declared length: bytes after the length field. */
    public static int batchLength(ByteBuffer b, int at) {
        return b.getInt(at + LENGTH_AT);
    }

    /** Bytes of the whole batch as declared; a long, since the declared length may be any number. */
    public static long sizeInBytes(ByteBuffer b, int at) {
        return (long) batchLength(b, at) + LENGTH_OVERHEAD;
    }

    public static int leaderEpoch(ByteBuffer b, int at) {
        return b.getInt(at + LEADER_EPOCH_AT);
    }

    public static byte magic(ByteBuffer b, int at) {
        return b.get(at + MAGIC_AT);
    }

    public static int crc(ByteBuffer b, int at) {
        return b.getInt(at + CRC_AT);
    }

    public static short attributes(ByteBuffer b, int at) {
        return b.getShort(at + ATTRIBUTES_AT);
    }

    public static boolean isCompressed(ByteBuffer b, int at) {
        return (attributes(b, at) & CODEC_MASK) != 0;
    }

    public static boolean isTransactional(ByteBuffer b, int at) {
        return (attributes(b, at) & TRANSACTIONAL_BIT) != 0;
    }

    /** Whether the batch holds the marker that ends a transaction, not data. */
    public static boolean isControl(ByteBuffer b, int at) {
        return (attributes(b, at) & CONTROL_BIT) != 0;
    }

    /** From when on compaction may remove the batch's tombstones or its marker; -1 as long as that is not settled. */
    public static long deleteHorizonMs(ByteBuffer b, int at) {
        return (attributes(b, at) & DELETE_HORIZON_BIT) != 0 ? baseTimestamp(b, at) : -1;
    }

    public static int lastOffsetDelta(ByteBuffer b, int at) {
        return b.getInt(at + LAST_OFFSET_DELTA_AT);
    }

    public static long lastOffset(ByteBuffer b, int at) {
        return baseOffset(b, at) + lastOffsetDelta(b, at);
    }

    public static long baseTimestamp(ByteBuffer b, int at) {
        return b.getLong(at + BASE_TIMESTAMP_AT);
    }

    public static long maxTimestamp(ByteBuffer b, int at) {
        return b.getLong(at + MAX_TIMESTAMP_AT);
    }

    public static long producerId(ByteBuffer b, int at) {
        return b.getLong(at + PRODUCER_ID_AT);
    }

    public static short producerEpoch(ByteBuffer b, int at) {
        return b.getShort(at + PRODUCER_EPOCH_AT);
    }

    public static int baseSequence(ByteBuffer b, int at) {
        return b.getInt(at + BASE_SEQUENCE_AT);
    }

    public static int recordCount(ByteBuffer b, int at) {
        return b.getInt(at + RECORD_COUNT_AT);
    }

    public static void setBaseOffset(ByteBuffer b, int at, long offset) {
        b.putLong(at, offset);
    }

    public static void setLeaderEpoch(ByteBuffer b, int at, int epoch) {
        b.putInt(at + LEADER_EPOCH_AT, epoch);
    }

    static void setBatchLength(ByteBuffer b, int at, int length) {
        b.putInt(at + LENGTH_AT, length);
    }

    static void setBaseTimestamp(ByteBuffer b, int at, long timestampMs) {
        b.putLong(at + BASE_TIMESTAMP_AT, timestampMs);
    }

    static void setRecordCount(ByteBuffer b, int at, int count) {
        b.putInt(at + RECORD_COUNT_AT, count);
    }

    static void setMaxTimestamp(ByteBuffer b, int at, long timestampMs) {
        b.putLong(at + MAX_TIMESTAMP_AT, timestampMs);
    }

    static void setAttributes(ByteBuffer b, int at, int attributes) {
        b.putShort(at + ATTRIBUTES_AT, (short) attributes);
    }

    static void setCrc(ByteBuffer b, int at, int crc) {
        b.putInt(at + CRC_AT, crc);
    }
}
