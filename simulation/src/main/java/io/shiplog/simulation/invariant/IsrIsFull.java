// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.PartitionImage;

/** All assigned replicas of the core are in sync, nobody has given up, and no log is left that is assigned to nobody. */
final class IsrIsFull extends Liveness {
    IsrIsFull() {
        super("L2", "all are in sync again");
    }

    @Override
    void judge(PartitionTruth partition, PartitionImage agreed, Ending ending, Scene scene, Verdicts out) {
        if (!canBeLed(agreed, ending)) {
            return;
        }
        for (int id : ending.core()) {
            boolean whole = agreed.inIsr(id) && !partition.replica(id).gaveUp && !partition.replica(id).damaged;
            if (agreed.isReplica(id) && !whole) {
                out.add(this, partition, "broker " + id + " is not in sync: " + agreed);
            }
        }
    }

    @Override
    void judge(Ending ending, Scene scene, Verdicts out) {
        for (int id : ending.core()) {
            for (BrokerSight.PartitionName log : scene.broker(id).logs()) {
                PartitionImage agreed = scene.cluster().agreed().partition(log.topicId(), log.partition());
                if (agreed == null || !agreed.isReplica(id)) {
                    out.add(this, null, "broker " + id + " has a log of " + log + ", which it does not hold");
                }
            }
        }
    }
}
