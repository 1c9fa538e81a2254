// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.index.SparseIndex;

/**
 * Bytes in the middle of a segment that are no batches any more, and where batches begin again behind them. The rest of the segment is sound
 * and has to stay within reach: followers whose logs end behind the rot need nothing of it, and only by what they fetch can they come into sync
 * and give back what rotted.
 *
 * @param generation of truncations, at the time of the search
 * @param from where it begins, or the last batch that seemed to be sound: what is wrong may be its length
 * @param to where batches begin again, -1 when they do not
 * @param relativeOffset of the batch there, -1 when there is none
 * @param maxTimestampMs the largest timestamp before the rot
 */
record RottenPart(int generation, int from, int to, int relativeOffset, long maxTimestampMs) {

    /** Whether what lies behind it is known, and a walk that failed at this position would lead there again. */
    boolean explains(long position, LogState state) {
        return isPassable() && generation == state.truncationGeneration && position >= from && position < to;
    }

    /** Whether sound batches are known behind it. */
    boolean isPassable() {
        return relativeOffset >= 0;
    }

    /**
     * Makes the index lead to the first batch behind the rot, if there is one. Its entries within the rot stay: between two rotten places there
     * may be sound batches.
     *
     * @return false when the index itself cannot be right
     */
    boolean leadBehind(SparseIndex index) {
        return !isPassable() || index.insert(relativeOffset, to, maxTimestampMs);
    }
}
