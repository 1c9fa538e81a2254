// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/** Who fetches for the followers of this node: told on the loop when a follower has something new to say. */
public interface FollowerListener {
    /**
     * The position that the next fetch has to report changed by itself: a flush completed. The fetcher sends another fetch
     * on its session at once.
     */
    void onPositionChanged(Replica replica);

    /** What was shipped to the replica is in its log, or given up: it is to be fetched again. */
    default void onShippingEnded(Replica replica) {}
}
