// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.sight;

import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.simulation.disk.SimDisk;
import io.shiplog.simulation.invariant.Entry;
import io.shiplog.simulation.invariant.ReplicaSight;
import io.shiplog.storage.log.PartitionLog;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** A replica of a storage node's present process. */
final class ReplicaOfNode implements ReplicaSight {
    private final Replica replica;
    private final PartitionLog log;
    private final SimDisk disk;

    ReplicaOfNode(Replica replica, SimDisk disk) {
        this.replica = replica;
        this.log = replica.log();
        this.disk = disk;
    }

    Replica replica() {
        return replica;
    }

    @Override
    public Uuid topicId() {
        return log.topicId();
    }

    @Override
    public int partition() {
        return log.partition();
    }

    @Override
    public boolean isLeader() {
        return replica.isLeader();
    }

    @Override
    public int leaderEpoch() {
        return replica.leaderEpoch();
    }

    @Override
    public long logStart() {
        return log.logStartOffset();
    }

    @Override
    public long logEnd() {
        return log.logEndOffset();
    }

    @Override
    public long flushed() {
        return log.flushedOffset();
    }

    @Override
    public long highWatermark() {
        return replica.highWatermark();
    }

    @Override
    public int truncationGeneration() {
        return log.truncationGeneration();
    }

    @Override
    public long epochStart() {
        return replica.epochStartOffset();
    }

    @Override
    public PartitionState state() {
        return replica.actsOn();
    }

    @Override
    public IsrProposal openProposal() {
        return replica.openProposal();
    }

    @Override
    public String stoppedBecause() {
        return replica.stoppedBecause();
    }

    @Override
    public boolean isDamaged() {
        return replica.repair().isNeeded();
    }

    @Override
    public boolean isShortened() {
        return log.isShortened();
    }

    @Override
    public List<Entry> entries(long from, long to) {
        return DiskLog.read(disk, topicId() + "-" + partition(), from, to);
    }
}
