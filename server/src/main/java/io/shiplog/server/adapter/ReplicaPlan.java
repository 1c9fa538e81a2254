// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;

/**
 * What one node has to do so that its replicas become what the newest image says. Pure; both lists are sorted.
 *
 * @param apply partitions that this node holds and whose state, topic settings or replicas' nodes changed
 * @param remove partitions that this node held and holds no more: topic deleted, or not assigned any longer
 * @param movedBrokers nodes whose address or registration changed, so that connections to them may lead nowhere
 */
record ReplicaPlan(List<PartitionId> apply, List<PartitionId> remove, Set<Integer> movedBrokers) {
    /**
     * Plans what a changed image asks of a node.
     *
     * @param held the partitions that this node holds so far
     */
    static ReplicaPlan of(int nodeId, Collection<PartitionId> held, MetadataDelta delta) {
        MetadataImage image = delta.to();
        SortedSet<PartitionId> apply = new TreeSet<>();
        List<PartitionId> remove = new ArrayList<>();
        for (PartitionId id : delta.changedPartitions()) {
            if (assigned(nodeId, image, id)) {
                apply.add(id);
            }
        }
        for (PartitionId id : new TreeSet<>(held)) {
            if (!assigned(nodeId, image, id)) {
                remove.add(id);
            } else if (holdsOneOf(image.partition(id.topicId(), id.partition()), delta.changedBrokers())) {
                apply.add(id);
            }
        }
        for (Uuid topicId : delta.changedTopicConfigs()) {
            addAssigned(nodeId, image.topic(topicId), apply);
        }
        return new ReplicaPlan(List.copyOf(apply), List.copyOf(remove), delta.changedBrokers());
    }

    boolean isEmpty() {
        return apply.isEmpty() && remove.isEmpty() && movedBrokers.isEmpty();
    }

    private static boolean assigned(int nodeId, MetadataImage image, PartitionId id) {
        PartitionImage partition = image.partition(id.topicId(), id.partition());
        return partition != null && partition.isReplica(nodeId);
    }

    private static boolean holdsOneOf(PartitionImage partition, Set<Integer> brokers) {
        for (int broker : brokers) {
            if (partition.isReplica(broker)) {
                return true;
            }
        }
        return false;
    }

    private static void addAssigned(int nodeId, TopicImage topic, SortedSet<PartitionId> apply) {
        for (int partition = 0; partition < topic.partitionCount(); partition++) {
            if (topic.partition(partition).isReplica(nodeId)) {
                apply.add(new PartitionId(topic.id(), partition));
            }
        }
    }
}
