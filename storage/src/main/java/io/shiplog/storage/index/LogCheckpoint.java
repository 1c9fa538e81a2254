// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

/**
 * A place in the log together with what must be known of everything before it, so that recovery can begin there. Only
 * written when all bytes before it are on the disk. It names the last batch before it, so that one look at the segment tells
 * whether it speaks of the bytes that are there.
 *
 * @param offset where the scan goes on
 * @param segmentBase the segment that holds this offset
 * @param position the byte of it
 * @param firstTimestampMs largest timestamp of the segment's first batch, -1 when none
 * @param maxTimestampMs largest timestamp in that segment before the position, -1 when none
 * @param maxTimestampOffset base offset of the first batch with that timestamp, -1 when none
 * @param lastBatchPosition where the batch begins that ends at the position, -1 when there is none in the segment
 * @param lastBatchEpoch the leader epoch that it carries
 * @param lastBatchCrc and the CRC
 * @param state leader epochs and producers up to the offset, as the log encodes them
 */
@SuppressWarnings("ArrayRecordComponent")
public record LogCheckpoint(
        long offset,
        long segmentBase,
        int position,
        long firstTimestampMs,
        long maxTimestampMs,
        long maxTimestampOffset,
        int lastBatchPosition,
        int lastBatchEpoch,
        int lastBatchCrc,
        byte[] state) {}
