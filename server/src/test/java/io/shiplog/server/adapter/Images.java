// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.BrokerRegistrationRecord;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionChangeRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.PartitionState;
import io.shiplog.metadata.proto.RemoveTopicRecord;
import io.shiplog.metadata.proto.TopicRecord;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** Images for tests, made as the quorum makes them: by records. */
public final class Images {
    private static final int RECORD_VERSION = 1;

    private Images() {}

    public static MetadataImage after(MetadataImage image, MetadataRecord... records) {
        return image.candidate(List.of(records));
    }

    public static MetadataRecord broker(int id, int port) {
        return record(MetadataRecord.newBuilder()
                .setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                        .setBrokerId(id)
                        .setIncarnationId(Uuids.toBytes(new Uuid(port, id)))
                        .setFenced(true)
                        .addEndpoints(Endpoint.newBuilder()
                                .setName("PLAINTEXT")
                                .setHost("127.0.0.1")
                                .setPort(port))));
    }

    public static MetadataRecord fenced(MetadataImage image, int id, boolean fenced) {
        return record(MetadataRecord.newBuilder()
                .setBrokerState(BrokerStateRecord.newBuilder()
                        .setBrokerId(id)
                        .setBrokerEpoch(image.broker(id).epoch())
                        .setFenced(fenced)));
    }

    public static MetadataRecord topic(Uuid id, String name) {
        return record(MetadataRecord.newBuilder()
                .setTopic(TopicRecord.newBuilder().setTopicId(bytes(id)).setName(name)));
    }

    public static MetadataRecord removeTopic(Uuid id) {
        return record(MetadataRecord.newBuilder()
                .setRemoveTopic(RemoveTopicRecord.newBuilder().setTopicId(bytes(id))));
    }

    public static MetadataRecord partition(Uuid topic, int partition, int leader, Integer... replicas) {
        return record(MetadataRecord.newBuilder()
                .setPartition(PartitionRecord.newBuilder()
                        .setTopicId(bytes(topic))
                        .setPartition(partition)
                        .addAllReplicas(Arrays.asList(replicas))
                        .setState(state(leader, 0, 0, replicas))));
    }

    public static MetadataRecord change(Uuid topic, int partition, int leader, int epoch, Integer... isr) {
        return record(MetadataRecord.newBuilder()
                .setPartitionChange(PartitionChangeRecord.newBuilder()
                        .setTopicId(bytes(topic))
                        .setPartition(partition)
                        .setState(state(leader, epoch, epoch, isr))));
    }

    /** A change that brings another assignment with it. */
    public static MetadataRecord assigned(
            Uuid topic, int partition, int leader, int epoch, List<Integer> replicas, Integer... isr) {
        return record(MetadataRecord.newBuilder()
                .setPartitionChange(PartitionChangeRecord.newBuilder()
                        .setTopicId(bytes(topic))
                        .setPartition(partition)
                        .addAllReplicas(replicas)
                        .setState(state(leader, epoch, epoch, isr))));
    }

    static MetadataRecord topicConfig(Uuid topic, String key, String value) {
        return record(MetadataRecord.newBuilder()
                .setConfig(ConfigRecord.newBuilder()
                        .setResource(ConfigResource.newBuilder()
                                .setType(ConfigResource.Type.TOPIC)
                                .setName(topic.toString()))
                        .setKey(key)
                        .setValue(value)));
    }

    static MetadataRecord brokerConfig(String broker, String key, String value) {
        return record(MetadataRecord.newBuilder()
                .setConfig(ConfigRecord.newBuilder()
                        .setResource(ConfigResource.newBuilder()
                                .setType(ConfigResource.Type.BROKER)
                                .setName(broker))
                        .setKey(key)
                        .setValue(value)));
    }

    private static PartitionState state(int leader, int leaderEpoch, int partitionEpoch, Integer... isr) {
        return PartitionState.newBuilder()
                .setLeader(leader)
                .setLeaderEpoch(leaderEpoch)
                .setPartitionEpoch(partitionEpoch)
                .addAllIsr(Arrays.asList(isr))
                .setDurable(true)
                .build();
    }

    private static ByteString bytes(Uuid id) {
        return Uuids.toBytes(id);
    }

    private static MetadataRecord record(MetadataRecord.Builder body) {
        return body.setVersion(RECORD_VERSION).build();
    }
}
