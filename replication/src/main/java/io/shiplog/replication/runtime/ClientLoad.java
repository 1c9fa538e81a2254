// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import java.util.Arrays;

/**
 * What clients' records meet with on this node, from one look to the next: how long produces wait for their acknowledgement here, and whether records pass that a
 * commit elsewhere waits for. On the loop.
 */
final class ClientLoad {
    /** The last one takes everything from there on. */
    private static final int BUCKETS = 512;

    private static final int PERCENT = 95;

    private final int[] waits = new int[BUCKETS];
    private int acknowledged;
    private int followed;

    /** A produce that waited for all replicas in sync was acknowledged so long after it came. */
    void acknowledged(long waitedMs) {
        waits[(int) Math.max(0, Math.min(BUCKETS - 1, waitedMs))]++;
        acknowledged++;
    }

    /** An in-sync follower here took records. */
    void followed() {
        followed++;
    }

    /** Whether clients had anything to do with this node since the last {@link #clear}. */
    boolean isAny() {
        return acknowledged > 0 || followed > 0;
    }

    /** 95 of 100 produces waited at most so long, in ms; negative when there were none. */
    double waitMs() {
        if (acknowledged == 0) {
            return AdaptiveRate.UNKNOWN;
        }
        int above = acknowledged * (100 - PERCENT) / 100;
        int bucket = BUCKETS - 1;
        while (bucket > 0 && above - waits[bucket] >= 0) {
            above -= waits[bucket--];
        }
        return bucket;
    }

    void clear() {
        if (acknowledged > 0) {
            Arrays.fill(waits, 0);
        }
        acknowledged = 0;
        followed = 0;
    }
}
