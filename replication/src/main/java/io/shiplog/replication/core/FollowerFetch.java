// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

/** What a follower's fetch says about one partition. Mutable, reused from call to call by its owner. */
public class FollowerFetch {
    /** Node id of the follower. */
    public int replicaId;

    /** Broker epoch that the follower fetches with; a fetch that does not say it (−1) is refused as stale. */
    public long brokerEpoch = -1;

    /** Leader epoch that the follower knows; a fetch that does not say it (−1) is refused as fenced. */
    public int currentLeaderEpoch = -1;

    /** The follower's log end: the offset wanted next. */
    public long fetchOffset;

    /** Epoch of the follower's last record; −1 when its log is empty. */
    public int lastFetchedEpoch = -1;

    /** End of what is on the follower's disk; −1 when it does not say. */
    public long flushedOffset = -1;

    /** The follower's log start, as far as it is durable there; −1 when it does not say. */
    public long logStartOffset = -1;

    /** The follower's high watermark; −1 when it does not say. */
    public long highWatermark = -1;

    /** The follower had to refuse what it was sent from this offset on, more than once. */
    public boolean suspectsLeader;

    /** The follower is going to cut its log at the fetch offset. */
    public boolean repairing;
}
