// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignablePartition;
import org.apache.kafka.common.message.AlterPartitionReassignmentsRequestData.ReassignableTopic;
import org.apache.kafka.common.message.AlterPartitionReassignmentsResponseData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData;
import org.apache.kafka.common.message.ListPartitionReassignmentsRequestData.ListPartitionReassignmentsTopics;
import org.apache.kafka.common.message.ListPartitionReassignmentsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReassignmentHandlersTest {
    private static final int LATEST = 1;

    private final AdminHarness harness = new AdminHarness((cluster, admin) ->
            List.of(new AlterPartitionReassignmentsHandler(admin), new ListPartitionReassignmentsHandler(cluster)));

    @BeforeEach
    void topics() {
        harness.cluster.broker(1, 1001).broker(2, 1002).broker(3, 1003);
        harness.cluster.topic("t", 2, 1, 2);
        harness.cluster.topic("u", 1, 2, 1);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void reassignmentBeginsAndIsListedInEveryVersion(int version) {
        var response = alter(version, request(topic("t", move(0, 1, 3))));
        assertThat(response.errorCode()).isZero();
        assertThat(outcomes(response)).containsExactly("t-0 NONE");
        assertThat(listed(null)).containsExactly("t-0 [1, 3, 2] +[3] -[2]");
        assertThat(harness.admin.timeoutMs).isEqualTo(888);
    }

    @Test
    void everyPartitionIsToldForItself() {
        var response = alter(
                LATEST,
                request(
                        topic("t", move(0, 1, 3), move(1, 1, 9), move(7, 1, 3)),
                        topic("none", move(0, 1)),
                        topic("u", cancel(0))));
        assertThat(outcomes(response))
                .containsExactly(
                        "t-0 NONE",
                        "t-1 INVALID_REPLICA_ASSIGNMENT",
                        "t-7 UNKNOWN_TOPIC_OR_PARTITION",
                        "none-0 UNKNOWN_TOPIC_OR_PARTITION",
                        "u-0 NO_REASSIGNMENT_IN_PROGRESS");
    }

    @Test
    void reassignmentIsCalledOff() {
        alter(LATEST, request(topic("t", move(0, 1, 3))));
        assertThat(outcomes(alter(LATEST, request(topic("t", cancel(0)))))).containsExactly("t-0 NONE");
        assertThat(listed(null)).isEmpty();
        assertThat(harness.cluster.image().topic("t").partition(0).replicas()).containsExactly(1, 2);
    }

    @Test
    void cancellationWhoseFirstAnswerWasLostIsASuccess() {
        alter(LATEST, request(topic("t", move(0, 1, 3))));
        harness.admin.firstAnswersAreLost = true;
        assertThat(outcomes(alter(LATEST, request(topic("t", cancel(0)))))).containsExactly("t-0 NONE");
    }

    @Test
    void replicationFactorIsKeptWhereTheRequestSaysSo() {
        long before = harness.state();
        var request = request(topic("t", move(0, 1, 2, 3))).setAllowReplicationFactorChange(false);
        var response = alter(LATEST, request);
        assertThat(outcomes(response)).containsExactly("t-0 INVALID_REPLICATION_FACTOR");
        assertThat(response.allowReplicationFactorChange()).isFalse();
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void assignmentToNobodyIsRefused() {
        long before = harness.state();
        assertThat(outcomes(alter(LATEST, request(topic("t", move(0))))))
                .containsExactly("t-0 INVALID_REPLICA_ASSIGNMENT");
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void messagesAreAsKafkaHasThem() {
        var nothing = alter(LATEST, request());
        assertThat(nothing.errorMessage()).isEmpty();
        assertThat(harness.admin.commands).isEmpty();
        var refused = alter(LATEST, request(topic("u", cancel(0))));
        assertThat(refused.errorMessage()).isNull();
        assertThat(refused.responses().get(0).partitions().get(0).errorMessage())
                .as("the code says it all")
                .isNull();
    }

    @Test
    void refusalOfTheWholeIsToldForEachPartitionToo() {
        harness.admin.answers.add(AdminAnswer.refused(Errors.REQUEST_TIMED_OUT, "no controller", false));
        var response = alter(LATEST, request(topic("t", move(0, 1, 3))));
        assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.REQUEST_TIMED_OUT);
        assertThat(outcomes(response)).containsExactly("t-0 REQUEST_TIMED_OUT");
    }

    @Test
    void onlyWhatIsAskedForIsListed() {
        alter(LATEST, request(topic("t", move(0, 1, 3), move(1, 2, 3)), topic("u", move(0, 3, 1))));
        assertThat(listed(List.of(asked("t", 1, 9), asked("none", 0)))).containsExactly("t-1 [2, 3, 1] +[3] -[1]");
        assertThat(listed(List.of())).isEmpty();
        assertThat(listed(null)).hasSize(3);
    }

    private static AlterPartitionReassignmentsRequestData request(ReassignableTopic... topics) {
        return new AlterPartitionReassignmentsRequestData().setTimeoutMs(888).setTopics(List.of(topics));
    }

    private static ReassignableTopic topic(String name, ReassignablePartition... partitions) {
        return new ReassignableTopic().setName(name).setPartitions(List.of(partitions));
    }

    private static ReassignablePartition move(int partition, Integer... replicas) {
        return new ReassignablePartition().setPartitionIndex(partition).setReplicas(List.of(replicas));
    }

    private static ReassignablePartition cancel(int partition) {
        return new ReassignablePartition().setPartitionIndex(partition).setReplicas(null);
    }

    private static ListPartitionReassignmentsTopics asked(String topic, Integer... partitions) {
        return new ListPartitionReassignmentsTopics().setName(topic).setPartitionIndexes(List.of(partitions));
    }

    private AlterPartitionReassignmentsResponseData alter(int version, AlterPartitionReassignmentsRequestData request) {
        return harness.ask(
                ApiKeys.ALTER_PARTITION_REASSIGNMENTS, version, request, new AlterPartitionReassignmentsResponseData());
    }

    private static List<String> outcomes(AlterPartitionReassignmentsResponseData response) {
        return response.responses().stream()
                .flatMap(topic -> topic.partitions().stream()
                        .map(p -> topic.name() + "-" + p.partitionIndex() + " " + Errors.forCode(p.errorCode())))
                .toList();
    }

    private List<String> listed(List<ListPartitionReassignmentsTopics> topics) {
        return harness
                .ask(
                        ApiKeys.LIST_PARTITION_REASSIGNMENTS,
                        0,
                        new ListPartitionReassignmentsRequestData().setTopics(topics),
                        new ListPartitionReassignmentsResponseData())
                .topics()
                .stream()
                .flatMap(topic -> topic.partitions().stream()
                        .map(p -> topic.name() + "-" + p.partitionIndex() + " " + p.replicas() + " +"
                                + p.addingReplicas() + " -" + p.removingReplicas()))
                .toList();
    }
}
