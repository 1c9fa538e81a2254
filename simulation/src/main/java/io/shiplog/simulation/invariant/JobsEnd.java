// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobMove;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;

/** A job of brokers that are well has ended, and no partition is throttled any more. */
final class JobsEnd extends Liveness {
    JobsEnd() {
        super("L9", "jobs end");
    }

    @Override
    void judge(Ending ending, Scene scene, Verdicts out) {
        MetadataImage agreed = scene.cluster().agreed();
        for (JobImage job : agreed.jobs().open()) {
            if (job.state() != JobState.PAUSED && canEnd(job, agreed, ending)) {
                out.add(this, null, "job " + job.id() + " still goes on: " + job.moves());
            }
        }
    }

    private static boolean canEnd(JobImage job, MetadataImage agreed, Ending ending) {
        for (JobMove move : job.moves()) {
            PartitionImage partition = agreed.partition(move.topicId(), move.partition());
            boolean stuck = partition != null && !canBeLed(partition, ending);
            if (stuck || !isWell(move.replicas(), ending) || !isWell(move.expected(), ending)) {
                return false;
            }
        }
        return true;
    }

    private static boolean isWell(int[] nodes, Ending ending) {
        for (int node : nodes) {
            if (!ending.core().contains(node)) {
                return false;
            }
        }
        return true;
    }
}
