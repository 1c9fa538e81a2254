// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import io.shiplog.storage.model.AbortedTransactions;
import io.shiplog.storage.model.PartitionKey;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Rows of the index store with aborted transactions, beside those of {@link IndexCodec}.
 *
 * <pre>
 *   state:  topic id 16 | partition int32 | 3 | segment base int64 | marker of the first one int64  →  block
 *
 *   block:  version | first ordinal int32 | count int32 | per transaction, as varints: producer id, marker less the last one's (the first
 *           one's less the segment base), marker less first offset, marker less last stable offset (zigzag)
 * </pre>
 *
 * <p>Ordinals count the aborted transactions of a segment, so that a row that is missing is noticed.
 */
final class AbortedCodec {
    static final byte TYPE = 3;
    private static final byte VERSION = 1;
    private static final int HEAD_BYTES = 1 + 4 + 4;
    private static final int MAX_ENTRY_BYTES = 4 * 10;
    private static final int MIN_ENTRY_BYTES = 4;

    private AbortedCodec() {}

    static byte[] partitionPrefix(PartitionKey partition) {
        byte[] prefix = IndexCodec.prefix(partition);
        byte[] key = Arrays.copyOf(prefix, prefix.length + 1);
        key[prefix.length] = TYPE;
        return key;
    }

    static byte[] segmentPrefix(PartitionKey partition, long segmentBase) {
        return IndexCodec.stateKey(partition, TYPE, segmentBase);
    }

    static byte[] key(PartitionKey partition, long segmentBase, long marker) {
        byte[] prefix = segmentPrefix(partition, segmentBase);
        byte[] key = Arrays.copyOf(prefix, prefix.length + Long.BYTES);
        ByteBuffer.wrap(key).putLong(prefix.length, marker);
        return key;
    }

    static long segmentBase(byte[] key) {
        return IndexCodec.stateOffset(key);
    }

    static byte[] encode(long segmentBase, int firstOrdinal, AbortedTransactions entries) {
        ByteBuffer b = ByteBuffer.allocate(HEAD_BYTES + entries.size() * MAX_ENTRY_BYTES);
        b.put(VERSION).putInt(firstOrdinal).putInt(entries.size());
        long before = segmentBase;
        for (int i = 0; i < entries.size(); i++) {
            long marker = entries.lastOffset(i);
            IndexCodec.putVarint(b, entries.producerId(i));
            IndexCodec.putVarint(b, marker - before);
            IndexCodec.putVarint(b, marker - entries.firstOffset(i));
            long stable = marker - entries.lastStableOffset(i);
            IndexCodec.putVarint(b, (stable << 1) ^ (stable >> 63));
            before = marker;
        }
        return Arrays.copyOf(b.array(), b.position());
    }

    /** Shows a row; whether to go on. */
    static boolean decode(byte[] key, byte[] value, AbortedTransactions block, AbortedVisitor visitor) {
        ByteBuffer b = ByteBuffer.wrap(value);
        if (b.get() != VERSION) throw new IllegalArgumentException("unknown version of aborted transactions");
        int firstOrdinal = b.getInt();
        int count = b.getInt();
        if (firstOrdinal < 0 || count < 0 || count > b.remaining() / MIN_ENTRY_BYTES) {
            throw new IllegalArgumentException(count + " aborted transactions in " + value.length + " bytes");
        }
        block.clear();
        long marker = segmentBase(key);
        for (int i = 0; i < count; i++) {
            long producerId = IndexCodec.getVarint(b);
            marker += IndexCodec.getVarint(b);
            long first = marker - IndexCodec.getVarint(b);
            long raw = IndexCodec.getVarint(b);
            long stable = marker - ((raw >>> 1) ^ -(raw & 1));
            block.add(producerId, first, marker, stable);
        }
        return visitor.visit(firstOrdinal, block);
    }
}
