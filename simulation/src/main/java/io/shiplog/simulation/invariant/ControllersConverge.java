// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.MetadataImage;

/** All quorum nodes that run have applied all that was agreed on. */
final class ControllersConverge extends Liveness {
    ControllersConverge() {
        super("L6", "the quorum converges");
    }

    @Override
    void judge(Ending ending, Scene scene, Verdicts out) {
        long agreed = scene.cluster().agreed().offset();
        for (MetadataImage image : scene.cluster().quorumImages()) {
            if (image.offset() != agreed) {
                out.add(this, null, "a quorum node is at " + image.offset() + ", agreed is up to " + agreed);
            }
        }
    }
}
