// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.Arrays;
import java.util.BitSet;

/**
 * A set of slots as bits, in chunks that successive versions share: 100,000 slots are 12 KiB, and a changed one costs its chunk.
 * Changed only between {@link #edit} and {@link #freeze}, by whoever called them.
 */
final class SlotSet {
    static final SlotSet EMPTY = new SlotSet(new long[0][], 0);

    private static final int CHUNK_SHIFT = 10;
    private static final int WORDS = (1 << CHUNK_SHIFT) / Long.SIZE;

    private long[][] chunks;
    private int size;
    /** Chunks that no other version shares; null when frozen. */
    private BitSet owned;

    private SlotSet(long[][] chunks, int size) {
        this.chunks = chunks;
        this.size = size;
    }

    /** A copy to be changed. */
    SlotSet edit() {
        SlotSet copy = new SlotSet(chunks.clone(), size);
        copy.owned = new BitSet();
        return copy;
    }

    SlotSet freeze() {
        owned = null;
        return this;
    }

    int size() {
        return size;
    }

    boolean contains(int slot) {
        int chunk = slot >> CHUNK_SHIFT;
        return chunk < chunks.length && chunks[chunk] != null && (chunks[chunk][word(slot)] & bit(slot)) != 0;
    }

    void set(int slot, boolean member) {
        if (contains(slot) != member) {
            long[] words = own(slot >> CHUNK_SHIFT);
            words[word(slot)] ^= bit(slot);
            size += member ? 1 : -1;
        }
    }

    private long[] own(int chunk) {
        if (chunk >= chunks.length) {
            chunks = Arrays.copyOf(chunks, Math.max(chunk + 1, chunks.length + (chunks.length >> 2)));
        }
        if (!owned.get(chunk)) {
            chunks[chunk] = chunks[chunk] == null ? new long[WORDS] : chunks[chunk].clone();
            owned.set(chunk);
        }
        return chunks[chunk];
    }

    private static int word(int slot) {
        return (slot >> 6) & (WORDS - 1);
    }

    private static long bit(int slot) {
        return 1L << (slot & (Long.SIZE - 1));
    }

    /** The least member that is at least {@code from}; -1 when there is none. */
    int next(int from) {
        int slot = from;
        while (slot >> CHUNK_SHIFT < chunks.length) {
            long[] words = chunks[slot >> CHUNK_SHIFT];
            if (words == null) {
                slot = ((slot >> CHUNK_SHIFT) + 1) << CHUNK_SHIFT;
                continue;
            }
            long rest = words[word(slot)] & -bit(slot);
            if (rest != 0) {
                return (slot & -Long.SIZE) + Long.numberOfTrailingZeros(rest);
            }
            slot = (slot & -Long.SIZE) + Long.SIZE;
        }
        return -1;
    }

    /** The least slot from {@code from} on that is no member. */
    int nextAbsent(int from) {
        int slot = from;
        while (contains(slot)) {
            slot++;
        }
        return slot;
    }
}
