// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.simulation.node.SimNode;
import org.apache.kafka.common.TopicIdPartition;

/**
 * Does what docs/operations.md tells an operator to do about a follower that stopped rather than cut what it knows to be committed: its leader
 * lacks that, and leads all the same. Somebody decides for the leader, and the replica's directory is taken away while its node is down.
 *
 * <p>That the records are missing was either more than was promised to be survived, or it is the follower that has a past which was given up since,
 * on a disk of which an older image was put back. Where it is neither, the stop itself breaks S11.
 */
final class StoppedFollowers {
    private final World world;

    StoppedFollowers(World world) {
        this.world = world;
    }

    /** Looks at the replicas of a partition that has a leader. */
    void look(TopicIdPartition id, PartitionImage image) {
        for (int node : image.replicas()) {
            ReplicaView replica = world.replica(id, node);
            if (replica != null && replica.hasStopped() && !image.inIsr(node) && !image.inElr(node)) {
                giveUp(world.node(node), replica);
            }
        }
    }

    private void giveUp(SimNode node, ReplicaView replica) {
        world.trace().line(() -> "the operator gives up the " + replica);
        node.kill();
        node.disk().removeLog(replica.directory());
        world.onNodeDown(node);
        node.start();
    }
}
