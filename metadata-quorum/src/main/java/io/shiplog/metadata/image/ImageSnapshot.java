// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.MetadataImage.State;
import io.shiplog.metadata.proto.ClusterRecord;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.ProducerIdsRecord;
import io.shiplog.metadata.proto.RecentProposal;
import io.shiplog.metadata.proto.SnapshotHeader;
import io.shiplog.metadata.proto.TopicRecord;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;
import org.pcollections.TreePMap;

/** An image as records, and back. The order is that in which the records can be replayed: a topic before its partitions. */
final class ImageSnapshot {
    private final Consumer<MetadataRecord> sink;

    private ImageSnapshot(Consumer<MetadataRecord> sink) {
        this.sink = sink;
    }

    /** Gives the records one by one: all of them at once would take several times the memory of the image. */
    static void forEachRecord(State state, Consumer<MetadataRecord> sink) {
        ImageSnapshot snapshot = new ImageSnapshot(sink);
        snapshot.addCluster(state);
        for (QuorumVoter voter : state.quorumVoters.values()) {
            snapshot.add(ImageRecords.record().setQuorumVoter(ImageRecords.voter(voter)));
        }
        for (BrokerImage broker : state.brokers.values()) {
            snapshot.add(ImageRecords.record().setBrokerRegistration(ImageRecords.registration(broker)));
        }
        for (Uuid id : state.topicIds.values()) {
            snapshot.addTopic(state.topics.get(id));
            TreePMap<String, String> configs = state.topicConfigs.get(id);
            if (configs != null) {
                snapshot.addConfigs(ImageRecords.topicResource(id), configs);
            }
        }
        for (Map.Entry<String, TreePMap<String, String>> broker : state.brokerConfigs.entrySet()) {
            snapshot.addConfigs(
                    ConfigResource.newBuilder()
                            .setType(ConfigResource.Type.BROKER)
                            .setName(broker.getKey())
                            .build(),
                    broker.getValue());
        }
        for (Map.Entry<String, TreePMap<String, String>> group : state.groupConfigs.entrySet()) {
            snapshot.addConfigs(
                    ConfigResource.newBuilder()
                            .setType(ConfigResource.Type.GROUP)
                            .setName(group.getKey())
                            .build(),
                    group.getValue());
        }
        state.registry.forEachRecord(snapshot::add);
        state.jobs.forEachRecord(snapshot::add);
    }

    static MetadataImage read(SnapshotHeader header, Iterable<MetadataRecord> records) {
        State state = ImageReplay.replaySnapshot(records);
        state.offset = header.getMetadataOffset();
        RecentProposals proposals = RecentProposals.NONE;
        for (RecentProposal recent : header.getRecentList()) {
            proposals = proposals.plus(
                    new ProposalOutcome(recent.getProposer(), recent.getProposal(), recent.getOffsetAfter()));
        }
        return new MetadataImage(state, proposals);
    }

    private void addCluster(State state) {
        if (!state.clusterId.isEmpty()) {
            add(ImageRecords.record().setCluster(ClusterRecord.newBuilder().setClusterId(state.clusterId)));
        }
        if (state.nextProducerId != 0) {
            add(ImageRecords.record()
                    .setProducerIds(ProducerIdsRecord.newBuilder()
                            .setBrokerId(-1)
                            .setBrokerEpoch(-1)
                            .setNextProducerId(state.nextProducerId)));
        }
    }

    private void addTopic(TopicImage topic) {
        add(ImageRecords.record()
                .setTopic(TopicRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(topic.id()))
                        .setName(topic.name())));
        ByteString id = Uuids.toBytes(topic.id());
        int number = 0;
        for (PartitionImage partition : topic.partitions()) {
            PartitionRecord.Builder record = PartitionRecord.newBuilder()
                    .setTopicId(id)
                    .setPartition(number++)
                    .setState(ImageRecords.state(partition));
            for (int replica : partition.replicas()) {
                record.addReplicas(replica);
            }
            add(ImageRecords.record().setPartition(record));
        }
    }

    private void addConfigs(ConfigResource resource, Map<String, String> configs) {
        for (Map.Entry<String, String> config : configs.entrySet()) {
            add(ImageRecords.record()
                    .setConfig(ConfigRecord.newBuilder()
                            .setResource(resource)
                            .setKey(config.getKey())
                            .setValue(config.getValue())));
        }
    }

    private void add(MetadataRecord.Builder record) {
        sink.accept(record.build());
    }
}
