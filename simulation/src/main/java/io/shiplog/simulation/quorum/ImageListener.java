// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.quorum;

import io.shiplog.metadata.image.MetadataImage;

/** Hears of every image that a node comes to have, quorum nodes and storage nodes alike. */
@FunctionalInterface
public interface ImageListener {
    void onImage(int node, MetadataImage image);
}
