// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

/** Every produce has an outcome. */
final class ProducesEnd extends Liveness {
    ProducesEnd() {
        super("L3", "every produce ends");
    }

    @Override
    void judge(Ending ending, Scene scene, Verdicts out) {
        for (Observation observation : scene.observations()) {
            if (observation instanceof Observation.Sent sent && sent.endedAt() == Observation.NEVER) {
                PartitionTruth partition = scene.truth().partition(sent.topicId(), sent.partition());
                out.add(this, partition, sent.value() + " has no outcome");
                return;
            }
        }
    }
}
