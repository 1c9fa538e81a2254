// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.PartitionImage;

/** A reassignment to brokers that are well has ended. */
final class ReassignmentsEnd extends Liveness {
    ReassignmentsEnd() {
        super("L5", "reassignments end");
    }

    @Override
    void judge(PartitionTruth partition, PartitionImage agreed, Ending ending, Scene scene, Verdicts out) {
        if (agreed.reassigning() && canBeLed(agreed, ending) && targetIsWell(agreed, ending)) {
            out.add(this, partition, "still goes on: " + agreed);
        }
    }

    private static boolean targetIsWell(PartitionImage agreed, Ending ending) {
        for (int id : agreed.replicas()) {
            boolean leaves = java.util.Arrays.stream(agreed.removing()).anyMatch(removed -> removed == id);
            if (!leaves && !ending.core().contains(id)) {
                return false;
            }
        }
        return true;
    }
}
