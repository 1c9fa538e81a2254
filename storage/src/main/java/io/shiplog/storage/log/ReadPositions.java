// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/** Where the last readers of a log stopped: the next read of a sequential reader begins there. */
final class ReadPositions {
    private static final int CAPACITY = 8;

    private final Segment[] segments = new Segment[CAPACITY];
    private final long[] offsets = new long[CAPACITY];
    private final int[] positions = new int[CAPACITY];
    private int next;

    /** The position at which the batch with this base offset begins, -1 when unknown. */
    int find(Segment segment, long offset) {
        for (int i = 0; i < CAPACITY; i++) {
            if (offsets[i] == offset && segments[i] == segment && positions[i] < segment.sizeInBytes) {
                return positions[i];
            }
        }
        return -1;
    }

    void put(Segment segment, long offset, int position) {
        for (int i = 0; i < CAPACITY; i++) {
            if (offsets[i] == offset && segments[i] == segment) return;
        }
        segments[next] = segment;
        offsets[next] = offset;
        positions[next] = position;
        next = (next + 1) % CAPACITY;
    }

    void clear() {
        for (int i = 0; i < CAPACITY; i++) segments[i] = null;
    }
}
