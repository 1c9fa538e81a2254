// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AlterPartitionCommand;
import io.shiplog.metadata.proto.Assignment;
import io.shiplog.metadata.proto.ConfigAlteration;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.CreatePartitionsCommand;
import io.shiplog.metadata.proto.CreateTopicsCommand;
import io.shiplog.metadata.proto.DeleteTopicsCommand;
import io.shiplog.metadata.proto.FeatureUpdate;
import io.shiplog.metadata.proto.FormClusterCommand;
import io.shiplog.metadata.proto.IncrementalAlterConfigsCommand;
import io.shiplog.metadata.proto.IsrMember;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.NewTopic;
import io.shiplog.metadata.proto.PartitionAlteration;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import io.shiplog.metadata.proto.SweepCommand;
import io.shiplog.metadata.proto.TopicGrowth;
import io.shiplog.metadata.proto.TopicRef;
import io.shiplog.metadata.proto.UnregisterBrokerCommand;
import io.shiplog.metadata.proto.UpdateFeaturesCommand;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Illegal requests of every kind get the error of Kafka's and change nothing. Three brokers, of which 3 is fenced; topic t on 1 and
 * 2, led by 1. Quotas, credentials and access control entries have their tables in {@link RegistryDecidersTest}.
 */
class IllegalCommandsTest {
    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2));
        cluster.fence(3);
    }

    private static Arguments illegal(
            String what, Errors expected, Function<TestCluster, MetadataCommand.Builder> command) {
        return arguments(what, expected, command);
    }

    static Stream<Arguments> commands() {
        return Stream.of(topics(), partitions(), configs(), alterations(), brokers(), others())
                .flatMap(List::stream);
    }

    private static Arguments topic(String what, Errors expected, Consumer<NewTopic.Builder> fault) {
        return illegal(what, expected, cluster -> {
            NewTopic.Builder topic = cluster.newTopic("new", 1, 1);
            fault.accept(topic);
            return TestCluster.own()
                    .setCreateTopics(CreateTopicsCommand.newBuilder().addTopics(topic));
        });
    }

    private static Arguments assigned(String what, int... brokers) {
        return topic(
                what,
                Errors.INVALID_REPLICA_ASSIGNMENT,
                topic -> topic.setPartitions(-1).setReplicationFactor(-1).addAssignments(assignment(0, brokers)));
    }

    private static Assignment assignment(int partition, int... brokers) {
        Assignment.Builder assignment = Assignment.newBuilder().setPartition(partition);
        for (int broker : brokers) {
            assignment.addReplicas(broker);
        }
        return assignment.build();
    }

    private static List<Arguments> topics() {
        return List.of(
                topic("empty name", Errors.INVALID_TOPIC_EXCEPTION, t -> t.setName("")),
                topic("dots for a name", Errors.INVALID_TOPIC_EXCEPTION, t -> t.setName("..")),
                topic("illegal letter", Errors.INVALID_TOPIC_EXCEPTION, t -> t.setName("a b")),
                topic("long name", Errors.INVALID_TOPIC_EXCEPTION, t -> t.setName("x".repeat(250))),
                topic("metadata's own name", Errors.TOPIC_AUTHORIZATION_FAILED, t -> t.setName("__cluster_metadata")),
                topic("name that is taken", Errors.TOPIC_ALREADY_EXISTS, t -> t.setName("t")),
                topic("no partitions", Errors.INVALID_PARTITIONS, t -> t.setPartitions(0)),
                topic("negative partitions", Errors.INVALID_PARTITIONS, t -> t.setPartitions(-2)),
                topic("no replicas", Errors.INVALID_REPLICATION_FACTOR, t -> t.setReplicationFactor(0)),
                topic("too few brokers", Errors.INVALID_REPLICATION_FACTOR, t -> t.setReplicationFactor(4)),
                topic("too many replicas", Errors.INVALID_REPLICATION_FACTOR, t -> t.setReplicationFactor(70_000)),
                topic("too many partitions", Errors.POLICY_VIOLATION, t -> t.setPartitions(10_001)),
                topic("unknown setting", Errors.INVALID_CONFIG, t -> t.putConfigs("no.such", "1")),
                topic("bad value", Errors.INVALID_CONFIG, t -> t.putConfigs("retention.ms", "soon")),
                topic("value out of range", Errors.INVALID_CONFIG, t -> t.putConfigs("min.insync.replicas", "0")),
                topic("cleanup policy", Errors.INVALID_CONFIG, t -> t.putConfigs("cleanup.policy", "keep")),
                topic("tiered storage", Errors.INVALID_CONFIG, t -> t.putConfigs("remote.storage.enable", "true")),
                topic("assignment and numbers", Errors.INVALID_REQUEST, t -> t.addAssignments(assignment(0, 1))),
                assigned("unknown broker", 1, 9),
                assigned("negative broker", -1),
                assigned("broker twice", 1, 1),
                assigned("nobody"),
                assigned("only fenced brokers", 3),
                topic(
                        "gap in the assignment",
                        Errors.INVALID_REPLICA_ASSIGNMENT,
                        t -> t.setPartitions(-1)
                                .setReplicationFactor(-1)
                                .addAssignments(assignment(0, 1))
                                .addAssignments(assignment(2, 1))),
                topic(
                        "partitions of unlike size",
                        Errors.INVALID_REPLICA_ASSIGNMENT,
                        t -> t.setPartitions(-1)
                                .setReplicationFactor(-1)
                                .addAssignments(assignment(0, 1))
                                .addAssignments(assignment(1, 1, 2))),
                illegal(
                        "deletion of an unknown topic",
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        c -> TestCluster.own()
                                .setDeleteTopics(DeleteTopicsCommand.newBuilder()
                                        .addTopics(TopicRef.newBuilder().setName("x")))),
                illegal(
                        "deletion of an unknown id",
                        Errors.UNKNOWN_TOPIC_ID,
                        c -> TestCluster.own()
                                .setDeleteTopics(DeleteTopicsCommand.newBuilder()
                                        .addTopics(TopicRef.newBuilder().setTopicId(Uuids.toBytes(new Uuid(5, 5)))))),
                illegal(
                        "deletion of nothing",
                        Errors.INVALID_REQUEST,
                        c -> TestCluster.own()
                                .setDeleteTopics(
                                        DeleteTopicsCommand.newBuilder().addTopics(TopicRef.getDefaultInstance()))));
    }

    private static Arguments increase(String what, Errors expected, Consumer<TopicGrowth.Builder> fault) {
        return illegal(what, expected, cluster -> {
            TopicGrowth.Builder growth = TopicGrowth.newBuilder().setTopic("t").setCount(2);
            fault.accept(growth);
            return TestCluster.own()
                    .setCreatePartitions(CreatePartitionsCommand.newBuilder().addTopics(growth));
        });
    }

    private static List<Arguments> partitions() {
        Errors assignment = Errors.INVALID_REPLICA_ASSIGNMENT;
        return List.of(
                increase("of an unknown topic", Errors.UNKNOWN_TOPIC_OR_PARTITION, c -> c.setTopic("x")),
                increase("to as many", Errors.INVALID_PARTITIONS, c -> c.setCount(1)),
                increase("to fewer", Errors.INVALID_PARTITIONS, c -> c.setCount(0)),
                increase("to far too many", Errors.POLICY_VIOLATION, c -> c.setCount(20_000)),
                increase("unknown broker", assignment, c -> c.addAssignments(assignment(1, 1, 9))),
                increase("other factor", assignment, c -> c.addAssignments(assignment(1, 1))),
                increase("too few assignments", assignment, c -> c.setCount(3).addAssignments(assignment(1, 1, 2))),
                increase("partition that is there", assignment, c -> c.addAssignments(assignment(0, 1, 2))));
    }

    private static Arguments setting(
            String what, Errors expected, ConfigResource.Type type, String name, String key, String value) {
        return illegal(
                what,
                expected,
                c -> TestCluster.own()
                        .setAlterConfigs(IncrementalAlterConfigsCommand.newBuilder()
                                .addAlterations(ConfigAlteration.newBuilder()
                                        .setResource(ConfigResource.newBuilder()
                                                .setType(type)
                                                .setName(name))
                                        .setKey(key)
                                        .setValue(value))));
    }

    private static List<Arguments> configs() {
        ConfigResource.Type topic = ConfigResource.Type.TOPIC;
        ConfigResource.Type broker = ConfigResource.Type.BROKER;
        return List.of(
                setting("of an unknown topic", Errors.UNKNOWN_TOPIC_OR_PARTITION, topic, "x", "retention.ms", "5"),
                setting("of an unknown broker", Errors.BROKER_ID_NOT_REGISTERED, broker, "9", "log.retention.ms", "5"),
                setting("of no broker", Errors.INVALID_REQUEST, broker, "b", "log.retention.ms", "5"),
                setting("of something else", Errors.INVALID_REQUEST, ConfigResource.Type.UNKNOWN, "", "a", "5"),
                setting("unknown setting", Errors.INVALID_CONFIG, topic, "t", "log.retention.ms", "5"),
                setting("bad value", Errors.INVALID_CONFIG, topic, "t", "segment.bytes", "many"),
                setting("read at the start", Errors.INVALID_REQUEST, broker, "1", "log.dirs", "/tmp"),
                setting("to be agreed on", Errors.INVALID_CONFIG, broker, "1", "min.insync.replicas", "1"));
    }

    private static Arguments isr(String what, Errors expected, Consumer<PartitionAlteration.Builder> fault) {
        return illegal(what, expected, cluster -> {
            PartitionAlteration.Builder alteration = cluster.alteration("t", 1);
            fault.accept(alteration);
            return cluster.from(1)
                    .setAlterPartition(AlterPartitionCommand.newBuilder().addPartitions(alteration));
        });
    }

    private static List<Arguments> alterations() {
        return List.of(
                isr("unknown topic", Errors.UNKNOWN_TOPIC_ID, a -> a.setTopicId(Uuids.toBytes(new Uuid(5, 5)))),
                isr("unknown partition", Errors.UNKNOWN_TOPIC_OR_PARTITION, a -> a.setPartition(7)),
                isr("future leader epoch", Errors.NOT_CONTROLLER, a -> a.setLeaderEpoch(99)),
                isr("old leader epoch", Errors.FENCED_LEADER_EPOCH, a -> a.setLeaderEpoch(-1)),
                isr("future partition epoch", Errors.NOT_CONTROLLER, a -> a.setPartitionEpoch(99)),
                isr("old partition epoch", Errors.INVALID_UPDATE_VERSION, a -> a.setPartitionEpoch(-1)),
                isr("no leader in it", Errors.INVALID_REQUEST, a -> a.clearNewIsr()),
                isr(
                        "no replica",
                        Errors.INVALID_REQUEST,
                        a -> a.addNewIsr(IsrMember.newBuilder().setBrokerId(3))),
                isr(
                        "stale member",
                        Errors.INELIGIBLE_REPLICA,
                        a -> a.addNewIsr(IsrMember.newBuilder().setBrokerId(2).setBrokerEpoch(0))),
                illegal(
                        "another than the leader",
                        Errors.INVALID_REQUEST,
                        cluster -> cluster.from(2)
                                .setAlterPartition(
                                        AlterPartitionCommand.newBuilder().addPartitions(cluster.alteration("t", 1)))),
                illegal(
                        "old broker epoch",
                        Errors.STALE_BROKER_EPOCH,
                        cluster -> cluster.from(1)
                                .setBrokerEpoch(cluster.epoch(1) - 1)
                                .setAlterPartition(
                                        AlterPartitionCommand.newBuilder().addPartitions(cluster.alteration("t", 1)))));
    }

    private static Arguments registration(
            String what, Errors expected, int id, Consumer<RegisterBrokerCommand.Builder> fault) {
        return illegal(what, expected, cluster -> {
            RegisterBrokerCommand.Builder registration = cluster.registration(id);
            fault.accept(registration);
            return MetadataCommand.newBuilder().setBrokerId(id).setRegisterBroker(registration);
        });
    }

    private static List<Arguments> brokers() {
        return List.of(
                registration("twin of a live broker", Errors.DUPLICATE_BROKER_REGISTRATION, 1, r -> {}),
                registration("other cluster", Errors.INCONSISTENT_CLUSTER_ID, 4, r -> r.setClusterId("other")),
                registration("no listener", Errors.INVALID_REGISTRATION, 4, r -> r.clearEndpoints()),
                registration("no directory", Errors.INVALID_REGISTRATION, 4, r -> r.clearDirectoryIds()),
                registration(
                        "other's directory",
                        Errors.INVALID_REGISTRATION,
                        4,
                        r -> r.setDirectoryIds(0, Uuids.toBytes(TestCluster.directory(1)))),
                registration("negative id", Errors.INVALID_REGISTRATION, -5, r -> {}),
                illegal("unregistration of a live one", Errors.INVALID_REQUEST, c -> unregistration(1)),
                illegal("unregistration of nobody", Errors.BROKER_ID_NOT_REGISTERED, c -> unregistration(9)),
                illegal(
                        "fencing by a broker",
                        Errors.INVALID_REQUEST,
                        c -> c.change(2, true, false).setBrokerId(1)),
                illegal("fencing of an old epoch", Errors.STALE_BROKER_EPOCH, c -> {
                    MetadataCommand.Builder command = c.change(2, true, false);
                    command.getChangeBrokerStateBuilder().setTargetBrokerEpoch(0);
                    return command;
                }));
    }

    private static MetadataCommand.Builder unregistration(int id) {
        return TestCluster.own()
                .setUnregisterBroker(UnregisterBrokerCommand.newBuilder().setTargetBrokerId(id));
    }

    private static List<Arguments> others() {
        return List.of(
                illegal("nothing at all", Errors.UNSUPPORTED_VERSION, c -> TestCluster.own()),
                illegal(
                        "second cluster",
                        Errors.INCONSISTENT_CLUSTER_ID,
                        c -> TestCluster.own()
                                .setFormCluster(FormClusterCommand.newBuilder().setClusterId("other"))),
                illegal(
                        "sweep of nothing",
                        Errors.INVALID_REQUEST,
                        c -> TestCluster.own().setSweep(SweepCommand.getDefaultInstance())),
                illegal(
                        "unknown feature",
                        Errors.INVALID_UPDATE_VERSION,
                        c -> TestCluster.own()
                                .setUpdateFeatures(UpdateFeaturesCommand.newBuilder()
                                        .addUpdates(FeatureUpdate.newBuilder()
                                                .setName("share.version")
                                                .setLevel(1)
                                                .setUpgradeType(1)))),
                illegal(
                        "creation by a broker that is not registered so",
                        Errors.STALE_BROKER_EPOCH,
                        c -> c.from(1)
                                .setBrokerEpoch(c.epoch(1) + 1)
                                .setCreateTopics(
                                        CreateTopicsCommand.newBuilder().addTopics(c.newTopic("new", 1, 1)))));
    }

    @ParameterizedTest(name = "{0}: {1}")
    @MethodSource("commands")
    void isRefusedAndChangesNothing(
            String what, Errors expected, Function<TestCluster, MetadataCommand.Builder> command) {
        long hash = cluster.image().stateHash();
        long offset = cluster.image().offset();
        MetadataResult result = cluster.run(command.apply(cluster));
        assertThat(Errors.forCode((short) error(result))).as(what).isEqualTo(expected);
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    /** Of the command, or of the one thing that it asks for. */
    private static int error(MetadataResult result) {
        if (result.getError() != Errors.NONE.code()) {
            return result.getError();
        }
        return switch (result.getBodyCase()) {
            case CREATE_TOPICS -> result.getCreateTopics().getTopics(0).getError();
            case DELETE_TOPICS -> result.getDeleteTopics().getTopics(0).getError();
            case CREATE_PARTITIONS -> result.getCreatePartitions().getTopics(0).getError();
            case ALTER_CONFIGS -> result.getAlterConfigs().getResults(0).getError();
            case ALTER_PARTITION -> result.getAlterPartition().getPartitions(0).getError();
            default -> Errors.NONE.code();
        };
    }

    @Test
    void whatDoesNotFitIntoOneEntryIsRefusedWhole() {
        TestCluster small = new TestCluster(new ControllerSettings(1, 3, 10_000, 300, 5_000)).formed();
        small.start(1);
        small.topicOn("t", TestCluster.ids(1));
        long hash = small.image().stateHash();
        MetadataResult result = small.run(TestCluster.own()
                .setCreatePartitions(CreatePartitionsCommand.newBuilder()
                        .addTopics(TopicGrowth.newBuilder().setTopic("t").setCount(100))));
        assertThat(error(result)).isEqualTo(Errors.POLICY_VIOLATION.code());
        assertThat(small.image().stateHash()).isEqualTo(hash);
    }
}
