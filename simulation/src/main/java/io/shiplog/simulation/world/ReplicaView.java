// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.simulation.engine.Trace;
import io.shiplog.storage.log.PartitionLog;
import org.apache.kafka.common.TopicIdPartition;

/** A replica as an observer sees it, through all lives of its node. While the node is down it is what is on the disk. */
public final class ReplicaView {
    private final int node;
    private final TopicIdPartition partition;
    private final String directory;
    private Replica replica;
    private ReplicaFacts now = ReplicaFacts.NONE;
    private ReplicaFacts before = ReplicaFacts.NONE;

    ReplicaView(int node, TopicIdPartition partition) {
        this.node = node;
        this.partition = partition;
        this.directory = partition.topicId() + "-" + partition.partition();
    }

    public int node() {
        return node;
    }

    public TopicIdPartition partition() {
        return partition;
    }

    public ReplicaFacts now() {
        return now;
    }

    /** As it was before the event that is told of. */
    public ReplicaFacts before() {
        return before;
    }

    /** What the metadata say, as this replica acts on them; null when it does not act on any. */
    public PartitionState state() {
        return replica == null ? null : replica.status().state();
    }

    /** The ISR that it has asked the controller for as leader, and does not know whether it is agreed on; null for none. */
    public IsrProposal openProposal() {
        return replica == null ? null : replica.openProposal();
    }

    /** Base of the first segment in which this replica knows of damage, while its process runs; −1: none. */
    long damagedFrom() {
        return replica == null ? -1 : replica.repair().damagedFrom();
    }

    /** Base of the last such segment. */
    long damagedTo() {
        return replica == null ? -1 : replica.log().lastDamagedSegment();
    }

    /** Whether its process runs, and it follows no more since it would have to cut what it knows to be committed. */
    boolean hasStopped() {
        return replica != null && replica.stoppedBecause() != null;
    }

    String directory() {
        return directory;
    }

    /** Looks; whether something changed. */
    boolean look(Replica found, Trace trace) {
        PartitionLog log = found.log();
        boolean same = replica == found
                && now.up()
                && now.present()
                && now.leads() == found.isLeader()
                && now.follows() == found.isFollower()
                && now.offline() == found.isOffline()
                && now.leaderEpoch() == found.leaderEpoch()
                && now.logStart() == log.logStartOffset()
                && now.durableLogStart() == log.durableLogStartOffset()
                && now.highWatermark() == found.highWatermark()
                && now.flushedOffset() == log.flushedOffset()
                && now.logEnd() == log.logEndOffset()
                && now.generation() == log.truncationGeneration()
                && now.latestEpoch() == log.latestEpoch();
        if (same) {
            return false;
        }
        replica = found;
        set(new ReplicaFacts(
                true,
                true,
                found.isLeader(),
                found.isFollower(),
                found.isOffline(),
                found.leaderEpoch(),
                log.logStartOffset(),
                log.durableLogStartOffset(),
                found.highWatermark(),
                log.flushedOffset(),
                log.logEndOffset(),
                log.truncationGeneration(),
                log.latestEpoch()));
        trace.add(now.highWatermark() * 31 + now.logEnd());
        trace.add(now.flushedOffset() * 31 + now.leaderEpoch());
        trace.line(() -> "replica of " + partition.topic() + "-" + partition.partition() + " on " + node + ": " + now);
        return true;
    }

    private void set(ReplicaFacts facts) {
        before = now;
        now = facts;
    }

    /** The node is down, or holds the partition no more. */
    boolean lookAtDisk(boolean up, boolean present) {
        if (replica == null && now.up() == up && now.present() == present) {
            return false;
        }
        replica = null;
        set(new ReplicaFacts(
                up,
                present,
                false,
                false,
                false,
                now.leaderEpoch(),
                now.logStart(),
                now.durableLogStart(),
                now.highWatermark(),
                now.flushedOffset(),
                now.logEnd(),
                now.generation(),
                now.latestEpoch()));
        return true;
    }

    @Override
    public String toString() {
        return "replica of " + partition.topic() + "-" + partition.partition() + " on node " + node;
    }
}
