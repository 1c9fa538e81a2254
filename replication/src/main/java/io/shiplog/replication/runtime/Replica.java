// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.core.FetchNext;
import io.shiplog.replication.core.FetchedPartition;
import io.shiplog.replication.core.FollowerPosition;
import io.shiplog.replication.port.PartitionState;
import java.nio.ByteBuffer;
import org.apache.kafka.common.TopicIdPartition;

/**
 * One partition on this node: it holds the core of its present role and carries out the effects on the log. All methods on
 * the loop that owns it.
 */
public abstract class Replica {
    Replica() {}

    public abstract TopicIdPartition id();

    public abstract boolean isLeader();

    /** Whether this node follows a known leader: there is something to fetch. */
    public abstract boolean isFollower();

    /** Latest leader epoch from the metadata; −1 before the first. */
    public abstract int leaderEpoch();

    /** Node id of the leader; −1 for nobody. */
    public abstract int leaderId();

    /** End of what is committed, as far as this replica knows. */
    public abstract long highWatermark();

    /** Metadata: leader, epochs, ISR, nodes, settings. An older leader epoch than the present one is passed over. */
    public abstract void apply(PartitionState state);

    /**
     * Appends batches as leader and calls back when the promise of the acks is kept or cannot be.
     *
     * @param batches v2 batches between position and limit; base offset and leader epoch are patched in place
     * @param acks −1, 0 or 1; with 0 the callback is called as well
     * @param leaseValid whether this node's lease holds now; only acks 0 and 1 depend on it
     */
    public abstract void produce(
            ByteBuffer batches, short acks, boolean leaseValid, int timeoutMs, ProduceCallback callback);

    /** A read below the high watermark, by leader or follower (KIP-392). Fills the outcome. */
    public abstract void readForConsumer(ConsumerRead read, FetchOutcome out);

    /** A read up to the log end by a follower; takes its positions first, as {@link #updateFollower} does. */
    public abstract void readForFollower(FollowerRead read, FetchOutcome out);

    /**
     * Takes the positions of a follower's fetch and checks its epochs and history, without reading. Fills error, offsets and
     * divergence of the outcome.
     */
    public abstract void updateFollower(FollowerRead read, FetchOutcome out);

    /**
     * Looks up an offset as ListOffsets does.
     *
     * @param timestampMs a time, or −1 latest, −2 earliest, −3 the record with the largest timestamp, −4 earliest local
     * @param currentLeaderEpoch leader epoch that the client knows; −1 when it does not say
     */
    public abstract OffsetLookup lookUpOffset(long timestampMs, int currentLeaderEpoch);

    /** Answers OffsetForLeaderEpoch. */
    public abstract EpochEnd epochEnd(int currentLeaderEpoch, int epoch);

    /** Tells the watcher of every move from now on, until it is removed. */
    public abstract void addWatcher(FetchWatcher watcher);

    public abstract void removeWatcher(FetchWatcher watcher);

    /** Follower: what the next fetch has to say. */
    public abstract void followerPosition(FollowerPosition out);

    /** Follower: the leader's answer; the records are appended before this returns. */
    public abstract FetchNext onFetchedPartition(FetchedPartition fetched);

    /** Follower: who is told that a flush completed; null for nobody. */
    public abstract void setFollowerListener(FollowerListener listener);

    public abstract ReplicaStatus status();
}
