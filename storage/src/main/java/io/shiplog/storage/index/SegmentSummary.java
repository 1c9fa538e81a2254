// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

/**
 * What is remembered of a sealed segment so that it need not be read at start.
 *
 * @param baseOffset the segment's name
 * @param nextOffset the offset after its last record
 * @param sizeInBytes its size
 * @param maxTimestampMs the largest timestamp in it, -1 when none
 * @param maxTimestampOffset base offset of the first batch that holds it, -1 when none
 * @param lastLeaderEpoch the epoch of its last batch
 * @param aborted how many transactions end in it in vain
 * @param abortedFrom the first offset of the earliest of those, -1 when there is none
 */
public record SegmentSummary(
        long baseOffset,
        long nextOffset,
        int sizeInBytes,
        long maxTimestampMs,
        long maxTimestampOffset,
        int lastLeaderEpoch,
        int aborted,
        long abortedFrom) {
    /** Of a segment in which no transaction ends in vain. */
    public SegmentSummary(
            long baseOffset,
            long nextOffset,
            int sizeInBytes,
            long maxTimestampMs,
            long maxTimestampOffset,
            int lastLeaderEpoch) {
        this(baseOffset, nextOffset, sizeInBytes, maxTimestampMs, maxTimestampOffset, lastLeaderEpoch, 0, -1);
    }
}
