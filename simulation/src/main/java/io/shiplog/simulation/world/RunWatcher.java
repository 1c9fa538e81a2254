// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.image.MetadataImage;

/**
 * Watches one run, and ends it with a {@link BrokenPromise} when something is not as it must be. It may remember what it has seen; it must change
 * nothing.
 */
public interface RunWatcher {
    /**
     * An event is over in which something of a replica changed: role, offsets, what it holds, whether its node is up.
     *
     * @param replica as it is now, and as it was when it was looked at last ({@link ReplicaView#before})
     */
    default void onReplica(WorldView world, ReplicaView replica) {}

    /** A node has a new image of the metadata, quorum nodes and storage nodes alike. */
    default void onImage(WorldView world, int node, MetadataImage image) {}

    /** A node lost what was on its disk, or some of it: it was wiped, rolled back, or bits rotted. */
    default void onDiskLost(WorldView world, int node) {}

    /** The process of a node ended, or its machine lost power, perhaps once more. */
    default void onNodeDown(WorldView world, int node) {}

    /** An event is over, whatever changed. Must be cheap. */
    default void afterEvent(WorldView world) {}

    /** All faults are over and the cluster had time to heal. */
    default void atEnd(WorldView world) {}
}
