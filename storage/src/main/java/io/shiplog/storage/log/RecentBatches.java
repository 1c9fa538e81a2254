// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.Arrays;

/**
 * Base offset and position of the last batches of the active segment, so that reads at the tail need neither index nor
 * file. Guarded by the lock of the log.
 */
final class RecentBatches {
    private static final int CAPACITY = 256;
    /** Most partitions of a node with many are idle: they have room for none, and grow when they are written to. */
    private static final int INITIAL = 8;

    private static final long[] NO_OFFSETS = {};
    private static final int[] NO_POSITIONS = {};

    private long[] offsets = NO_OFFSETS;
    private int[] positions = NO_POSITIONS;
    /** Capacity so far, a power of two, less one. */
    private int mask = INITIAL - 1;

    private long added;

    void add(long baseOffset, int position) {
        if (offsets.length == 0) {
            offsets = new long[INITIAL];
            positions = new int[INITIAL];
        } else if (added > mask && mask < CAPACITY - 1) {
            grow();
        }
        int slot = (int) (added & mask);
        offsets[slot] = baseOffset;
        positions[slot] = position;
        added++;
    }

    /** Before the first slot is used again, so that every batch stays where it is. */
    private void grow() {
        int capacity = 2 * (mask + 1);
        offsets = Arrays.copyOf(offsets, capacity);
        positions = Arrays.copyOf(positions, capacity);
        mask = capacity - 1;
    }

    void clear() {
        added = 0;
    }

    /** A handle of the last batch that begins at or below the offset, -1 when it is not among the recent ones. */
    long floorByOffset(long offset) {
        long oldest = Math.max(0, added - mask - 1);
        if (added == 0 || offsets[(int) (oldest & mask)] > offset) return -1;
        long low = oldest;
        long high = added;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (offsets[(int) (middle & mask)] <= offset) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    /** A handle of the last batch that begins at or below the position, -1 when it is not among the recent ones. */
    long floorByPosition(long position) {
        long oldest = Math.max(0, added - mask - 1);
        if (added == 0 || positions[(int) (oldest & mask)] > position) return -1;
        long low = oldest;
        long high = added;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (positions[(int) (middle & mask)] <= position) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    long offset(long handle) {
        return offsets[(int) (handle & mask)];
    }

    int position(long handle) {
        return positions[(int) (handle & mask)];
    }

    boolean isLast(long handle) {
        return handle == added - 1;
    }
}
