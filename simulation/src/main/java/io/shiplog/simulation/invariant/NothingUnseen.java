// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.PartitionImage;
import java.util.HashSet;
import java.util.Set;

/**
 * What was acknowledged was seen by some consumer. Not so what is at a record that rotted while a process served it, or behind it: its node trusts
 * bytes that it has just written, no checksum of the batch covers the base offset, and a consumer that reads another one there goes on elsewhere.
 * Nor what a later leader cannot show: its high watermark stands still as long as fewer replicas are well than a min ISR that was raised asks for.
 */
final class NothingUnseen extends Liveness {
    NothingUnseen() {
        super("L4", "consumers see everything");
    }

    @Override
    void judge(Ending ending, Scene scene, Verdicts out) {
        Set<Long> seen = new HashSet<>();
        for (Observation observation : scene.observations()) {
            if (observation instanceof Observation.Read read) {
                read.entries().forEach(entry -> seen.add(entry.value()));
            }
        }
        for (Observation observation : scene.observations()) {
            if (observation instanceof Observation.Sent sent && sent.isPromised() && !seen.contains(sent.value())) {
                PartitionTruth partition = scene.truth().partition(sent.topicId(), sent.partition());
                PartitionImage agreed = Topics.agreed(scene, partition);
                boolean readable = agreed != null && canBeLed(agreed, ending) && !partition.isExcused();
                if (readable
                        && sent.offset() >= partition.deletingBelow
                        && sent.offset() < Math.min(partition.rottenFrom, shownEnd(partition, agreed, ending, scene))) {
                    out.add(
                            this,
                            partition,
                            sent.value() + ", acknowledged at " + sent.offset() + ", was seen by nobody");
                    return;
                }
            }
        }
    }

    private static long shownEnd(PartitionTruth partition, PartitionImage agreed, Ending ending, Scene scene) {
        int minIsr = Topics.minIsr(scene.cluster().agreed(), partition.topicId(), agreed);
        boolean advances = assigned(agreed, ending) >= minIsr || agreed.leader() < 0;
        return advances ? Long.MAX_VALUE : partition.replica(agreed.leader()).highWatermark;
    }
}
