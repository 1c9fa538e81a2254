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
 * The bytes of one slot of the marks file, big-endian: all marks as they were at one moment, and behind them, in room that was reserved
 * for that, what changed since.
 *
 * <pre>
 *   0 magic "SLM2"       int32
 *   4 length             int32  bytes from 12 to the end of the partitions
 *   8 CRC-32C            int32  of these
 *  12 sequence           int64  of the write
 *  20 clean broker epoch int64  -1: the directory is in use, or was not closed in order
 *  28 partitions         int32
 *  32 room               int32  bytes behind the partitions
 *  36 per partition: topic id 16, partition int32, flushed offset, log start offset, high watermark int64 each
 *
 *  then, one behind the other, and zeros to the end of the room:
 *   0 magic "SLMC"       int32
 *   4 length             int32  bytes from 12 to the end
 *   8 CRC-32C            int32  of these
 *  12 sequence above     int64  so that nothing is read that an older use of the file left there
 *  20 sequence           int64  of the write
 *  28 removed partitions int32
 *  32 changed partitions int32
 *  36 per removed partition: topic id 16, partition int32; then per changed partition as above
 * </pre>
 *
 * <p>A slot is sound as a whole or not at all: any byte of it that is not as it was written makes it worthless.
 */
final class MarksCodec {
    static final int PREFIX_BYTES = 12;
    static final int FIXED_BYTES = 36;
    static final int PARTITION_BYTES = 16 + 4 + 3 * 8;
    static final int REMOVED_BYTES = 16 + 4;

    private static final int MAGIC = 0x534C4D32;
    private static final int CHANGES_MAGIC = 0x534C4D43;
    private static final int LEAST_ROOM = 512;
    private static final int MOST_ROOM = 4 << 20;

    private MarksCodec() {}

    /** Takes what a slot says, from the oldest to the newest; marks null: the partition was removed. */
    @FunctionalInterface
    interface Visitor {
        void visit(PartitionKey key, PartitionMarks marks);
    }

    /** A slot that was found to be sound. */
    static final class Slot {
        private final ByteBuffer bytes;
        private final long sequence;

        private Slot(ByteBuffer bytes, long sequence) {
            this.bytes = bytes;
            this.sequence = sequence;
        }

        /** Of the write that is the newest in it. */
        long sequence() {
            return sequence;
        }

        long cleanBrokerEpoch() {
            return bytes.getLong(20);
        }

        /** All that is known of it, from its first byte on. */
        ByteBuffer bytes() {
            return bytes.duplicate();
        }

        void forEach(Visitor visitor) {
            ByteBuffer b = bytes.duplicate();
            Map<Uuid, Uuid> topics = new HashMap<>();
            b.position(FIXED_BYTES);
            readMarks(b, bytes.getInt(28), topics, visitor);
            while (b.remaining() >= FIXED_BYTES && b.getInt(b.position()) == CHANGES_MAGIC) {
                int removed = b.getInt(b.position() + 28);
                int changed = b.getInt(b.position() + 32);
                b.position(b.position() + FIXED_BYTES);
                for (int i = 0; i < removed; i++) visitor.visit(readKey(b, topics), null);
                readMarks(b, changed, topics, visitor);
            }
        }

        private static void readMarks(ByteBuffer b, int count, Map<Uuid, Uuid> topics, Visitor visitor) {
            for (int i = 0; i < count; i++) {
                PartitionKey key = readKey(b, topics);
                visitor.visit(key, new PartitionMarks(b.getLong(), b.getLong(), b.getLong()));
            }
        }

        /** Partitions of one topic share its id. */
        private static PartitionKey readKey(ByteBuffer b, Map<Uuid, Uuid> topics) {
            Uuid read = new Uuid(b.getLong(), b.getLong());
            Uuid known = topics.putIfAbsent(read, read);
            return new PartitionKey(known == null ? read : known, b.getInt());
        }
    }

    /** How much room for changes a slot of so many partitions gets: half as much again, so that it is not written anew too often. */
    static int roomFor(int partitions) {
        long half = ((long) FIXED_BYTES + (long) partitions * PARTITION_BYTES) / 2;
        return (int) Math.max(LEAST_ROOM, Math.min(MOST_ROOM, half));
    }

    /** Bytes of a slot of so many partitions without its room. */
    static int sizeOf(int partitions) {
        return Math.addExact(FIXED_BYTES, Math.multiplyExact(partitions, PARTITION_BYTES));
    }

    static int sizeOfChanges(int removed, int changed) {
        return Math.addExact(FIXED_BYTES + Math.multiplyExact(removed, REMOVED_BYTES), changed * PARTITION_BYTES);
    }

    /** Begins a slot: {@link #putMarks} as often as there are partitions, then {@link #seal}. Its room is zeros. */
    static ByteBuffer begin(long sequence, long cleanBrokerEpoch, int partitions) {
        int room = roomFor(partitions);
        ByteBuffer b = ByteBuffer.allocate(Math.addExact(sizeOf(partitions), room));
        b.putInt(MAGIC).putInt(sizeOf(partitions) - PREFIX_BYTES).putInt(0);
        return b.putLong(sequence).putLong(cleanBrokerEpoch).putInt(partitions).putInt(room);
    }

    /** Begins changes: {@link #putKey} for what was removed, {@link #putMarks} for what changed, then {@link #seal}. */
    static ByteBuffer beginChanges(long baseSequence, long sequence, int removed, int changed) {
        ByteBuffer b = ByteBuffer.allocate(sizeOfChanges(removed, changed));
        b.putInt(CHANGES_MAGIC).putInt(b.capacity() - PREFIX_BYTES).putInt(0);
        return b.putLong(baseSequence).putLong(sequence).putInt(removed).putInt(changed);
    }

    static void putKey(ByteBuffer b, PartitionKey key) {
        Uuid id = key.topicId();
        b.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        b.putInt(key.partition());
    }

    static void putMarks(ByteBuffer b, PartitionKey key, long flushed, long logStart, long highWatermark) {
        putKey(b, key);
        b.putLong(flushed).putLong(logStart).putLong(highWatermark);
    }

    /** Ends what was begun: everything up to the position gets its CRC; all of the buffer is to be written. */
    static ByteBuffer seal(ByteBuffer b) {
        b.putInt(8, crc(b, 0, b.position()));
        return b.rewind();
    }

    /** The slot, or null when the bytes are not a whole, sound one. */
    static Slot decode(ByteBuffer b) {
        if (b.limit() < FIXED_BYTES || b.getInt(0) != MAGIC) return null;
        long size = (long) b.getInt(4) + PREFIX_BYTES;
        int room = b.getInt(32);
        if (size < FIXED_BYTES || room < 0 || size + room > b.limit()) return null;
        if (b.getInt(8) != crc(b, 0, (int) size)) return null;
        int count = b.getInt(28);
        if (count < 0 || (long) count * PARTITION_BYTES != size - FIXED_BYTES) return null;
        ByteBuffer used = b.duplicate().limit((int) size + room);
        long sequence = lastSequence(used, (int) size);
        return sequence < 0 ? null : new Slot(used, sequence);
    }

    /** The sequence of the newest write in the slot, -1 when its room holds anything but whole changes and zeros behind them. */
    private static long lastSequence(ByteBuffer b, int from) {
        long base = b.getLong(12);
        long sequence = base;
        int at = from;
        while (b.limit() - at >= FIXED_BYTES && b.getInt(at) == CHANGES_MAGIC) {
            long end = (long) at + PREFIX_BYTES + b.getInt(at + 4);
            if (end < at + FIXED_BYTES || end > b.limit() || b.getInt(at + 8) != crc(b, at, (int) end)) return -1;
            long removed = b.getInt(at + 28);
            long changed = b.getInt(at + 32);
            boolean fits = removed >= 0
                    && changed >= 0
                    && removed * REMOVED_BYTES + changed * PARTITION_BYTES == end - at - FIXED_BYTES;
            if (!fits || b.getLong(at + 12) != base || b.getLong(at + 20) <= sequence) return -1;
            sequence = b.getLong(at + 20);
            at = (int) end;
        }
        for (; at < b.limit(); at++) if (b.get(at) != 0) return -1;
        return sequence < 0 ? -1 : sequence;
    }

    private static int crc(ByteBuffer b, int from, int to) {
        CRC32C crc = new CRC32C();
        crc.update(b.duplicate().limit(to).position(from + PREFIX_BYTES));
        return (int) crc.getValue();
    }
}
