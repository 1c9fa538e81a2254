// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.BrokerLoad;
import io.shiplog.metadata.proto.Assignment;
import io.shiplog.metadata.proto.CreatePartitionsCommand;
import io.shiplog.metadata.proto.DeleteTopicsCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.NewTopic;
import io.shiplog.metadata.proto.TopicGrowth;
import io.shiplog.metadata.proto.TopicRef;
import io.shiplog.metadata.proto.TopicResult;
import io.shiplog.metadata.proto.UnregisterBrokerCommand;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** How many partitions there may be and where they go in view of what is there; and brokers that are forgotten. */
class TopicLimitsTest {
    private static TestCluster limited(int partitions, int perBroker) {
        return new TestCluster(ControllerSettings.defaults()
                        .withLimits(new ControllerSettings.Limits(partitions, perBroker, 10)))
                .formed()
                .withBrokers(3);
    }

    private static TopicResult create(TestCluster cluster, NewTopic.Builder topic) {
        return cluster.create(topic).getCreateTopics().getTopics(0);
    }

    private static void refused(TestCluster cluster, NewTopic.Builder topic, String key) {
        long hash = cluster.image().stateHash();
        TopicResult result = create(cluster, topic);
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.POLICY_VIOLATION);
        assertThat(result.getMessage()).contains(key);
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
    }

    private static NewTopic.Builder assigned(TestCluster cluster, String name, int... brokers) {
        NewTopic.Builder topic = cluster.newTopic(name, -1, -1);
        for (int i = 0; i < brokers.length; i++) {
            topic.addAssignments(Assignment.newBuilder().setPartition(i).addReplicas(brokers[i]));
        }
        return topic;
    }

    @Test
    void clusterHoldsNoMorePartitionsThanItsLimit() {
        TestCluster cluster = limited(10, 100);
        assertThat(create(cluster, cluster.newTopic("a", 8, 1)).getError()).isZero();
        refused(cluster, cluster.newTopic("b", 3, 1), "max.partitions.per.cluster");
        refused(cluster, assigned(cluster, "b", 1, 2, 3), "max.partitions.per.cluster");
        assertThat(create(cluster, cluster.newTopic("b", 2, 1)).getError()).isZero();
        MetadataResult grown = cluster.run(TestCluster.own()
                .setCreatePartitions(CreatePartitionsCommand.newBuilder()
                        .addTopics(TopicGrowth.newBuilder().setTopic("b").setCount(3))));
        assertThat(grown.getCreatePartitions().getTopics(0).getError()).isEqualTo(Errors.POLICY_VIOLATION.code());
        assertThat(cluster.image().topic("b").partitionCount()).isEqualTo(2);
    }

    @Test
    void topicsOfOneCallCountTogether() {
        TestCluster cluster = limited(10, 100);
        MetadataResult result = cluster.create(cluster.newTopic("a", 6, 1), cluster.newTopic("b", 6, 1));
        assertThat(result.getCreateTopics().getTopics(0).getError()).isZero();
        assertThat(result.getCreateTopics().getTopics(1).getError()).isEqualTo(Errors.POLICY_VIOLATION.code());
    }

    @Test
    void brokerHoldsNoMorePartitionsThanItsLimit() {
        TestCluster cluster = limited(100, 4);
        assertThat(create(cluster, cluster.newTopic("a", 4, 2)).getError()).isZero();
        refused(cluster, cluster.newTopic("b", 2, 3), "max.partitions.per.broker");
        assertThat(create(cluster, cluster.newTopic("b", 4, 1)).getError()).isZero();
        for (int id = 1; id <= 3; id++) {
            assertThat(cluster.image().brokerLoad(id).replicas()).isEqualTo(4);
        }
    }

    @Test
    void assignmentByHandKeepsToTheLimitOfABroker() {
        TestCluster cluster = limited(100, 2);
        assertThat(create(cluster, assigned(cluster, "a", 1, 1)).getError()).isZero();
        refused(cluster, assigned(cluster, "b", 1), "max.partitions.per.broker");
        refused(cluster, assigned(cluster, "b", 2, 2, 2), "max.partitions.per.broker");
    }

    @Test
    void deletedTopicsMakeRoom() {
        TestCluster cluster = limited(4, 4);
        create(cluster, cluster.newTopic("a", 4, 1));
        assertThat(cluster.image().partitionCount()).isEqualTo(4);
        cluster.ok(TestCluster.own()
                .setDeleteTopics(DeleteTopicsCommand.newBuilder()
                        .addTopics(TopicRef.newBuilder().setName("a"))));
        assertThat(cluster.image().partitionCount()).isZero();
        assertThat(cluster.image().brokerLoad(1)).isEqualTo(new BrokerLoad(0, 0));
        assertThat(create(cluster, cluster.newTopic("b", 4, 1)).getError()).isZero();
    }

    // ---- placement in view of other topics and of brokers that are away

    @Test
    void newBrokerGetsWhatOthersHaveTooMuchOf() {
        TestCluster cluster = TestCluster.of(3);
        cluster.create(cluster.newTopic("a", 12, 1));
        cluster.start(4);
        for (int i = 0; i < 4; i++) {
            cluster.create(cluster.newTopic("b" + i, 1, 1));
            assertThat(cluster.partition("b" + i).leader()).isEqualTo(4);
        }
        assertThat(cluster.image().brokerLoad(4)).isEqualTo(new BrokerLoad(4, 4));
    }

    @Test
    void addedPartitionsKeepToTheRacks() {
        TestCluster cluster = new TestCluster().formed();
        cluster.startInRack(1, "a");
        cluster.startInRack(2, "a");
        cluster.startInRack(3, "b");
        cluster.create(cluster.newTopic("t", 1, 2));
        cluster.ok(TestCluster.own()
                .setCreatePartitions(CreatePartitionsCommand.newBuilder()
                        .addTopics(TopicGrowth.newBuilder().setTopic("t").setCount(6))));
        for (var partition : cluster.image().topic("t").partitions()) {
            assertThat(partition.replicas()).contains(3).hasSize(2);
        }
    }

    @Test
    void rackWithoutAnybodyAliveGetsItsReplicaAllTheSame() {
        TestCluster cluster = new TestCluster().formed();
        cluster.startInRack(1, "a");
        cluster.startInRack(2, "a");
        cluster.startInRack(3, "b");
        cluster.fence(3);
        cluster.create(cluster.newTopic("t", 4, 2));
        for (var partition : cluster.image().topic("t").partitions()) {
            assertThat(partition.replicas()[1]).isEqualTo(3);
            assertThat(partition.isr()).hasSize(1).doesNotContain(3);
        }
    }

    // ---- unregistration

    private static MetadataResult unregister(TestCluster cluster, int brokerId) {
        return cluster.run(TestCluster.own()
                .setUnregisterBroker(UnregisterBrokerCommand.newBuilder().setTargetBrokerId(brokerId)));
    }

    @Test
    void fencedBrokerIsForgotten() {
        TestCluster cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.fence(1);
        assertThat(unregister(cluster, 1).getError()).isZero();
        assertThat(cluster.broker(1)).isNull();
        assertThat(cluster.partition("t").isr()).containsExactly(2, 3);
        assertThat(cluster.partition("t").replicas()).containsExactly(1, 2, 3);
    }

    @Test
    void brokerThatIsAliveIsNotForgotten() {
        TestCluster cluster = TestCluster.of(3);
        cluster.ok(cluster.change(2, false, true));
        long hash = cluster.image().stateHash();
        assertThat(unregister(cluster, 1).getError()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(unregister(cluster, 2).getError()).isEqualTo(Errors.INVALID_REQUEST.code());
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
    }

    @Test
    void brokerThatNobodyKnowsIsRefused() {
        TestCluster cluster = TestCluster.of(1);
        assertThat(unregister(cluster, 9).getError()).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED.code());
        cluster.fence(1);
        unregister(cluster, 1);
        assertThat(unregister(cluster, 1).getError()).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED.code());
    }

    @Test
    void whoeverComesUnderAForgottenIdIsNotTrusted() {
        TestCluster cluster = TestCluster.of(3);
        cluster.topicOn("t", TestCluster.ids(1, 2));
        cluster.alterIsr("t", 1);
        cluster.fence(1);
        assertThat(cluster.partition("t").elr()).containsExactly(1);
        unregister(cluster, 1);
        assertThat(cluster.register(1, cluster.registration(1)).getError()).isZero();
        cluster.unfence(1);
        assertThat(cluster.partition("t").hasLeader()).isFalse();
    }
}
