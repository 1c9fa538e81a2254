// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import io.shiplog.storage.batch.HeaderCrc;
import java.util.Arrays;

/**
 * The intervals of a segment with their header CRCs at one moment (what these are: {@link SparseIndex}), for those who check a
 * file against them. Intervals lie one behind the other from the beginning of the segment to {@link #endPosition}. Unchanging.
 */
public final class HeaderIntervals {
    private final int[] positions;
    private final int[] headerCrcs;
    private final int endPosition;

    private HeaderIntervals(int[] positions, int[] headerCrcs, int endPosition) {
        this.positions = positions;
        this.headerCrcs = headerCrcs;
        this.endPosition = endPosition;
    }

    /** The intervals that touch [{@code fromPosition}, {@code toPosition}) in an index that covers its segment up to the end. */
    public static HeaderIntervals of(SparseIndex index, int fromPosition, int toPosition, int endPosition) {
        int first = Math.max(0, index.floorByPosition(fromPosition));
        int after = index.floorByPosition(toPosition - 1L) + 1;
        int count = Math.max(0, after - first);
        int[] positions = new int[count];
        int[] headerCrcs = new int[count];
        for (int i = 0; i < count; i++) {
            positions[i] = index.position(first + i);
            headerCrcs[i] = index.headerCrc(first + i);
        }
        int end = after < index.count() ? index.position(after) : endPosition;
        return new HeaderIntervals(positions, headerCrcs, end);
    }

    public int count() {
        return positions.length;
    }

    public int fromPosition(int interval) {
        return positions[interval];
    }

    /** Where the interval ends, exclusive. */
    public int toPosition(int interval) {
        return interval + 1 < positions.length ? positions[interval + 1] : endPosition;
    }

    /** Where the last interval ends. */
    public int endPosition() {
        return endPosition;
    }

    /** Whether the headers were taken note of when they arrived; otherwise there is nothing to compare with. */
    public boolean isKnown(int interval) {
        return headerCrcs[interval] != HeaderCrc.UNKNOWN;
    }

    /** What {@link HeaderCrc#extend} comes to, beginning with {@link HeaderCrc#INITIAL}, over all batches of the interval. */
    public int headerCrc(int interval) {
        return headerCrcs[interval];
    }

    /** The interval that holds the position, -1 when it lies outside of all. */
    public int at(int position) {
        if (position >= endPosition) return -1;
        int found = Arrays.binarySearch(positions, position);
        return found >= 0 ? found : -found - 2;
    }
}
