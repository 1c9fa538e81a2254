// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.Arrays;

/** The segments of a log, oldest first, at least one once the log is open. Guarded by the lock of the log. */
final class Segments {
    private Segment[] segments = new Segment[1];
    private int count;

    int count() {
        return count;
    }

    Segment get(int i) {
        return segments[i];
    }

    Segment first() {
        return segments[0];
    }

    Segment active() {
        return segments[count - 1];
    }

    boolean isEmpty() {
        return count == 0;
    }

    void add(Segment segment) {
        if (count == segments.length) segments = Arrays.copyOf(segments, count * 2);
        segments[count++] = segment;
    }

    Segment removeFirst() {
        Segment first = segments[0];
        System.arraycopy(segments, 1, segments, 0, --count);
        segments[count] = null;
        return first;
    }

    Segment removeLast() {
        Segment last = segments[--count];
        segments[count] = null;
        return last;
    }

    /** Puts one segment in the place of several that follow each other. */
    void replace(int from, int replaced, Segment by) {
        System.arraycopy(segments, from + replaced, segments, from + 1, count - from - replaced);
        segments[from] = by;
        for (int i = count - replaced + 1; i < count; i++) segments[i] = null;
        count -= replaced - 1;
    }

    /** Whether this very segment is still part of the log. */
    boolean holds(Segment segment) {
        int at = floorIndex(segment.baseOffset);
        return at >= 0 && segments[at] == segment;
    }

    /** The segment whose file this is; null when it is none of them. */
    Segment holding(SegmentFile file) {
        for (int i = count - 1; i >= 0; i--) if (segments[i].file == file) return segments[i];
        return null;
    }

    /** Index of the last segment that begins at or before the offset, -1 when all begin later. */
    int floorIndex(long offset) {
        if (count > 0 && segments[count - 1].baseOffset <= offset) return count - 1;
        int low = 0;
        int high = count;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (segments[middle].baseOffset <= offset) low = middle + 1;
            else high = middle;
        }
        return low - 1;
    }

    long sizeInBytes() {
        long bytes = 0;
        for (int i = 0; i < count; i++) bytes += segments[i].sizeInBytes;
        return bytes;
    }
}
