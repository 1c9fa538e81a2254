// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.PartitionImage;

/** A partition that somebody may lead is led, by a process that runs. */
final class LeaderExists extends Liveness {
    LeaderExists() {
        super("L1", "there is a leader");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.LostWithinBudget lost && !scene.cluster().electsUncleanly()) {
            out.add(this, lost.partition(), "nobody could be elected without loss: " + lost.after());
        }
    }

    @Override
    void judge(PartitionTruth partition, PartitionImage agreed, Ending ending, Scene scene, Verdicts out) {
        if (!canBeLed(agreed, ending)) {
            return;
        }
        ReplicaTruth leader = agreed.hasLeader() ? partition.replica(agreed.leader()) : null;
        boolean leads =
                leader != null && scene.serves(leader) && leader.leads && leader.leaderEpoch == agreed.leaderEpoch();
        if (!leads) {
            out.add(this, partition, "nobody leads: " + agreed);
        }
    }
}
