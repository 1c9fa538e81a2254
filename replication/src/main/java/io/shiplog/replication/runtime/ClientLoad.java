// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import java.util.Arrays;

/**
 * What clients' records met with on this node in the last few looks: how long produces wait for their acknowledgement here, and whether records pass that a
 * commit elsewhere waits for. On the loop.
 */
final class ClientLoad {
    /** The last one takes everything from there on. */
    private static final int BUCKETS = 512;

    private static final int PERCENT = 90;
    /** Fewer do not say what 90 of 100 meet with. */
    private static final int FEW = 20;

    /** By look, of which the last ones count together: a few produces alone say little. */
    private final int[][] waits;

    private final int[] acknowledged;
    private final int[] followed;
    private int look;

    /** @param looks how many of the last looks count */
    ClientLoad(int looks) {
        waits = new int[looks][BUCKETS];
        acknowledged = new int[looks];
        followed = new int[looks];
    }

    /** A produce that waited for all replicas in sync was acknowledged so long after it came. */
    void acknowledged(long waitedMs) {
        waits[look][(int) Math.max(0, Math.min(BUCKETS - 1, waitedMs))]++;
        acknowledged[look]++;
    }

    /** An in-sync follower here took records. */
    void followed() {
        followed[look]++;
    }

    /** Whether clients had anything to do with this node of late. */
    boolean isAny() {
        return sum(acknowledged) > 0 || sum(followed) > 0;
    }

    private static int sum(int[] counts) {
        int sum = 0;
        for (int count : counts) {
            sum += count;
        }
        return sum;
    }

    /** 90 of 100 produces waited at most so long, in ms; negative when there were so few that one or two would decide. */
    double waitMs() {
        int all = sum(acknowledged);
        if (all < FEW) {
            return AdaptiveRate.UNKNOWN;
        }
        int above = all * (100 - PERCENT) / 100;
        int bucket = BUCKETS - 1;
        for (int here = count(bucket); bucket > 0 && above - here >= 0; here = count(bucket)) {
            above -= here;
            bucket--;
        }
        return bucket;
    }

    private int count(int bucket) {
        int count = 0;
        for (int[] each : waits) {
            count += each[bucket];
        }
        return count;
    }

    /** The next look begins, and the oldest is forgotten. */
    void turn() {
        look = (look + 1) % waits.length;
        Arrays.fill(waits[look], 0);
        acknowledged[look] = 0;
        followed[look] = 0;
    }
}
