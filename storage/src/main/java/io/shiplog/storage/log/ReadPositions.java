// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/** Where the last readers of a log stopped: the next read of a sequential reader begins there. */
final class ReadPositions {
    private static final int CAPACITY = 8;

    /** Null until somebody reads: most partitions of a node with many are idle. */
    private Segment[] segments;

    private long[] offsets;
    private int[] positions;
    private int next;

    /** The position at which the batch with this base offset begins, -1 when unknown. */
    int find(Segment segment, long offset) {
        if (segments == null) return -1;
        for (int i = 0; i < CAPACITY; i++) {
            if (offsets[i] == offset && segments[i] == segment && positions[i] < segment.sizeInBytes) {
                return positions[i];
            }
        }
        return -1;
    }

    void put(Segment segment, long offset, int position) {
        if (segments == null) {
            segments = new Segment[CAPACITY];
            offsets = new long[CAPACITY];
            positions = new int[CAPACITY];
        }
        for (int i = 0; i < CAPACITY; i++) {
            if (offsets[i] == offset && segments[i] == segment) return;
        }
        segments[next] = segment;
        offsets[next] = offset;
        positions[next] = position;
        next = (next + 1) % CAPACITY;
    }

    void clear() {
        segments = null;
        offsets = null;
        positions = null;
    }
}
