// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.PartitionImage;

/** Something that must have come right by itself when a healed run ends. */
abstract class Liveness extends Invariant {
    Liveness(String id, String title) {
        super(id, title);
    }

    @Override
    final void atEnd(Ending ending, Scene scene, Verdicts out) {
        if (!ending.healed()) {
            return;
        }
        judge(ending, scene, out);
        for (PartitionTruth partition : scene.truth().partitions()) {
            PartitionImage agreed = Topics.agreed(scene, partition);
            if (agreed != null) {
                judge(partition, agreed, ending, scene, out);
            }
        }
    }

    void judge(Ending ending, Scene scene, Verdicts out) {}

    void judge(PartitionTruth partition, PartitionImage agreed, Ending ending, Scene scene, Verdicts out) {}

    /** Whether somebody of the core may be elected: without that a partition rightly stays offline. */
    static boolean canBeLed(PartitionImage agreed, Ending ending) {
        for (int id : ending.core()) {
            if (Topics.mayBeElected(agreed, id) || agreed.leader() == id) {
                return true;
            }
        }
        return false;
    }

    /** Assigned replicas of the core. */
    static int assigned(PartitionImage agreed, Ending ending) {
        int count = 0;
        for (int id : ending.core()) {
            count += agreed.isReplica(id) ? 1 : 0;
        }
        return count;
    }
}
