// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

/**
 * What a follower puts into its next fetch. Mutable, filled by {@link PartitionFollower#position(FollowerPosition)}.
 */
public final class FollowerPosition {
    public int leaderId = -1;
    public int currentLeaderEpoch = -1;

    /** Log end: the offset wanted next. */
    public long fetchOffset;

    /** Epoch of the last record, −1 for an empty log. */
    public int lastFetchedEpoch = -1;

    /** End of what is on this node's disk. */
    public long flushedOffset;

    /** What is not on this node's disk is on its way there, counts for nothing before, and a commit may wait for it. */
    public boolean flushing;

    public long highWatermark;

    /** Log start, as far as it is durable. */
    public long logStartOffset;

    /** What the leader sent from this offset on was refused again and again: it should look at its own bytes. */
    public boolean suspectsLeader;

    /** The log is going to be cut at the fetch offset: this replica must not join the ISR before that. */
    public boolean repairing;
}
