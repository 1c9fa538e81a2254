// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.twin;

import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
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
import io.shiplog.metadata.proto.QuorumVoterRecord;
import io.shiplog.metadata.proto.TopicRecord;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/** A quorum of three, of which one answers, and storage nodes from 1 on that serve; topics as a test makes them. */
public final class ClusterTwin implements AutoCloseable {
    public static final String CLUSTER_ID = "twin-cluster";

    public static final int NOBODY = -1;

    private final QuorumTwin quorum = new QuorumTwin();
    private final Map<Integer, StorageTwin> storage = new TreeMap<>();
    private int topics;

    public ClusterTwin(int nodes) throws IOException {
        commit(ImageRecords.record().setCluster(ClusterRecord.newBuilder().setClusterId(CLUSTER_ID)));
        for (int id = 1; id <= 3; id++) {
            commit(ImageRecords.record()
                    .setQuorumVoter(QuorumVoterRecord.newBuilder()
                            .setNodeId(id)
                            .setPeerId(id + "-x")
                            .setHost("127.0.0.1")
                            .setRaftPort(1)
                            .setEndpointPort(id == QuorumTwin.NODE ? quorum.port() : 1)));
        }
        level(Features.SHIPLOG_METADATA_VERSION, 3);
        for (int id = 1; id <= nodes; id++) {
            add(id);
        }
    }

    private void add(int id) throws IOException {
        StorageTwin node = new StorageTwin(id, quorum);
        storage.put(id, node);
        commit(ImageRecords.record()
                .setBrokerRegistration(BrokerRegistrationRecord.newBuilder()
                        .setBrokerId(id)
                        .setIncarnationId(Uuids.toBytes(new Uuid(7, id)))
                        .addDirectoryIds(Uuids.toBytes(new Uuid(3, id)))
                        .setFenced(true)
                        .addEndpoints(Endpoint.newBuilder()
                                .setName("PLAINTEXT")
                                .setHost("127.0.0.1")
                                .setPort(node.kafkaPort()))
                        .setAdminEndpoint(Endpoint.newBuilder()
                                .setName("ADMIN")
                                .setHost("127.0.0.1")
                                .setPort(node.adminPort()))));
        state(id, BrokerStateRecord.newBuilder());
    }

    public QuorumTwin quorum() {
        return quorum;
    }

    public StorageTwin node(int id) {
        return storage.get(id);
    }

    /** All storage nodes. */
    public Iterable<StorageTwin> nodes() {
        return storage.values();
    }

    private void commit(MetadataRecord.Builder record) {
        quorum.commit(List.of(record.build()));
    }

    /** What the cluster uses of a feature. */
    public ClusterTwin level(String feature, int level) {
        commit(ImageRecords.record()
                .setFeatureLevel(
                        FeatureLevelRecord.newBuilder().setName(feature).setLevel(level)));
        return this;
    }

    /** Another state of a node. */
    public ClusterTwin state(int id, BrokerStateRecord.Builder state) {
        commit(ImageRecords.record()
                .setBrokerState(state.setBrokerId(id)
                        .setBrokerEpoch(quorum.image().broker(id).epoch())));
        return this;
    }

    /** The controller does not hear a node any more. */
    public ClusterTwin fenced(int id) {
        return state(id, BrokerStateRecord.newBuilder().setFenced(true));
    }

    /** A topic whose partitions have these replicas, all in sync; the first leads. */
    public ClusterTwin topic(String name, List<List<Integer>> partitions) {
        Uuid id = new Uuid(1, ++topics);
        commit(ImageRecords.record()
                .setTopic(TopicRecord.newBuilder().setTopicId(Uuids.toBytes(id)).setName(name)));
        for (int number = 0; number < partitions.size(); number++) {
            partition(
                    name,
                    number,
                    partitions.get(number),
                    partitions.get(number),
                    partitions.get(number).get(0));
        }
        return this;
    }

    /** A partition, new or in another state. */
    public ClusterTwin partition(String topic, int number, List<Integer> replicas, List<Integer> isr, int leader) {
        TopicImage in = quorum.image().topic(topic);
        PartitionState.Builder state =
                PartitionState.newBuilder().setLeader(leader).setLeaderEpoch(3).addAllIsr(isr);
        PartitionImage before = in.partition(number);
        if (before == null) {
            commit(ImageRecords.record()
                    .setPartition(PartitionRecord.newBuilder()
                            .setTopicId(Uuids.toBytes(in.id()))
                            .setPartition(number)
                            .addAllReplicas(replicas)
                            .setState(state)));
        } else {
            commit(ImageRecords.record()
                    .setPartitionChange(PartitionChangeRecord.newBuilder()
                            .setTopicId(Uuids.toBytes(in.id()))
                            .setPartition(number)
                            .addAllReplicas(replicas)
                            .setState(state.setLeaderEpoch(before.leaderEpoch() + 1)
                                    .setPartitionEpoch(before.partitionEpoch() + 1))));
        }
        return this;
    }

    /** A setting of a topic. */
    public ClusterTwin config(String topic, String key, String value) {
        commit(ImageRecords.record()
                .setConfig(ConfigRecord.newBuilder()
                        .setResource(ConfigResource.newBuilder()
                                .setType(ConfigResource.Type.TOPIC)
                                .setName(quorum.image().topic(topic).id().toString()))
                        .setKey(key)
                        .setValue(value)));
        return this;
    }

    @Override
    public void close() throws IOException {
        for (StorageTwin node : storage.values()) {
            node.close();
        }
        quorum.close();
    }
}
