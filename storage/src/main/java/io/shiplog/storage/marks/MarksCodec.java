// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.marks;

import io.shiplog.storage.model.PartitionKey;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.CRC32C;
import org.apache.kafka.common.Uuid;

/**
 * The bytes of one slot of the marks file, big-endian.
 *
 * <pre>
 *   0 magic "SLM1"       int32
 *   4 length             int32  bytes from 12 to the end
 *   8 CRC-32C            int32  of bytes from 12 to the end
 *  12 sequence           int64  the valid slot with the higher one counts
 *  20 clean broker epoch int64  -1: the directory is in use, or was not closed in order
 *  28 partitions         int32
 *  32 per partition: topic id 16, partition int32, flushed offset, log start offset, high watermark int64 each
 * </pre>
 */
final class MarksCodec {
    static final int PREFIX_BYTES = 12;

    private static final int MAGIC = 0x534C4D31;
    private static final int FIXED_BYTES = PREFIX_BYTES + 8 + 8 + 4;
    private static final int PARTITION_BYTES = 16 + 4 + 3 * 8;

    private MarksCodec() {}

    /** A slot's content. */
    record Slot(long sequence, long cleanBrokerEpoch, Map<PartitionKey, PartitionMarks> partitions) {}

    static ByteBuffer encode(Slot slot) {
        int size = FIXED_BYTES + slot.partitions().size() * PARTITION_BYTES;
        ByteBuffer b = ByteBuffer.allocate(size);
        b.putInt(MAGIC).putInt(size - PREFIX_BYTES).putInt(0);
        b.putLong(slot.sequence()).putLong(slot.cleanBrokerEpoch());
        b.putInt(slot.partitions().size());
        for (Map.Entry<PartitionKey, PartitionMarks> e : slot.partitions().entrySet()) {
            Uuid id = e.getKey().topicId();
            b.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
            b.putInt(e.getKey().partition());
            PartitionMarks marks = e.getValue();
            b.putLong(marks.flushedOffset()).putLong(marks.logStartOffset()).putLong(marks.highWatermark());
        }
        b.putInt(8, crc(b, size));
        return b.flip();
    }

    /** The slot's content, or null when the bytes are not a whole, sound slot. */
    static Slot decode(ByteBuffer b) {
        if (b.limit() < FIXED_BYTES || b.getInt(0) != MAGIC) return null;
        long size = (long) b.getInt(4) + PREFIX_BYTES;
        if (size < FIXED_BYTES || size > b.limit() || b.getInt(8) != crc(b, (int) size)) return null;
        int count = b.getInt(28);
        if (count < 0 || (long) count * PARTITION_BYTES != size - FIXED_BYTES) return null;
        Map<PartitionKey, PartitionMarks> partitions = new HashMap<>();
        b.position(FIXED_BYTES);
        for (int i = 0; i < count; i++) {
            PartitionKey key = new PartitionKey(new Uuid(b.getLong(), b.getLong()), b.getInt());
            partitions.put(key, new PartitionMarks(b.getLong(), b.getLong(), b.getLong()));
        }
        return new Slot(b.getLong(12), b.getLong(20), partitions);
    }

    private static int crc(ByteBuffer b, int size) {
        CRC32C crc = new CRC32C();
        crc.update(b.duplicate().limit(size).position(PREFIX_BYTES));
        return (int) crc.getValue();
    }
}
