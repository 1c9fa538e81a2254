// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.MetadataImage;
import java.util.HashMap;
import java.util.Map;

/** Quorum nodes that have applied equally much have the same state. */
final class MetadataDeterminism extends Invariant {
    private final Map<Long, Long> hashes = new HashMap<>();

    MetadataDeterminism() {
        super("S18", "the same metadata everywhere");
    }

    @Override
    void on(Fact fact, Scene scene, Verdicts out) {
        if (fact instanceof Fact.PartitionChanged || fact instanceof Fact.BrokerChanged) {
            compare(scene, out);
        }
    }

    @Override
    void atEnd(Ending ending, Scene scene, Verdicts out) {
        compare(scene, out);
    }

    private void compare(Scene scene, Verdicts out) {
        judge(scene.cluster().agreed(), out);
        for (MetadataImage image : scene.cluster().quorumImages()) {
            judge(image, out);
        }
    }

    private void judge(MetadataImage image, Verdicts out) {
        Long first = hashes.putIfAbsent(image.offset(), image.stateHash());
        if (first != null && first != image.stateHash()) {
            out.add(this, null, "two states at metadata offset " + image.offset());
        }
    }
}
