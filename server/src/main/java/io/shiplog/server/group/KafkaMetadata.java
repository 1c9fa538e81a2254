// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.metadata.FeatureLevelRecord;
import org.apache.kafka.common.metadata.PartitionRecord;
import org.apache.kafka.common.metadata.RegisterBrokerRecord;
import org.apache.kafka.common.metadata.RemoveTopicRecord;
import org.apache.kafka.common.metadata.TopicRecord;
import org.apache.kafka.common.metadata.UnregisterBrokerRecord;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.image.MetadataImage;
import org.apache.kafka.image.MetadataProvenance;

/**
 * The cluster's metadata as the coordinator wants them: Kafka's image, of which it reads topics, how many partitions they have, where their replicas
 * are and in which racks. Leaders and ISRs are left out, so that what changes all the time costs nothing. Not thread-safe.
 */
final class KafkaMetadata {
    /**
     * A step.
     *
     * @param delta what is new in it
     * @param image what there is after it
     */
    record Step(org.apache.kafka.image.MetadataDelta delta, MetadataImage image) {}

    private MetadataImage image = MetadataImage.EMPTY;

    /** Follows one change; null when it holds nothing that matters to groups. */
    Step follow(MetadataDelta change, long nowMs) {
        List<ApiMessage> records = records(change);
        if (records.isEmpty()) {
            return null;
        }
        var delta = new org.apache.kafka.image.MetadataDelta.Builder()
                .setImage(image)
                .build();
        for (ApiMessage record : records) {
            delta.replay(record);
        }
        image = delta.apply(new MetadataProvenance(change.to().offset(), 0, nowMs, true));
        return new Step(delta, image);
    }

    private List<ApiMessage> records(MetadataDelta change) {
        List<ApiMessage> records = new ArrayList<>();
        int level = change.to().registry().featureLevel(Features.METADATA_VERSION);
        if (level > 0 && level != change.from().registry().featureLevel(Features.METADATA_VERSION)) {
            records.add(
                    new FeatureLevelRecord().setName(Features.METADATA_VERSION).setFeatureLevel((short) level));
        }
        for (int id : change.changedBrokers()) {
            addBroker(records, change.from().broker(id), change.to().broker(id), id);
        }
        for (Uuid id : change.deletedTopics()) {
            records.add(new RemoveTopicRecord().setTopicId(id));
        }
        for (Uuid id : change.createdTopics()) {
            TopicImage topic = change.to().topic(id);
            records.add(new TopicRecord().setName(topic.name()).setTopicId(id));
        }
        for (PartitionId id : change.changedPartitions()) {
            addPartition(records, change, id);
        }
        return records;
    }

    private static void addBroker(List<ApiMessage> records, BrokerImage before, BrokerImage after, int id) {
        if (after == null) {
            records.add(new UnregisterBrokerRecord().setBrokerId(id).setBrokerEpoch(before.epoch()));
        } else if (before == null || !before.rack().equals(after.rack())) {
            records.add(new RegisterBrokerRecord()
                    .setBrokerId(id)
                    .setBrokerEpoch(after.epoch())
                    .setIncarnationId(after.incarnationId())
                    .setRack(after.rack().isEmpty() ? null : after.rack())
                    .setFenced(false));
        }
    }

    private static void addPartition(List<ApiMessage> records, MetadataDelta change, PartitionId id) {
        PartitionImage before = change.from().partition(id.topicId(), id.partition());
        PartitionImage after = change.to().partition(id.topicId(), id.partition());
        if (before != null && Arrays.equals(before.replicas(), after.replicas())) {
            return;
        }
        List<Integer> replicas = new ArrayList<>();
        List<Uuid> directories = new ArrayList<>();
        for (int replica : after.replicas()) {
            replicas.add(replica);
            directories.add(Uuid.ZERO_UUID);
        }
        records.add(new PartitionRecord()
                .setTopicId(id.topicId())
                .setPartitionId(id.partition())
                .setReplicas(replicas)
                .setDirectories(directories)
                .setIsr(replicas)
                .setLeader(replicas.get(0))
                .setLeaderEpoch(after.leaderEpoch())
                .setPartitionEpoch(after.partitionEpoch()));
    }
}
