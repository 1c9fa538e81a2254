// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.client;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.simulation.history.History;
import io.shiplog.simulation.node.NodeWorld;
import io.shiplog.simulation.node.StorageLife;

/** What clients live in. */
public interface ClientWorld extends NodeWorld {
    History history();

    /** Number of storage nodes; their ids are 1 to this. */
    int storageNodes();

    /** The life of a node that serves now; null when there is none. */
    StorageLife serving(int nodeId);

    /** What a client that asks a node learns of the metadata; null when the node does not answer. */
    default MetadataImage metadataFrom(int nodeId, int client) {
        StorageLife life = serving(nodeId);
        boolean answers =
                life != null && !life.process().isPaused() && network().isWhole(nodeId, client);
        return answers ? life.client().image() : null;
    }
}
