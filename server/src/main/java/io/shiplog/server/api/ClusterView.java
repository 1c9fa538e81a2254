// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.MetadataImage;

/** What this node knows of the cluster. Safe to ask from any thread. */
public interface ClusterView {
    /** This node. */
    int nodeId();

    /** The newest metadata that this node was given; the empty image before the first. */
    MetadataImage image();
}
