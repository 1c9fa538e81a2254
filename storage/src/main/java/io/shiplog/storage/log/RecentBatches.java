// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/**
 * Base offset and position of the last batches of the active segment, so that reads at the tail need neither index nor
 * file. Guarded by the lock of the log.
 */
final class RecentBatches {
    private static final int CAPACITY = 256;
    private static final int MASK = CAPACITY - 1;

    private final long[] offsets = new long[CAPACITY];
    private final int[] positions = new int[CAPACITY];
    private long added;

    void add(long baseOffset, int position) {
        int slot = (int) (added & MASK);
        offsets[slot] = baseOffset;
        positions[slot] = position;
        added++;
    }

    void clear() {
        added = 0;
    }

    /** A handle of the last batch that begins at or below the offset, -1 when it is not among the recent ones. */
    long floorByOffset(long offset) {
        long oldest = Math.max(0, added - CAPACITY);
        if (added == 0 || offsets[(int) (oldest & MASK)] > offset) return -1;
        long low = oldest;
        long high = added;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (offsets[(int) (middle & MASK)] <= offset) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    /** A handle of the last batch that begins at or below the position, -1 when it is not among the recent ones. */
    long floorByPosition(long position) {
        long oldest = Math.max(0, added - CAPACITY);
        if (added == 0 || positions[(int) (oldest & MASK)] > position) return -1;
        long low = oldest;
        long high = added;
        while (low < high) {
            long middle = (low + high) >>> 1;
            if (positions[(int) (middle & MASK)] <= position) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    long offset(long handle) {
        return offsets[(int) (handle & MASK)];
    }

    int position(long handle) {
        return positions[(int) (handle & MASK)];
    }

    boolean isLast(long handle) {
        return handle == added - 1;
    }
}
