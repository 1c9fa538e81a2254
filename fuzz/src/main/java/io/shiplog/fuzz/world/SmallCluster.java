// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.world;

import io.shiplog.fuzz.bytes.Words;
import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.BrokerRegistrationRecord;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.ClusterRecord;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.FeatureLevelRecord;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.PartitionState;
import io.shiplog.metadata.proto.TopicRecord;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.internals.Topic;

/** Metadata of three nodes and a few topics, record by record. */
final class SmallCluster {
    static final int NODE = 1;
    private static final List<Integer> NODES = List.of(1, 2, 3);
    private static final int PORT = 9092;
    private static final Uuid OFFSETS_ID = new Uuid(11, 3);
    private static final int OFFSETS_PARTITIONS = 4;

    private MetadataImage image = MetadataImage.empty();

    private SmallCluster() {}

    static MetadataImage create() {
        SmallCluster cluster = new SmallCluster();
        cluster.add(record().setCluster(ClusterRecord.newBuilder().setClusterId("fuzz-cluster")));
        NODES.forEach(cluster::node);
        cluster.topic(Words.TOPIC, Words.TOPIC_ID, 3);
        cluster.topic(Words.COMPACTED, Words.COMPACTED_ID, 1);
        cluster.config(Words.COMPACTED_ID, "cleanup.policy", "compact");
        cluster.topic(Topic.GROUP_METADATA_TOPIC_NAME, OFFSETS_ID, OFFSETS_PARTITIONS);
        cluster.feature(Features.GROUP_VERSION);
        cluster.feature(Features.STREAMS_VERSION);
        return cluster.image;
    }

    private void node(int id) {
        add(record().setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                .setBrokerId(id)
                .setIncarnationId(Uuids.toBytes(new Uuid(7, id)))
                .setRack("rack-" + id)
                .setFenced(true)
                .addEndpoints(Endpoint.newBuilder()
                        .setName("PLAINTEXT")
                        .setHost("127.0.0.1")
                        .setPort(PORT + id))));
        add(record().setBrokerState(BrokerStateRecord.newBuilder()
                .setBrokerId(id)
                .setBrokerEpoch(image.broker(id).epoch())
                .setFenced(false)));
    }

    private void topic(String name, Uuid id, int partitions) {
        add(record().setTopic(
                        TopicRecord.newBuilder().setTopicId(Uuids.toBytes(id)).setName(name)));
        for (int p = 0; p < partitions; p++) {
            int leader = NODES.get(p % NODES.size());
            add(record().setPartition(PartitionRecord.newBuilder()
                    .setTopicId(Uuids.toBytes(id))
                    .setPartition(p)
                    .addAllReplicas(NODES)
                    .setState(PartitionState.newBuilder()
                            .setLeader(leader)
                            .setLeaderEpoch(3)
                            .addAllIsr(NODES))));
        }
    }

    private void config(Uuid topic, String key, String value) {
        add(record().setConfig(ConfigRecord.newBuilder()
                .setResource(ConfigResource.newBuilder()
                        .setType(ConfigResource.Type.TOPIC)
                        .setName(topic.toString()))
                .setKey(key)
                .setValue(value)));
    }

    private void feature(String name) {
        add(record().setFeatureLevel(
                        FeatureLevelRecord.newBuilder().setName(name).setLevel(1)));
    }

    private void add(MetadataRecord.Builder record) {
        image = image.candidate(List.of(record.build()));
    }

    private static MetadataRecord.Builder record() {
        return MetadataRecord.newBuilder().setVersion(1);
    }
}
