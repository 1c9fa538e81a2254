// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/**
 * Somebody who waits for a partition: a parked fetch. Called on the loop once the event that caused it is over, so the
 * watcher may read from the replica and remove itself or others. Several moves in one event are one call.
 */
public interface FetchWatcher {
    /** The log end or the log start moved: a follower can get more, or is to delete. */
    void onLogEnd(Replica replica);

    /** The high watermark moved: consumers can get more, followers learn it. */
    void onHighWatermark(Replica replica);

    /** Leader, leader epoch or availability changed: what was parked is to be answered anew. */
    void onStateChange(Replica replica);
}
