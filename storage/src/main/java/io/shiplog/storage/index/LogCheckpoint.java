// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

/**
 * A place in the log together with what must be known of everything before it, so that recovery can begin there. Only
 * written when all bytes before it are on the disk.
 *
 * @param offset where the scan goes on
 * @param segmentBase the segment that holds this offset
 * @param position the byte of it
 * @param maxTimestampMs largest timestamp in that segment before the position, -1 when none
 * @param maxTimestampOffset base offset of the first batch with that timestamp, -1 when none
 * @param state leader epochs and producers up to the offset, as the log encodes them
 */
@SuppressWarnings("ArrayRecordComponent")
public record LogCheckpoint(
        long offset, long segmentBase, int position, long maxTimestampMs, long maxTimestampOffset, byte[] state) {}
