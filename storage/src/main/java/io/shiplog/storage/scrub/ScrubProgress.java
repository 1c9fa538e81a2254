// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.scrub;

import io.shiplog.storage.model.PartitionKey;

/**
 * How far a pass has come, as kept over a restart.
 *
 * @param passStartMs wall clock at which the pass under way, or else the last one, began; -1: none ever did
 * @param lastPassEndMs wall clock at which the last whole pass ended; -1: none did
 * @param partition the partition of the last segment that was checked in the pass under way; null: none, or no pass is under way
 * @param segmentBase that segment
 * @param passing whether a pass is under way
 */
record ScrubProgress(long passStartMs, long lastPassEndMs, PartitionKey partition, long segmentBase, boolean passing) {
    static final ScrubProgress NONE = new ScrubProgress(-1, -1, null, -1, false);
}
