// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import java.util.Arrays;

/**
 * The sparse offset and time index of one segment, in primitive arrays: one entry for the first batch that begins at
 * least {@code index.interval.bytes} after the last entry. An entry is a batch's base offset relative to the segment's,
 * its position, and the largest timestamp of all batches before it in the segment (-1 when none). A missing entry only
 * makes a lookup walk further; a wrong one cannot be, since entries come from batches that were written or checked.
 * Guarded by the lock of its log.
 */
public final class SparseIndex {
    private static final int INITIAL_ENTRIES = 16;

    private int[] relativeOffsets = new int[INITIAL_ENTRIES];
    private int[] positions = new int[INITIAL_ENTRIES];
    private long[] maxTimestampsBefore = new long[INITIAL_ENTRIES];
    private int count;

    public int count() {
        return count;
    }

    public int relativeOffset(int entry) {
        return relativeOffsets[entry];
    }

    public int position(int entry) {
        return positions[entry];
    }

    public long maxTimestampBefore(int entry) {
        return maxTimestampsBefore[entry];
    }

    /** The position of the newest entry, -1 when there is none. */
    public int lastPosition() {
        return count == 0 ? -1 : positions[count - 1];
    }

    /** Adds an entry behind all others. */
    public void add(int relativeOffset, int position, long maxTimestampBeforeMs) {
        if (count == positions.length) grow();
        relativeOffsets[count] = relativeOffset;
        positions[count] = position;
        maxTimestampsBefore[count] = maxTimestampBeforeMs;
        count++;
    }

    /** The last entry whose offset is at or below the one given, -1 when there is none. */
    public int floorByOffset(int relativeOffset) {
        int at = Arrays.binarySearch(relativeOffsets, 0, count, relativeOffset);
        return at >= 0 ? at : -at - 2;
    }

    /** The last entry whose position is at or below the one given, -1 when there is none. */
    public int floorByPosition(long position) {
        if (position > Integer.MAX_VALUE) return count - 1;
        int at = Arrays.binarySearch(positions, 0, count, (int) position);
        return at >= 0 ? at : -at - 2;
    }

    /** The last entry before which no batch has a timestamp at or above the one given, -1 when there is none. */
    public int lastBeforeTimestamp(long timestampMs) {
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (maxTimestampsBefore[middle] < timestampMs) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    /** Forgets the entries at or behind the position. */
    public void truncateTo(int position) {
        while (count > 0 && positions[count - 1] >= position) count--;
    }

    /** Appends the entries of another index of the same segment that lie behind all of this one's. */
    public void addAll(SparseIndex later) {
        for (int i = 0; i < later.count; i++) {
            if (later.positions[i] > lastPosition()) {
                add(later.relativeOffsets[i], later.positions[i], later.maxTimestampsBefore[i]);
            }
        }
    }

    /** Heap held, for the bound of the cache. */
    public long sizeInBytes() {
        return 16L * positions.length;
    }

    private void grow() {
        int capacity = positions.length * 2;
        relativeOffsets = Arrays.copyOf(relativeOffsets, capacity);
        positions = Arrays.copyOf(positions, capacity);
        maxTimestampsBefore = Arrays.copyOf(maxTimestampsBefore, capacity);
    }
}
