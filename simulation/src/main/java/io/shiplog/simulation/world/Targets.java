// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.simulation.node.SimNode;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicIdPartition;

/** Whom a fault meets: a node by its number, by what it is now, or the one that an earlier fault of the same coincidence met. */
final class Targets {
    private final World world;
    private final Map<String, SimNode> named = new HashMap<>();

    Targets(World world) {
        this.world = world;
    }

    /** The node that is meant; null when there is none now. */
    SimNode node(String target) {
        int equals = target.indexOf('=');
        if (equals >= 0) {
            SimNode found = node(target.substring(equals + 1));
            named.put(target.substring(0, equals), found);
            return found;
        }
        int dash = target.indexOf('-');
        if (dash < 0) {
            return named.get(target);
        }
        int number = Integer.parseInt(target.substring(dash + 1));
        if (target.startsWith("node")) {
            return number >= 1 && number <= world.storageNodes() ? world.node(number) : null;
        }
        PartitionImage image = image(number);
        if (image == null) {
            return null;
        }
        return target.startsWith("leader")
                ? image.hasLeader() ? world.node(image.leader()) : null
                : anyInSyncFollower(image);
    }

    private PartitionImage image(int number) {
        TopicIdPartition partition = world.topic().partition(number);
        return partition == null ? null : world.metadata().partition(partition.topicId(), partition.partition());
    }

    private SimNode anyInSyncFollower(PartitionImage image) {
        for (int i = 0; i < image.isrSize(); i++) {
            if (image.isrMember(i) != image.leader()) {
                return world.node(image.isrMember(i));
            }
        }
        return null;
    }
}
