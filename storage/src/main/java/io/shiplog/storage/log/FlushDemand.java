// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/**
 * Whether one more thread should sync. A sync is short where the disk is fast, and what waits its turn meanwhile gathers more batches for its own: there each further thread costs
 * wake-ups and more syncs for the same bytes. So one is called only when what waits would wait noticeably. Knows no clock; of one thread at a time.
 */
final class FlushDemand {
    /** What a round may wait for others. */
    static final long BEARABLE_NS = 2_000_000;

    /** One sync in so many decides what a sync takes. */
    private static final int WEIGHT = 8;

    private long syncNs;

    /** A sync has ended. */
    void took(long ns) {
        syncNs += (ns - syncNs) / WEIGHT;
    }

    /**
     * Whether those that work are too few.
     *
     * @param queued rounds that wait for a thread
     * @param working threads that sync, or are about to
     * @param oldestNs for how long the longest of the running syncs has run; 0 when none runs
     */
    boolean isMoreThan(int working, int queued, long oldestNs) {
        if (queued == 0) return false;
        return working == 0 || oldestNs > BEARABLE_NS || queued * syncNs > working * BEARABLE_NS;
    }
}
