// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

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
        if (!state.flushBeforeCommit() || moved.partition().isExcused()) {
            return;
        }
        for (AssignedReplica each : state.replicas()) {
            boolean counts = each.inIsr() || each.inElr() || isProposed(moved.sight(), each.id());
            ReplicaTruth replica = moved.partition().replica(each.id());
            BrokerSight broker = scene.broker(each.id());
            boolean diskGone = broker == null || broker.disksLost() > replica.disksLost;
            if (counts && !diskGone && replica.flushed < moved.to()) {
                out.add(
                        this,
                        moved.partition(),
                        "broker " + moved.replica().brokerId() + " commits up to " + moved.to() + ", broker "
                                + each.id() + " has on disk up to " + replica.flushed);
            }
        }
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
