// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.Assignment;
import io.shiplog.metadata.proto.CreatePartitionsCommand;
import io.shiplog.metadata.proto.CreateTopicsCommand;
import io.shiplog.metadata.proto.DeleteTopicsCommand;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.NewTopic;
import io.shiplog.metadata.proto.TopicGrowth;
import io.shiplog.metadata.proto.TopicRef;
import io.shiplog.metadata.proto.TopicResult;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicDeciderTest {
    private TestCluster cluster;

    @BeforeEach
    void start() {
        cluster = TestCluster.of(3);
    }

    private static Errors error(TopicResult result) {
        return Errors.forCode((short) result.getError());
    }

    private static Errors error(MetadataResult result) {
        return Errors.forCode((short) result.getError());
    }

    private void refused(NewTopic.Builder topic, Errors expected) {
        long offset = cluster.image().offset();
        TopicResult result = cluster.create(topic).getCreateTopics().getTopics(0);
        assertThat(error(result)).isEqualTo(expected);
        assertThat(result.getMessage()).isNotEmpty();
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    private static Assignment assignment(int partition, int... replicas) {
        Assignment.Builder assignment = Assignment.newBuilder().setPartition(partition);
        for (int replica : replicas) {
            assignment.addReplicas(replica);
        }
        return assignment.build();
    }

    @Test
    void topicIsCreatedWithAllReplicasInSync() {
        TopicResult result = cluster.create(cluster.newTopic("t", 6, 3).putConfigs("retention.ms", "5"))
                .getCreateTopics()
                .getTopics(0);

        assertThat(error(result)).isEqualTo(Errors.NONE);
        assertThat(result.getPartitions()).isEqualTo(6);
        assertThat(result.getReplicationFactor()).isEqualTo(3);
        TopicImage topic = cluster.image().topic("t");
        assertThat(topic.id()).isEqualTo(Uuids.fromBytes(result.getTopicId()));
        assertThat(cluster.image().topicConfigs(topic.id())).containsEntry("retention.ms", "5");
        assertThat(topic.partitionCount()).isEqualTo(6);
        for (PartitionImage partition : topic.partitions()) {
            assertThat(partition.isr()).isEqualTo(partition.replicas());
            assertThat(partition.leader()).isEqualTo(partition.replicas()[0]);
            assertThat(partition.leaderEpoch()).isZero();
            assertThat(partition.partitionEpoch()).isZero();
            assertThat(partition.durable()).isTrue();
        }
    }

    @Test
    void defaultsAreOnePartitionAndAtMostThreeReplicas() {
        TopicResult result =
                cluster.create(cluster.newTopic("t", -1, -1)).getCreateTopics().getTopics(0);
        assertThat(result.getPartitions()).isEqualTo(1);
        assertThat(result.getReplicationFactor()).isEqualTo(3);
        cluster = TestCluster.of(2);
        result = cluster.create(cluster.newTopic("u", -1, -1)).getCreateTopics().getTopics(0);
        assertThat(result.getReplicationFactor()).isEqualTo(2);
    }

    @Test
    void replicatedTopicIsNotDurable() {
        cluster.create(cluster.newTopic("t", 1, 3).putConfigs("flush.policy", "replicated"));
        assertThat(cluster.partition("t").durable()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ".", "..", "a b", "a/b", "ä"})
    void badNamesAreRefused(String name) {
        refused(cluster.newTopic(name, 1, 1), Errors.INVALID_TOPIC_EXCEPTION);
    }

    @Test
    void nameIsAtMost249CharactersLong() {
        refused(cluster.newTopic("x".repeat(250), 1, 1), Errors.INVALID_TOPIC_EXCEPTION);
        cluster.create(cluster.newTopic("x".repeat(249), 1, 1));
        assertThat(cluster.image().topic("x".repeat(249))).isNotNull();
    }

    @Test
    void namesThatMetricsCannotTellApartAreRefused() {
        cluster.create(cluster.newTopic("a.b", 1, 1));
        refused(cluster.newTopic("a_b", 1, 1), Errors.INVALID_TOPIC_EXCEPTION);
        cluster.ok(TestCluster.own()
                .setDeleteTopics(DeleteTopicsCommand.newBuilder()
                        .addTopics(TopicRef.newBuilder().setName("a.b"))));
        cluster.create(cluster.newTopic("a_b", 1, 1));
        refused(cluster.newTopic("a.b", 1, 1), Errors.INVALID_TOPIC_EXCEPTION);
    }

    @Test
    void existingTopicIsRefused() {
        cluster.create(cluster.newTopic("t", 1, 1));
        refused(cluster.newTopic("t", 1, 1), Errors.TOPIC_ALREADY_EXISTS);
    }

    @Test
    void creationThatComesAgainIsAnsweredAsTheFirstTime() {
        NewTopic.Builder topic = cluster.newTopic("t", 2, 3);
        TopicResult first = cluster.create(topic).getCreateTopics().getTopics(0);
        long offset = cluster.image().offset();

        TopicResult again = cluster.create(topic).getCreateTopics().getTopics(0);

        assertThat(again).isEqualTo(first);
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    @Test
    void badNumbersAreRefused() {
        refused(cluster.newTopic("t", 0, 1), Errors.INVALID_PARTITIONS);
        refused(cluster.newTopic("t", -2, 1), Errors.INVALID_PARTITIONS);
        refused(cluster.newTopic("t", 1, 0), Errors.INVALID_REPLICATION_FACTOR);
        refused(cluster.newTopic("t", 1, -2), Errors.INVALID_REPLICATION_FACTOR);
        refused(cluster.newTopic("t", 1, 4), Errors.INVALID_REPLICATION_FACTOR);
        refused(cluster.newTopic("t", 1, 40_000), Errors.INVALID_REPLICATION_FACTOR);
    }

    @Test
    void brokersThatAreAwayAreGivenReplicasOutOfSync() {
        cluster.fence(3);
        cluster.ok(cluster.change(2, false, true));
        cluster.create(cluster.newTopic("t", 1, 3));
        assertThat(cluster.partition("t").replicas()).startsWith(1).hasSize(3);
        assertThat(cluster.partition("t").isr()).containsExactly(1);
    }

    @Test
    void replicasNeedAsManyRegisteredBrokersAndOneThatIsThere() {
        refused(cluster.newTopic("t", 1, 4), Errors.INVALID_REPLICATION_FACTOR);
        cluster.fence(1, 2, 3);
        refused(cluster.newTopic("t", 1, -1), Errors.INVALID_REPLICATION_FACTOR);
    }

    @Test
    void badSettingsAreRefused() {
        refused(cluster.newTopic("t", 1, 1).putConfigs("flush.policy", "never"), Errors.INVALID_CONFIG);
        refused(cluster.newTopic("t", 1, 1).putConfigs("no.such", "1"), Errors.INVALID_CONFIG);
    }

    @Test
    void topicWithoutANewIdIsRefused() {
        refused(cluster.newTopic("t", 1, 1).setTopicId(ByteString.EMPTY), Errors.INVALID_REQUEST);
        cluster.create(cluster.newTopic("u", 1, 1));
        ByteString used = Uuids.toBytes(cluster.image().topic("u").id());
        refused(cluster.newTopic("t", 1, 1).setTopicId(used), Errors.INVALID_REQUEST);
    }

    @Test
    void manualAssignmentIsTaken() {
        NewTopic.Builder topic = cluster.newTopic("t", -1, -1)
                .addAssignments(assignment(1, 2, 3))
                .addAssignments(assignment(0, 3, 1));
        cluster.fence(3);
        cluster.create(topic);
        PartitionImage first = cluster.image().topic("t").partition(0);
        assertThat(first.replicas()).containsExactly(3, 1);
        assertThat(first.isr()).containsExactly(1);
        assertThat(first.leader()).isEqualTo(1);
        assertThat(cluster.image().topic("t").partition(1).replicas()).containsExactly(2, 3);
    }

    @Test
    void badAssignmentsAreRefused() {
        NewTopic.Builder topic = cluster.newTopic("t", -1, -1);
        refused(topic.clone().setPartitions(1).addAssignments(assignment(0, 1)), Errors.INVALID_REQUEST);
        refused(topic.clone().setReplicationFactor(1).addAssignments(assignment(0, 1)), Errors.INVALID_REQUEST);
        Errors invalid = Errors.INVALID_REPLICA_ASSIGNMENT;
        refused(topic.clone().addAssignments(assignment(0)), invalid);
        refused(topic.clone().addAssignments(assignment(0, 1, 1)), invalid);
        refused(topic.clone().addAssignments(assignment(0, 1, 9)), invalid);
        refused(topic.clone().addAssignments(assignment(1, 1)), invalid);
        refused(topic.clone().addAssignments(assignment(-1, 1)), invalid);
        refused(topic.clone().addAssignments(assignment(0, 1)).addAssignments(assignment(0, 2)), invalid);
        refused(topic.clone().addAssignments(assignment(0, 1)).addAssignments(assignment(1, 2, 3)), invalid);
        cluster.fence(1);
        refused(topic.clone().addAssignments(assignment(0, 1)), invalid);
    }

    @Test
    void topicsOfOneCallHaveTheirOwnOutcomes() {
        MetadataResult result =
                cluster.create(cluster.newTopic("a", 1, 1), cluster.newTopic("", 1, 1), cluster.newTopic("b", 1, 1));
        assertThat(result.getCreateTopics().getTopicsList().stream().map(TopicDeciderTest::error))
                .containsExactly(Errors.NONE, Errors.INVALID_TOPIC_EXCEPTION, Errors.NONE);
        assertThat(cluster.image().topics()).extracting(TopicImage::name).containsExactly("a", "b");
    }

    @Test
    void topicNamedTwiceInACallIsRefusedTwice() {
        MetadataResult result = cluster.create(cluster.newTopic("a", 1, 1), cluster.newTopic("a", 1, 1));
        assertThat(result.getCreateTopics().getTopicsList().stream().map(TopicDeciderTest::error))
                .containsExactly(Errors.INVALID_REQUEST, Errors.INVALID_REQUEST);
        assertThat(cluster.image().topic("a")).isNull();
    }

    @Test
    void topicsOfOneCallMustNotCollide() {
        MetadataResult result = cluster.create(cluster.newTopic("a.b", 1, 1), cluster.newTopic("a_b", 1, 1));
        assertThat(error(result.getCreateTopics().getTopics(1))).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
    }

    @Test
    void validateOnlyCreatesNothing() {
        long offset = cluster.image().offset();
        MetadataResult result = cluster.ok(TestCluster.own()
                .setCreateTopics(
                        CreateTopicsCommand.newBuilder().setValidateOnly(true).addTopics(cluster.newTopic("t", 3, 2))));
        assertThat(result.getCreateTopics().getTopics(0).getPartitions()).isEqualTo(3);
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    @Test
    void oneCallCreatesAtMostTenThousandPartitionsInOneEntry() {
        refused(cluster.newTopic("t", 10_001, 1), Errors.POLICY_VIOLATION);
        refused(cluster.newTopic("t", Integer.MAX_VALUE, 1), Errors.POLICY_VIOLATION);
        MetadataResult two = cluster.create(cluster.newTopic("a", 9_999, 1), cluster.newTopic("b", 2, 1));
        assertThat(two.getCreateTopics().getTopicsList().stream().map(TopicDeciderTest::error))
                .containsExactly(Errors.POLICY_VIOLATION, Errors.POLICY_VIOLATION);

        Decision decision = cluster.decide(TestCluster.own()
                .setCreateTopics(CreateTopicsCommand.newBuilder().addTopics(cluster.newTopic("t", 10_000, 3))));
        assertThat(decision.records()).hasSize(10_001);
        assertThat(decision.divisible()).isFalse();
        cluster.apply(decision, decision.records().size());
        assertThat(cluster.log.get(cluster.log.size() - 1).getSerializedSize()).isLessThan(1 << 20);
    }

    @Test
    void whatDoesNotFitIntoOneEntryIsRefused() {
        int bytesOfOne = 0;
        for (MetadataRecord record : cluster.decide(TestCluster.own()
                        .setCreateTopics(CreateTopicsCommand.newBuilder().addTopics(cluster.newTopic("a", 5, 1))))
                .records()) {
            bytesOfOne += record.getSerializedSize();
        }
        cluster = new TestCluster(new ControllerSettings(1, 3, 10_000, bytesOfOne * 3 / 2, 5_000))
                .formed()
                .withBrokers(1);
        MetadataResult result = cluster.create(cluster.newTopic("a", 5, 1), cluster.newTopic("b", 5, 1));
        assertThat(result.getCreateTopics().getTopicsList().stream().map(TopicDeciderTest::error))
                .containsExactly(Errors.NONE, Errors.POLICY_VIOLATION);
        assertThat(cluster.image().topic("b")).isNull();
    }

    // ---- delete

    private MetadataResult delete(TopicRef... refs) {
        return cluster.ok(TestCluster.own()
                .setDeleteTopics(DeleteTopicsCommand.newBuilder().addAllTopics(List.of(refs))));
    }

    private static TopicRef byName(String name) {
        return TopicRef.newBuilder().setName(name).build();
    }

    private static TopicRef byId(Uuid id) {
        return TopicRef.newBuilder().setTopicId(Uuids.toBytes(id)).build();
    }

    @Test
    void topicsAreDeletedByNameAndById() {
        cluster.create(cluster.newTopic("a", 2, 2), cluster.newTopic("b", 2, 2).putConfigs("retention.ms", "5"));
        Uuid b = cluster.image().topic("b").id();

        MetadataResult result = delete(byName("a"), byId(b));

        assertThat(result.getDeleteTopics().getTopics(0).getTopicId().size()).isEqualTo(16);
        assertThat(result.getDeleteTopics().getTopics(1).getName()).isEqualTo("b");
        assertThat(cluster.image().topics()).isEmpty();
        assertThat(cluster.image().topic(b)).isNull();
        assertThat(cluster.image().topicConfigs(b)).isEmpty();
    }

    @Test
    void badDeletionsAreRefusedOneByOne() {
        cluster.create(cluster.newTopic("a", 1, 1));
        TopicRef both = TopicRef.newBuilder()
                .setName("a")
                .setTopicId(Uuids.toBytes(new Uuid(0, 5)))
                .build();
        MetadataResult result = delete(
                byName("x"),
                byId(new Uuid(9, 9)),
                TopicRef.getDefaultInstance(),
                both,
                byName("a"),
                byId(cluster.image().topic("a").id()));
        assertThat(result.getDeleteTopics().getTopicsList().stream().map(TopicDeciderTest::error))
                .containsExactly(
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        Errors.UNKNOWN_TOPIC_ID,
                        Errors.INVALID_REQUEST,
                        Errors.INVALID_REQUEST,
                        Errors.NONE,
                        Errors.INVALID_REQUEST);
    }

    @Test
    void recreatedTopicIsAnother() {
        cluster.create(cluster.newTopic("a", 1, 1));
        Uuid first = cluster.image().topic("a").id();
        delete(byName("a"));
        cluster.create(cluster.newTopic("a", 1, 1));
        assertThat(cluster.image().topic("a").id()).isNotEqualTo(first);
    }

    // ---- create partitions

    private List<Errors> addPartitions(TopicGrowth.Builder... growths) {
        CreatePartitionsCommand.Builder command = CreatePartitionsCommand.newBuilder();
        for (TopicGrowth.Builder growth : growths) {
            command.addTopics(growth);
        }
        MetadataResult result = cluster.run(TestCluster.own().setCreatePartitions(command));
        assertThat(error(result)).isEqualTo(Errors.NONE);
        return result.getCreatePartitions().getTopicsList().stream()
                .map(TopicDeciderTest::error)
                .toList();
    }

    private static TopicGrowth.Builder growth(String topic, int count) {
        return TopicGrowth.newBuilder().setTopic(topic).setCount(count);
    }

    @Test
    void partitionsAreAdded() {
        cluster.create(cluster.newTopic("t", 3, 2));
        assertThat(addPartitions(growth("t", 6))).containsExactly(Errors.NONE);
        TopicImage topic = cluster.image().topic("t");
        assertThat(topic.partitionCount()).isEqualTo(6);
        int[] leaders = new int[4];
        for (PartitionImage partition : topic.partitions()) {
            assertThat(partition.replicationFactor()).isEqualTo(2);
            leaders[partition.leader()]++;
        }
        assertThat(leaders).containsExactly(0, 2, 2, 2);
    }

    @Test
    void partitionsAreAddedAsAssigned() {
        cluster.create(cluster.newTopic("t", 1, 2));
        assertThat(addPartitions(growth("t", 2).addAssignments(assignment(1, 3, 2))))
                .containsExactly(Errors.NONE);
        assertThat(cluster.image().topic("t").partition(1).replicas()).containsExactly(3, 2);
    }

    @Test
    void topicsOfOneCallGrowEachForItself() {
        cluster.create(cluster.newTopic("t", 1, 2), cluster.newTopic("u", 2, 1), cluster.newTopic("v", 1, 1));
        assertThat(addPartitions(growth("t", 3), growth("u", 2), growth("none", 5), growth("v", 2), growth("t", 9)))
                .containsExactly(
                        Errors.NONE,
                        Errors.INVALID_PARTITIONS,
                        Errors.UNKNOWN_TOPIC_OR_PARTITION,
                        Errors.NONE,
                        Errors.INVALID_REQUEST);
        assertThat(cluster.image().topic("t").partitionCount()).isEqualTo(3);
        assertThat(cluster.image().topic("u").partitionCount()).isEqualTo(2);
        assertThat(cluster.image().topic("v").partitionCount()).isEqualTo(2);
    }

    @Test
    void oneCallAddsAtMostTenThousandPartitionsToAllItsTopics() {
        cluster.create(cluster.newTopic("t", 1, 1), cluster.newTopic("u", 1, 1));
        assertThat(addPartitions(growth("t", 6_001), growth("u", 4_002)))
                .containsExactly(Errors.NONE, Errors.POLICY_VIOLATION);
        assertThat(addPartitions(growth("u", 4_002))).containsExactly(Errors.NONE);
    }

    @Test
    void badPartitionsAreRefused() {
        cluster.create(cluster.newTopic("t", 2, 2));
        assertThat(addPartitions(growth("x", 3))).containsExactly(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(addPartitions(growth("t", 2))).containsExactly(Errors.INVALID_PARTITIONS);
        assertThat(addPartitions(growth("t", Integer.MIN_VALUE))).containsExactly(Errors.INVALID_PARTITIONS);
        assertThat(addPartitions(growth("t", Integer.MAX_VALUE))).containsExactly(Errors.POLICY_VIOLATION);
        Errors invalid = Errors.INVALID_REPLICA_ASSIGNMENT;
        assertThat(addPartitions(growth("t", 3).addAssignments(assignment(2, 1))))
                .containsExactly(invalid);
        assertThat(addPartitions(growth("t", 4).addAssignments(assignment(2, 1, 2))))
                .containsExactly(invalid);
        assertThat(addPartitions(growth("t", 3).addAssignments(assignment(3, 1, 2))))
                .containsExactly(invalid);
        cluster.fence(1, 2, 3);
        assertThat(addPartitions(growth("t", 3))).containsExactly(Errors.INVALID_REPLICATION_FACTOR);
        assertThat(cluster.image().topic("t").partitionCount()).isEqualTo(2);
    }
}
