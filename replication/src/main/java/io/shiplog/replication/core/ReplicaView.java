// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

/**
 * How a leader sees one follower. Times are the leader's monotonic milliseconds.
 *
 * @param id node id
 * @param inIsr member of the committed ISR
 * @param inElr eligible leader replica
 * @param standing what it is doing, in one word
 * @param sinceMs since when
 * @param fetchOffset its log end as it last said; −1 before its first fetch in this leader epoch
 * @param flushedOffset end of what is on its disk as it last said; −1 when it did not say
 * @param highWatermark its high watermark as it last said; −1 when it did not say
 * @param lastFetchMs time of its last fetch; −1 before the first
 * @param caughtUpMs latest time at which it is known to have had everything; −1 for never
 * @param lag why it is behind, at the time of the asking
 */
public record ReplicaView(
        int id,
        boolean inIsr,
        boolean inElr,
        ReplicaStanding standing,
        long sinceMs,
        long fetchOffset,
        long flushedOffset,
        long highWatermark,
        long lastFetchMs,
        long caughtUpMs,
        ReplicaLag lag) {}
