// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.nio.ByteBuffer;

/**
 * Looks over Snappy data before the library does, which allocates what the data declares: chunk lengths and, at the head of
 * each chunk, the length that it has unpacked. Both are believed only as far as the bytes that are there can bear them out.
 *
 * <pre>
 *   framed: magic 8 bytes | version int32 | compatible version int32 | chunks: length int32, chunk
 *   chunk, or all of it when there is no magic: unpacked length varint | elements
 * </pre>
 */
final class SnappyFraming {
    /** 0x82 "SNAPPY" 0x00 */
    private static final long MAGIC = 0x82534E4150505900L;

    private static final int HEADER_BYTES = 16;

    /** The best that an element can do is to copy 64 bytes with three; this leaves some room. */
    private static final long MAX_RATIO = 32;

    private SnappyFraming() {}

    /** Whether the bytes [from, to) can be given to the library. */
    static boolean isHonest(ByteBuffer b, int from, int to) {
        if (to - from < HEADER_BYTES || b.getLong(from) != MAGIC) return isHonestChunk(b, from, to);
        for (int at = from + HEADER_BYTES; at < to; ) {
            if (to - at < 4) return false;
            // A magic number may begin anew, as when streams were put one behind the other; its first bytes are
            // negative.
            int length = b.getInt(at);
            if (length < 0 || length > to - at - 4) return false;
            if (!isHonestChunk(b, at + 4, at + 4 + length)) return false;
            at += 4 + length;
        }
        return true;
    }

    private static boolean isHonestChunk(ByteBuffer b, int from, int to) {
        long unpacked = 0;
        for (int i = 0; i < 5; i++) {
            if (from + i >= to) return false;
            byte next = b.get(from + i);
            unpacked |= (long) (next & 0x7f) << (7 * i);
            if (next >= 0) return unpacked <= MAX_RATIO * (to - from);
        }
        return false;
    }
}
