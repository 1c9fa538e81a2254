// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import io.shiplog.storage.model.PartitionKey;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Keys and values of the index store, big-endian, so that the keys of a partition, and of a segment, lie together.
 *
 * <pre>
 *   index:  topic id 16 | partition int32 | segment base int64 | from position int32  →  block
 *   state:  topic id 16 | partition int32 | 1 | offset int64                          →  checkpoint
 *   state:  topic id 16 | partition int32 | 2 | segment base int64                    →  summary
 *
 *   block:      version | to position int32 | open header CRC int32 | count int32 | per entry, the first three as varint of
 *               the difference to the last entry: relative offset, position, max timestamp before (zigzag), header CRC int32
 *   checkpoint: version | segment base int64 | position int32 | first timestamp int64 | max timestamp int64 | its offset
 *               int64 | last batch: position, epoch, CRC int32 each | state
 *   summary:    version | next offset int64 | size int32 | max timestamp int64 | its offset int64 | last epoch int32
 *               and where transactions were aborted: their number int32 | lowest of their first offsets int64
 * </pre>
 *
 * <p>A third kind of rows: {@link AbortedCodec}.
 */
final class IndexCodec {
    static final byte CHECKPOINT = 1;
    static final byte SUMMARY = 2;

    /** Of all keys and values: a store of another format is begun anew. */
    static final byte VERSION = 2;

    private static final int SUMMARY_BYTES = 33;
    private static final int PREFIX_BYTES = 20;
    private static final int BLOCK_HEAD_BYTES = 1 + 4 + 4 + 4;
    private static final int MAX_ENTRY_BYTES = 5 + 5 + 10 + 4;
    private static final int CHECKPOINT_HEAD_BYTES = 1 + 8 + 4 + 8 + 8 + 8 + 4 + 4 + 4;

    private IndexCodec() {}

    static byte[] prefix(PartitionKey partition) {
        return start(partition, 0).array();
    }

    /** The smallest key behind all keys that begin with the prefix, null when there is none. */
    static byte[] after(byte[] prefix) {
        byte[] end = prefix.clone();
        for (int i = end.length - 1; i >= 0; i--) {
            if (++end[i] != 0) return Arrays.copyOf(end, i + 1);
        }
        return null;
    }

    static byte[] segmentKey(PartitionKey partition, long segmentBase) {
        return start(partition, 8).putLong(segmentBase).array();
    }

    static byte[] blockKey(PartitionKey partition, long segmentBase, int fromPosition) {
        return start(partition, 12).putLong(segmentBase).putInt(fromPosition).array();
    }

    static byte[] stateKey(PartitionKey partition, byte type, long offset) {
        return start(partition, 9).put(type).putLong(offset).array();
    }

    static byte stateType(byte[] key) {
        return key[PREFIX_BYTES];
    }

    static long stateOffset(byte[] key) {
        return ByteBuffer.wrap(key).getLong(PREFIX_BYTES + 1);
    }

    static byte[] encode(IndexBlock block) {
        SparseIndex entries = block.entries();
        ByteBuffer b = ByteBuffer.allocate(BLOCK_HEAD_BYTES + entries.count() * MAX_ENTRY_BYTES);
        b.put(VERSION).putInt(block.toPosition()).putInt(block.openHeaderCrc()).putInt(entries.count());
        int offset = 0;
        int position = 0;
        long timestampMs = 0;
        for (int i = 0; i < entries.count(); i++) {
            putVarint(b, entries.relativeOffset(i) - (long) offset);
            putVarint(b, entries.position(i) - (long) position);
            long difference = entries.maxTimestampBefore(i) - timestampMs;
            putVarint(b, (difference << 1) ^ (difference >> 63));
            b.putInt(entries.headerCrc(i));
            offset = entries.relativeOffset(i);
            position = entries.position(i);
            timestampMs = entries.maxTimestampBefore(i);
        }
        return Arrays.copyOf(b.array(), b.position());
    }

    static IndexBlock decodeBlock(byte[] key, byte[] value) {
        ByteBuffer k = ByteBuffer.wrap(key);
        ByteBuffer b = checked(value);
        int toPosition = b.getInt();
        int openHeaderCrc = b.getInt();
        int count = b.getInt();
        SparseIndex entries = new SparseIndex();
        long offset = 0;
        long position = 0;
        long timestampMs = 0;
        for (int i = 0; i < count; i++) {
            offset += getVarint(b);
            position += getVarint(b);
            long raw = getVarint(b);
            timestampMs += (raw >>> 1) ^ -(raw & 1);
            entries.add((int) offset, (int) position, timestampMs, b.getInt());
        }
        return new IndexBlock(k.getLong(PREFIX_BYTES), k.getInt(PREFIX_BYTES + 8), toPosition, entries, openHeaderCrc);
    }

    static byte[] encode(LogCheckpoint checkpoint) {
        ByteBuffer b = ByteBuffer.allocate(CHECKPOINT_HEAD_BYTES + checkpoint.state().length);
        b.put(VERSION).putLong(checkpoint.segmentBase()).putInt(checkpoint.position());
        b.putLong(checkpoint.firstTimestampMs());
        b.putLong(checkpoint.maxTimestampMs()).putLong(checkpoint.maxTimestampOffset());
        b.putInt(checkpoint.lastBatchPosition());
        b.putInt(checkpoint.lastBatchEpoch()).putInt(checkpoint.lastBatchCrc());
        return b.put(checkpoint.state()).array();
    }

    static LogCheckpoint decodeCheckpoint(byte[] key, byte[] value) {
        ByteBuffer b = checked(value);
        long segmentBase = b.getLong();
        int position = b.getInt();
        long firstTimestampMs = b.getLong();
        long maxTimestampMs = b.getLong();
        long maxTimestampOffset = b.getLong();
        int lastBatchPosition = b.getInt();
        int lastBatchEpoch = b.getInt();
        int lastBatchCrc = b.getInt();
        byte[] state = Arrays.copyOfRange(value, b.position(), value.length);
        return new LogCheckpoint(
                stateOffset(key),
                segmentBase,
                position,
                firstTimestampMs,
                maxTimestampMs,
                maxTimestampOffset,
                lastBatchPosition,
                lastBatchEpoch,
                lastBatchCrc,
                state);
    }

    static byte[] encode(SegmentSummary summary) {
        boolean withAborted = summary.aborted() > 0;
        ByteBuffer b = ByteBuffer.allocate(withAborted ? SUMMARY_BYTES + 4 + 8 : SUMMARY_BYTES);
        b.put(VERSION).putLong(summary.nextOffset()).putInt(summary.sizeInBytes());
        b.putLong(summary.maxTimestampMs()).putLong(summary.maxTimestampOffset());
        b.putInt(summary.lastLeaderEpoch());
        if (withAborted) b.putInt(summary.aborted()).putLong(summary.abortedFrom());
        return b.array();
    }

    static SegmentSummary decodeSummary(byte[] key, byte[] value) {
        ByteBuffer b = checked(value);
        long nextOffset = b.getLong();
        int sizeInBytes = b.getInt();
        long maxTimestampMs = b.getLong();
        long maxTimestampOffset = b.getLong();
        int lastLeaderEpoch = b.getInt();
        int aborted = b.hasRemaining() ? b.getInt() : 0;
        long abortedFrom = aborted > 0 ? b.getLong() : -1;
        return new SegmentSummary(
                stateOffset(key),
                nextOffset,
                sizeInBytes,
                maxTimestampMs,
                maxTimestampOffset,
                lastLeaderEpoch,
                aborted,
                abortedFrom);
    }

    private static ByteBuffer start(PartitionKey partition, int more) {
        return ByteBuffer.allocate(PREFIX_BYTES + more)
                .putLong(partition.topicId().getMostSignificantBits())
                .putLong(partition.topicId().getLeastSignificantBits())
                .putInt(partition.partition());
    }

    private static ByteBuffer checked(byte[] value) {
        ByteBuffer b = ByteBuffer.wrap(value);
        byte version = b.get();
        if (version != VERSION) throw new IllegalArgumentException("version " + version + " of an index value");
        return b;
    }

    static void putVarint(ByteBuffer b, long value) {
        long left = value;
        while ((left & ~0x7fL) != 0) {
            b.put((byte) (left | 0x80));
            left >>>= 7;
        }
        b.put((byte) left);
    }

    static long getVarint(ByteBuffer b) {
        long value = 0;
        for (int shift = 0; shift < 70; shift += 7) {
            byte next = b.get();
            value |= (long) (next & 0x7f) << shift;
            if (next >= 0) return value;
        }
        throw new IllegalArgumentException("a varint of more than ten bytes");
    }
}
