// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.Arrays;

/**
 * Times of the present window and the one before, counted by powers of two of a millisecond: enough to tell a disk that takes
 * 2 ms from one that takes 200, in a few hundred bytes. Not thread-safe.
 */
final class LatencyWindow {
    /** The last one takes everything from 2^22 ms (an hour) on. */
    private static final int BUCKETS = 24;

    private long[] present = new long[BUCKETS];
    private long[] before = new long[BUCKETS];

    void add(long ms) {
        present[bucket(ms)]++;
    }

    private static int bucket(long ms) {
        return ms <= 0 ? 0 : Math.min(BUCKETS - 1, Long.SIZE - Long.numberOfLeadingZeros(ms));
    }

    /** Upper bound of the bucket in which the 99th of a hundred lies; 0 when nothing was added. */
    long p99Ms() {
        long total = 0;
        for (int i = 0; i < BUCKETS; i++) total += present[i] + before[i];
        long above = total / 100;
        for (int i = BUCKETS - 1; i > 0; i--) {
            above -= present[i] + before[i];
            if (above < 0) return (1L << i) - 1;
        }
        return 0;
    }

    void turn() {
        long[] oldest = before;
        before = present;
        present = oldest;
        Arrays.fill(present, 0);
    }
}
