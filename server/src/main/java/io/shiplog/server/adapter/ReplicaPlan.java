// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import org.apache.kafka.common.Uuid;

/**
 * What one node has to do so that its replicas become what the newest image says. Pure; both lists are sorted.
 *
 * @param apply partitions that this node holds and whose state, topic settings or replicas' nodes changed
 * @param remove partitions that this node held and holds no more: topic deleted, or not assigned any longer
 * @param changedBrokers nodes whose address or registration changed, so that connections to them may lead nowhere
 */
record ReplicaPlan(List<PartitionId> apply, List<PartitionId> remove, Set<Integer> changedBrokers) {
    /**
     * Plans what the first image asks of a node: everything that is assigned to it, and the end of every log whose
     * partition is not.
     *
     * @param image must not be older than this node's registration: in an older one, a partition that the node holds may
     *     not be there yet, and its log would be lost
     * @param held the partitions that this node has logs of
     */
    static ReplicaPlan first(int nodeId, NavigableSet<PartitionId> held, MetadataImage image) {
        SortedSet<PartitionId> apply = new TreeSet<>();
        for (TopicImage topic : image.topics()) {
            addAssigned(nodeId, topic, apply);
        }
        List<PartitionId> remove = new ArrayList<>();
        for (PartitionId id : held) {
            if (!apply.contains(id)) {
                remove.add(id);
            }
        }
        return new ReplicaPlan(List.copyOf(apply), List.copyOf(remove), Set.of());
    }

    /**
     * Plans what a changed image asks of a node, at the cost of what changed; of everything that it holds when a node
     * changed.
     *
     * @param held the partitions that this node holds so far
     */
    static ReplicaPlan of(int nodeId, NavigableSet<PartitionId> held, MetadataDelta delta) {
        MetadataImage image = delta.to();
        SortedSet<PartitionId> apply = new TreeSet<>();
        List<PartitionId> remove = new ArrayList<>();
        for (Uuid topicId : delta.deletedTopics()) {
            remove.addAll(
                    held.subSet(new PartitionId(topicId, 0), true, new PartitionId(topicId, Integer.MAX_VALUE), true));
        }
        for (PartitionId id : delta.changedPartitions()) {
            if (image.partition(id.topicId(), id.partition()).isReplica(nodeId)) {
                apply.add(id);
            } else if (held.contains(id)) {
                remove.add(id);
            }
        }
        if (!delta.changedBrokers().isEmpty()) {
            addHeldWith(delta.changedBrokers(), nodeId, held, image, apply);
        }
        if (delta.brokerConfigsChanged()) {
            addStillAssigned(nodeId, held, image, apply);
        }
        for (Uuid topicId : delta.changedTopicConfigs()) {
            addAssigned(nodeId, image.topic(topicId), apply);
        }
        remove.sort(null);
        return new ReplicaPlan(List.copyOf(apply), List.copyOf(remove), delta.changedBrokers());
    }

    boolean isEmpty() {
        return apply.isEmpty() && remove.isEmpty() && changedBrokers.isEmpty();
    }

    /** The defaults of topics may have changed. */
    private static void addStillAssigned(
            int nodeId, NavigableSet<PartitionId> held, MetadataImage image, SortedSet<PartitionId> apply) {
        for (PartitionId id : held) {
            PartitionImage partition = image.partition(id.topicId(), id.partition());
            if (partition != null && partition.isReplica(nodeId)) {
                apply.add(id);
            }
        }
    }

    private static void addHeldWith(
            Set<Integer> brokers,
            int nodeId,
            NavigableSet<PartitionId> held,
            MetadataImage image,
            SortedSet<PartitionId> apply) {
        for (PartitionId id : held) {
            PartitionImage partition = image.partition(id.topicId(), id.partition());
            if (partition != null && partition.isReplica(nodeId) && holdsOneOf(partition, brokers)) {
                apply.add(id);
            }
        }
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
