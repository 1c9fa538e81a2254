// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.proto.BrokerRegistrationRecord;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.ClusterRecord;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.FeatureLevelRecord;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionChangeRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.PartitionState;
import io.shiplog.metadata.proto.RemoveTopicRecord;
import io.shiplog.metadata.proto.TopicRecord;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** A cluster that consists of its metadata only; built record by record. Safe to read from the loop. */
public final class TestCluster implements ClusterView {
    private final int nodeId;
    private volatile MetadataImage image = MetadataImage.empty();

    public TestCluster(int nodeId) {
        this.nodeId = nodeId;
        add(record().setCluster(ClusterRecord.newBuilder().setClusterId("test-cluster")));
    }

    @Override
    public int nodeId() {
        return nodeId;
    }

    @Override
    public MetadataImage image() {
        return image;
    }

    public TestCluster broker(int id, int port) {
        return broker(id, port, false, "");
    }

    public TestCluster broker(int id, int port, boolean fenced, String rack) {
        add(record().setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                .setBrokerId(id)
                .setIncarnationId(bytes(new Uuid(7, id)))
                .setRack(rack)
                .setFenced(true)
                .addEndpoints(Endpoint.newBuilder()
                        .setName("PLAINTEXT")
                        .setHost("127.0.0.1")
                        .setPort(port))));
        return fence(id, fenced);
    }

    public TestCluster fence(int id, boolean fenced) {
        add(record().setBrokerState(BrokerStateRecord.newBuilder()
                .setBrokerId(id)
                .setBrokerEpoch(image.broker(id).epoch())
                .setFenced(fenced)));
        return this;
    }

    /** Creates a topic whose partitions have replicas, ISR and leader as given: the first replica leads. */
    public Uuid topic(String name, int partitions, Integer... replicas) {
        Uuid id = new Uuid(11, name.hashCode());
        add(record().setTopic(TopicRecord.newBuilder().setTopicId(bytes(id)).setName(name)));
        for (int p = 0; p < partitions; p++) {
            add(record().setPartition(PartitionRecord.newBuilder()
                    .setTopicId(bytes(id))
                    .setPartition(p)
                    .addAllReplicas(List.of(replicas))
                    .setState(PartitionState.newBuilder()
                            .setLeader(replicas[0])
                            .setLeaderEpoch(3)
                            .addAllIsr(List.of(replicas)))));
        }
        return id;
    }

    /** Another replica, which must be in sync, leads the partition in a new epoch. */
    public void lead(String topic, int partition, int leader) {
        PartitionImage before = image.topic(topic).partition(partition);
        PartitionState.Builder state = PartitionState.newBuilder()
                .setLeader(leader)
                .setLeaderEpoch(before.leaderEpoch() + 1)
                .setPartitionEpoch(before.partitionEpoch() + 1)
                .setDurable(before.durable());
        for (int id : before.isr()) {
            state.addIsr(id);
        }
        add(record().setPartitionChange(PartitionChangeRecord.newBuilder()
                .setTopicId(bytes(image.topic(topic).id()))
                .setPartition(partition)
                .setState(state)));
    }

    public void config(String topic, String key, String value) {
        add(record().setConfig(ConfigRecord.newBuilder()
                .setResource(ConfigResource.newBuilder()
                        .setType(ConfigResource.Type.TOPIC)
                        .setName(image.topic(topic).id().toString()))
                .setKey(key)
                .setValue(value)));
    }

    /** A setting of a broker, or with an empty name of all. */
    public void brokerConfig(String broker, String key, String value) {
        add(record().setConfig(ConfigRecord.newBuilder()
                .setResource(ConfigResource.newBuilder()
                        .setType(ConfigResource.Type.BROKER)
                        .setName(broker))
                .setKey(key)
                .setValue(value)));
    }

    public void groupConfig(String group, String key, String value) {
        add(record().setConfig(ConfigRecord.newBuilder()
                .setResource(ConfigResource.newBuilder()
                        .setType(ConfigResource.Type.GROUP)
                        .setName(group))
                .setKey(key)
                .setValue(value)));
    }

    /** The cluster uses a feature at this level. */
    public void feature(String name, int level) {
        add(record().setFeatureLevel(
                        FeatureLevelRecord.newBuilder().setName(name).setLevel(level)));
    }

    public void remove(Uuid topicId) {
        add(record().setRemoveTopic(RemoveTopicRecord.newBuilder().setTopicId(bytes(topicId))));
    }

    /** Takes over what a controller has decided. */
    public void apply(List<MetadataRecord> records) {
        image = image.candidate(records);
    }

    private void add(MetadataRecord.Builder record) {
        image = image.candidate(List.of(record.build()));
    }

    private static MetadataRecord.Builder record() {
        return MetadataRecord.newBuilder().setVersion(1);
    }

    private static ByteString bytes(Uuid id) {
        ByteBuffer bytes = ByteBuffer.allocate(16);
        bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        return ByteString.copyFrom(bytes.flip());
    }
}
