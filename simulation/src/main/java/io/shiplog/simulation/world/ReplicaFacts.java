// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

/**
 * What an observer knows of a replica at one time.
 *
 * @param up whether its node's process is there
 * @param present whether the node holds the partition
 * @param leads whether it acts as leader in {@code leaderEpoch}
 * @param follows whether it follows a leader
 * @param leaderEpoch that it acts on; −1 for none
 * @param flushedOffset so much it believes to be on its disk
 * @param generation counts truncations
 * @param latestEpoch the newest that its log knows
 */
public record ReplicaFacts(
        boolean up,
        boolean present,
        boolean leads,
        boolean follows,
        boolean offline,
        int leaderEpoch,
        long logStart,
        long durableLogStart,
        long highWatermark,
        long flushedOffset,
        long logEnd,
        int generation,
        int latestEpoch) {
    /** Of a replica that was never there. */
    static final ReplicaFacts NONE = new ReplicaFacts(false, false, false, false, false, -1, 0, 0, 0, 0, 0, 0, -1);
}
