// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionIndex.Group;
import java.util.HashMap;
import java.util.Map;

/**
 * Whether a replica is missing that is not a job's doing: on a node that is alive, of a partition that has it assigned to stay. Jobs give way
 * to that. What is missing on nodes that are gone, or where nobody leads, does not count: nothing is being copied there.
 */
final class RepairWatch {
    private RepairWatch() {}

    /** The first such replica, as "t-3 lacks node 2"; null when there is none. Costs a walk only where counts differ. */
    static String first(MetadataImage image) {
        Map<Integer, Integer> comingOrGoing = new HashMap<>();
        image.visit(Group.REASSIGNING, Controller.NO_BROKER, (topic, number, partition) -> {
            for (int node : Replicas.concat(partition.adding(), partition.removing())) {
                comingOrGoing.merge(node, partition.inIsr(node) ? 0 : 1, Integer::sum);
            }
            return true;
        });
        for (BrokerImage broker : image.brokers()) {
            int node = broker.id();
            int missing =
                    image.index().size(Group.REPLICA, node) - image.index().size(Group.IN_SYNC, node);
            boolean differs = broker.active() && missing > comingOrGoing.getOrDefault(node, 0);
            String found = differs ? find(image, node) : null;
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    /** Null where nobody leads what is missing. */
    private static String find(MetadataImage image, int node) {
        String[] found = {null};
        image.visit(Group.REPLICA, node, (topic, number, partition) -> {
            boolean comesOrGoes =
                    Replicas.contains(partition.adding(), node) || Replicas.contains(partition.removing(), node);
            if (!comesOrGoes && partition.hasLeader() && !partition.inIsr(node)) {
                found[0] = topic.name() + "-" + number + " lacks node " + node;
            }
            return found[0] == null;
        });
        return found[0];
    }
}
