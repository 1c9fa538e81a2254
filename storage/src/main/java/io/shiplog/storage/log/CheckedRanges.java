// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/**
 * Which bytes of a segment were found to be sound, between batch boundaries, and when. Readers go forward, so a few ranges are enough;
 * when there are more, the shortest one is forgotten. Guarded by the lock of the log.
 */
final class CheckedRanges {
    private static final int CAPACITY = 4;

    private final int[] from = new int[CAPACITY];
    private final int[] to = new int[CAPACITY];
    /** The offset of the batch that begins where the range ends. */
    private final long[] nextOffset = new long[CAPACITY];

    private int count;
    private final long sinceMs;

    CheckedRanges(long nowMs) {
        this.sinceMs = nowMs;
    }

    boolean isOlderThan(long ms, long nowMs) {
        return nowMs - sinceMs >= ms;
    }

    /** The range that holds the position or ends at it, -1 when there is none. */
    int find(int position) {
        for (int i = 0; i < count; i++) if (from[i] <= position && position <= to[i]) return i;
        return -1;
    }

    int end(int range) {
        return to[range];
    }

    long nextOffset(int range) {
        return nextOffset[range];
    }

    /** Notes that the bytes are sound; joins what touches. */
    void add(int start, int end, long offsetAtEnd) {
        if (end <= start) return;
        int low = start;
        int high = end;
        long next = offsetAtEnd;
        for (int i = count - 1; i >= 0; i--) {
            if (from[i] > high || to[i] < low) continue;
            low = Math.min(low, from[i]);
            if (to[i] > high) {
                high = to[i];
                next = nextOffset[i];
            }
            remove(i);
        }
        if (count == CAPACITY) remove(shortest());
        from[count] = low;
        to[count] = high;
        nextOffset[count] = next;
        count++;
    }

    private int shortest() {
        int shortest = 0;
        for (int i = 1; i < count; i++) if (to[i] - from[i] < to[shortest] - from[shortest]) shortest = i;
        return shortest;
    }

    private void remove(int i) {
        count--;
        from[i] = from[count];
        to[i] = to[count];
        nextOffset[i] = nextOffset[count];
    }
}
