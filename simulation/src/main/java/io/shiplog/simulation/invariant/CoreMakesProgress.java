// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.simulation.invariant.Observation.Sent;

/** When enough of the replicas are healed, writes succeed although the others stay as they are. */
final class CoreMakesProgress extends Liveness {
    CoreMakesProgress() {
        super("L8", "a healed core makes progress");
    }

    @Override
    void judge(PartitionTruth partition, PartitionImage agreed, Ending ending, Scene scene, Verdicts out) {
        int minIsr = Topics.minIsr(scene.cluster().agreed(), partition.topicId(), agreed);
        if (!canBeLed(agreed, ending) || assigned(agreed, ending) < minIsr) {
            return;
        }
        boolean tried = false;
        for (Observation observation : scene.observations()) {
            if (observation instanceof Sent sent
                    && sent.topicId().equals(partition.topicId())
                    && sent.partition() == partition.partition()
                    && sent.acks() == -1
                    && sent.beganAt() > ending.healedAt()) {
                tried = true;
                if (sent.isPromised()) {
                    return;
                }
            }
        }
        if (tried) {
            out.add(this, partition, "no write succeeded since " + ending.healedAt() + ": " + agreed);
        }
    }
}
