// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.IsrMember;
import io.shiplog.replication.port.PartitionState;

/** Under flush.policy=commit a leader commits only what is on the disk of its whole maximal ISR; and what is on a disk comes back from it. */
final class DurableHighWatermark extends Invariant {
    DurableHighWatermark() {
        super("S7", "committed means on disk");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.HighWatermarkMoved moved && moved.sight().isLeader() && moved.to() > moved.from()) {
            moved(moved, scene, out);
        } else if (fact instanceof Fact.Opened opened) {
            opened(opened, out);
        }
    }

    private void moved(Fact.HighWatermarkMoved moved, Scene scene, Verdicts out) {
        PartitionState state = moved.sight().state();
        boolean deleted = Topics.agreed(scene, moved.partition()) == null; // logs are going, wherever that was heard
        if (!state.flushBeforeCommit() || moved.partition().isExcused() || deleted) {
            return;
        }
        for (AssignedReplica each : state.replicas()) {
            boolean counts = each.inIsr() || each.inElr() || isProposed(moved.sight(), each.id());
            ReplicaTruth replica = moved.partition().replica(each.id());
            BrokerSight broker = scene.broker(each.id());
            boolean diskGone = broker == null || broker.disksLost() > replica.disksLost;
            boolean gone = diskGone || hasLeft(replica, state) || cameBackOnAnotherDisk(broker, each, scene);
            if (counts && !gone && replica.flushed < moved.to()) {
                out.add(
                        this,
                        moved.partition(),
                        "broker " + moved.replica().brokerId() + " commits up to " + moved.to() + ", broker "
                                + each.id() + " has on disk up to " + replica.flushed);
            }
        }
    }

    /**
     * It was taken out of the assignment, and its log may have gone, in a change that this leader has not heard of. Who may be elected since
     * then was asked all the same ({@link QuorumSuperset}).
     */
    private static boolean hasLeft(ReplicaTruth replica, PartitionState leaderKnows) {
        return replica.leftAt > leaderKnows.partitionEpoch();
    }

    /**
     * Its disk was lost since it said what it had, and it has registered anew, which this leader has not heard of: it was paused, or cut off.
     * As soon as it has, it counts on nothing that was said before.
     */
    private static boolean cameBackOnAnotherDisk(BrokerSight broker, AssignedReplica leaderKnows, Scene scene) {
        BrokerImage registered = scene.cluster().agreed().broker(broker.id());
        return broker.disksLost() > 0 && registered != null && registered.epoch() > leaderKnows.brokerEpoch();
    }

    private void opened(Fact.Opened opened, Verdicts out) {
        if (opened.sight().logEnd() < opened.endBefore()) {
            out.add(
                    this,
                    opened.partition(),
                    "broker " + opened.replica().brokerId() + " had on disk up to " + opened.endBefore()
                            + " and comes back with " + opened.sight().logEnd());
        }
    }

    private static boolean isProposed(ReplicaSight sight, int brokerId) {
        return sight.openProposal() != null
                && sight.openProposal().isr().stream().map(IsrMember::id).anyMatch(id -> id == brokerId);
    }
}
