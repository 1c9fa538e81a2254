// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.metadata;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.PartitionChangeRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.image.MetadataDelta;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;

/** Apache Kafka's image of as many partitions as {@link SyntheticMetadata} makes, on three nodes, and what it is when one of these is fenced. */
final class KafkaMetadata {
    private static final List<Integer> REPLICAS = List.of(1, 2, 3);
    private static final int FENCED = 1;

    private final MetadataImage image;
    private final List<PartitionChangeRecord> changes = new ArrayList<>();

    KafkaMetadata(int partitions) {
        MetadataDelta creation = new MetadataDelta.Builder().build();
        for (int i = 0; i < partitions; i++) {
            int topic = i / SyntheticMetadata.PARTITIONS_PER_TOPIC;
            int partition = i % SyntheticMetadata.PARTITIONS_PER_TOPIC;
            Uuid id = new Uuid(1, topic + 1);
            if (partition == 0) {
                creation.replay(new TopicRecord().setName("topic-" + topic).setTopicId(id));
            }
            int leader = REPLICAS.get(i % REPLICAS.size());
            creation.replay(new PartitionRecord()
                    .setTopicId(id)
                    .setPartitionId(partition)
                    .setReplicas(REPLICAS)
                    .setIsr(REPLICAS)
                    .setDirectories(List.of(id, id, id))
                    .setLeader(leader)
                    .setLeaderEpoch(0)
                    .setPartitionEpoch(0));
            PartitionChangeRecord change = new PartitionChangeRecord()
                    .setTopicId(id)
                    .setPartitionId(partition)
                    .setIsr(List.of(2, 3));
            changes.add(leader == FENCED ? change.setLeader(2) : change);
        }
        image = creation.apply(MetadataProvenance.EMPTY);
    }

    /** Every partition changes. */
    MetadataImage apply() {
        return apply(changes);
    }

    /** One partition changes. */
    MetadataImage applyOneChange() {
        return apply(changes.subList(changes.size() - 1, changes.size()));
    }

    private MetadataImage apply(List<PartitionChangeRecord> records) {
        MetadataDelta delta = new MetadataDelta.Builder().setImage(image).build();
        for (int i = 0; i < records.size(); i++) {
            delta.replay(records.get(i));
        }
        return delta.apply(MetadataProvenance.EMPTY);
    }
}
