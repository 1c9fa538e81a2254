// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.server.api.ClusterView;

/** The cluster as this node's metadata client has it. */
record NodeView(int nodeId, MetadataClient client) implements ClusterView {
    @Override
    public MetadataImage image() {
        return client.image();
    }
}
