// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.admin.NodeAnswer;
import io.shiplog.metadata.admin.NodeAnswer.Silence;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.BrokerRegistrationRecord;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.ConfigRecord;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.DescribeNodeResponse;
import io.shiplog.metadata.proto.DirectoryState;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.FollowerReport;
import io.shiplog.metadata.proto.HistoryLine;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionRecord;
import io.shiplog.metadata.proto.PartitionState;
import io.shiplog.metadata.proto.ReplicaReport;
import io.shiplog.metadata.proto.TopicRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.apache.kafka.common.Uuid;

/**
 * A cluster as it is found: five storage nodes and three quorum nodes that are well, and a topic {@code t} of one partition with replicas 1, 2, 3,
 * all in sync; until a test says otherwise.
 */
final class Scene {
    static final long NOW_MS = 1_000_000_000;
    static final Uuid TOPIC = new Uuid(1, 1);
    static final PartitionId T0 = new PartitionId(TOPIC, 0);
    static final String DIRECTORY = "/data";
    static final int NODES = 5;

    private final Map<Integer, BrokerRegistrationRecord.Builder> brokers = new TreeMap<>();
    private final Map<Integer, Long> epochs = new HashMap<>();
    private final List<Integer> fenced = new ArrayList<>();
    private final List<Integer> stopping = new ArrayList<>();
    private final List<MetadataRecord> more = new ArrayList<>();
    private final Map<Integer, NodeAnswer<DescribeNodeResponse>> answers = new TreeMap<>();
    private final Map<Integer, DescribeNodeResponse.Builder> nodes = new TreeMap<>();
    private final Map<Integer, ReplicaReport.Builder> reports = new TreeMap<>();
    private final Map<Integer, String> silentQuorum = new TreeMap<>();
    private final List<HistoryLine> lines = new ArrayList<>();
    private List<Integer> replicas = List.of(1, 2, 3);
    private PartitionState.Builder state =
            PartitionState.newBuilder().setLeader(1).setLeaderEpoch(7).addAllIsr(List.of(1, 2, 3));
    private boolean controller = true;

    Scene() {
        for (int id = 1; id <= NODES; id++) {
            brokers.put(
                    id,
                    BrokerRegistrationRecord.newBuilder()
                            .setBrokerId(id)
                            .setIncarnationId(Uuids.toBytes(new Uuid(2, id)))
                            .addEndpoints(Endpoint.newBuilder()
                                    .setName("P")
                                    .setHost("host-" + id)
                                    .setPort(9092))
                            .addDirectoryIds(Uuids.toBytes(new Uuid(3, id)))
                            .setFenced(true));
            nodes.put(
                    id,
                    DescribeNodeResponse.newBuilder()
                            .setNodeId(id)
                            .setUptimeMs(60_000)
                            .setLeaseRemainingMs(1_500)
                            .addDirectories(DirectoryState.newBuilder()
                                    .setPath(DIRECTORY)
                                    .setTotalBytes(100L << 30)
                                    .setUsableBytes(50L << 30)));
        }
        for (int id = 1; id <= 3; id++) {
            reports.put(id, report(id == 1 ? ReplicaReport.Role.LEADER : ReplicaReport.Role.FOLLOWER));
        }
    }

    private static ReplicaReport.Builder report(ReplicaReport.Role role) {
        return ReplicaReport.newBuilder()
                .setTopicId(Uuids.toBytes(TOPIC))
                .setPartition(0)
                .setRole(role)
                .setLeaderId(1)
                .setLogEndOffset(1_000)
                .setBytes(1_000_000)
                .setDirectory(DIRECTORY)
                .setDamagedFrom(-1);
    }

    // ---- nodes

    Scene fenced(int node) {
        fenced.add(node);
        return this;
    }

    Scene stopping(int node) {
        stopping.add(node);
        return this;
    }

    Scene unregistered(int node) {
        brokers.remove(node);
        answers.remove(node);
        nodes.remove(node);
        reports.remove(node);
        return this;
    }

    Scene silent(int node, Silence silence) {
        answers.put(node, NodeAnswer.silent(silence, "the reason"));
        reports.remove(node);
        return this;
    }

    /** Its process is gone, and the controller knows. */
    Scene dead(int node) {
        return fenced(node).silent(node, Silence.REFUSED);
    }

    Scene node(int node, Consumer<DescribeNodeResponse.Builder> change) {
        change.accept(nodes.get(node));
        return this;
    }

    Scene directory(int node, Consumer<DirectoryState.Builder> change) {
        change.accept(nodes.get(node).getDirectoriesBuilder(0));
        return this;
    }

    // ---- the partition

    Scene partition(List<Integer> assigned, int leader, Integer... isr) {
        replicas = assigned;
        state = PartitionState.newBuilder().setLeader(leader).setLeaderEpoch(7).addAllIsr(List.of(isr));
        return this;
    }

    Scene state(Consumer<PartitionState.Builder> change) {
        change.accept(state);
        return this;
    }

    Scene replica(int node, Consumer<ReplicaReport.Builder> change) {
        change.accept(reports.computeIfAbsent(node, any -> report(ReplicaReport.Role.FOLLOWER)));
        return this;
    }

    /** What the leader says of a follower that is out of sync. */
    Scene lag(int follower, String cause, long records, long rate) {
        return replica(
                1,
                leader -> leader.addFollowers(FollowerReport.newBuilder()
                        .setNodeId(follower)
                        .setCause(cause)
                        .setRecords(records)
                        .setBytesPerSecond(rate)
                        .setSentence("what the leader says")));
    }

    Scene topicConfig(String key, String value) {
        return config(ConfigResource.Type.TOPIC, TOPIC.toString(), key, value);
    }

    Scene brokerConfig(String broker, String key, String value) {
        return config(ConfigResource.Type.BROKER, broker, key, value);
    }

    private Scene config(ConfigResource.Type type, String name, String key, String value) {
        more.add(ImageRecords.record()
                .setConfig(ConfigRecord.newBuilder()
                        .setResource(ConfigResource.newBuilder().setType(type).setName(name))
                        .setKey(key)
                        .setValue(value))
                .build());
        return this;
    }

    Scene record(MetadataRecord record) {
        more.add(record);
        return this;
    }

    // ---- the rest

    Scene quorumSilent(int... ids) {
        for (int id : ids) {
            silentQuorum.put(id, "connection refused");
        }
        return this;
    }

    Scene noController() {
        controller = false;
        return this;
    }

    /** Newest first. */
    Scene line(HistoryLine.Kind kind, String name, long agoMs, String before, String after) {
        lines.add(HistoryLine.newBuilder()
                .setKind(kind)
                .setName(name)
                .setTimeMs(NOW_MS - agoMs)
                .setOldValue(before)
                .setNewValue(after)
                .setCause("a cause")
                .build());
        return this;
    }

    private MetadataImage image() {
        List<MetadataRecord> records = new ArrayList<>();
        brokers.values().forEach(broker -> {
            epochs.put(broker.getBrokerId(), (long) records.size());
            records.add(ImageRecords.record().setBrokerRegistration(broker).build());
        });
        for (int id : brokers.keySet()) {
            if (!fenced.contains(id)) {
                records.add(ImageRecords.record()
                        .setBrokerState(BrokerStateRecord.newBuilder()
                                .setBrokerId(id)
                                .setBrokerEpoch(epochs.get(id))
                                .setInControlledShutdown(stopping.contains(id)))
                        .build());
            }
        }
        records.add(ImageRecords.record()
                .setTopic(TopicRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(TOPIC))
                        .setName("t"))
                .build());
        records.add(ImageRecords.record()
                .setPartition(PartitionRecord.newBuilder()
                        .setTopicId(Uuids.toBytes(TOPIC))
                        .addAllReplicas(replicas)
                        .setState(state))
                .build());
        records.addAll(more);
        return MetadataImage.empty().candidate(records);
    }

    Facts facts() {
        MetadataImage image = image();
        Map<Integer, NodeAnswer<DescribeNodeResponse>> told = new TreeMap<>();
        nodes.forEach((id, node) -> {
            // Zero: the test did not say.
            DescribeNodeResponse.Builder answer = node.build().toBuilder();
            told.put(
                    id,
                    NodeAnswer.of(
                            (answer.getBrokerEpoch() == 0 ? answer.setBrokerEpoch(epochs.get(id)) : answer).build()));
        });
        told.putAll(answers);
        Map<Integer, Map<PartitionId, ReplicaReport>> replicaReports = new TreeMap<>();
        reports.forEach((id, report) -> replicaReports.put(id, Map.of(T0, report.build())));
        QuorumDescription description = controller && silentQuorum.size() < 2
                ? new QuorumDescription(1, 4, 100, List.of(), 9, 9, List.of(voter()), List.of())
                : null;
        return new Facts(
                NOW_MS,
                "host-1:9092",
                image,
                new QuorumFacts(Map.of(1, "q-1:1", 2, "q-2:1", 3, "q-3:1"), silentQuorum, description),
                told,
                replicaReports,
                new Timeline(lines, ""));
    }

    private static QuorumDescription.Voter voter() {
        return new QuorumDescription.Voter(1, new Uuid(9, 1), "q-1", 2, 1, 9, NOW_MS, NOW_MS);
    }

    // ---- what is said

    List<Finding> partition() {
        Facts facts = facts();
        return Diagnosis.partition(
                facts, Standing.of(facts.image(), facts.image().topic("t"), 0));
    }

    List<Finding> topic() {
        Facts facts = facts();
        return Diagnosis.topic(facts, facts.image().topic("t"));
    }

    List<Finding> cluster() {
        return Diagnosis.cluster(facts());
    }
}
