// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.message.CreatePartitionsRequestData;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsAssignment;
import org.apache.kafka.common.message.CreatePartitionsRequestData.CreatePartitionsTopic;
import org.apache.kafka.common.message.CreatePartitionsResponseData;
import org.apache.kafka.common.message.CreatePartitionsResponseData.CreatePartitionsTopicResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CreatePartitionsHandlerTest {
    private static final int LATEST = 3;

    private final AdminHarness harness =
            new AdminHarness((cluster, admin) -> List.of(new CreatePartitionsHandler(cluster, admin)));

    @BeforeEach
    void topics() {
        harness.cluster.broker(1, 1001).broker(2, 1002);
        harness.cluster.topic("t", 2, 1, 2);
        harness.cluster.topic("u", 1, 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void partitionsAreAddedInEveryVersion(int version) {
        CreatePartitionsTopicResult result = only(ask(version, request(topic("t", 5))));
        assertThat(result.name()).isEqualTo("t");
        assertThat(result.errorCode()).isZero();
        assertThat(result.errorMessage()).isNull();
        assertThat(partitions("t")).isEqualTo(5);
        assertThat(harness.admin.timeoutMs).isBetween(1, 4321);
    }

    @Test
    void assignedReplicasAreTakenInOrder() {
        CreatePartitionsTopic topic = topic("t", 4)
                .setAssignments(List.of(
                        new CreatePartitionsAssignment().setBrokerIds(List.of(2, 1)),
                        new CreatePartitionsAssignment().setBrokerIds(List.of(1, 2))));
        assertThat(only(ask(LATEST, request(topic))).errorCode()).isZero();
        assertThat(harness.cluster.image().topic("t").partition(2).replicas()).containsExactly(2, 1);
        assertThat(harness.cluster.image().topic("t").partition(3).replicas()).containsExactly(1, 2);
    }

    @Test
    void eachTopicIsDecidedForItself() {
        CreatePartitionsResponseData response = ask(LATEST, request(topic("t", 2), topic("u", 3), topic("none", 1)));
        assertThat(response.results())
                .extracting(r -> r.name() + " " + Errors.forCode(r.errorCode()))
                .containsExactly("t INVALID_PARTITIONS", "u NONE", "none UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(response.results().get(0).errorMessage()).isNotEmpty();
        assertThat(response.results().get(1).errorMessage()).isNull();
        assertThat(response.results().get(2).errorMessage())
                .as("the code says it all")
                .isNull();
        assertThat(partitions("t")).isEqualTo(2);
        assertThat(partitions("u")).isEqualTo(3);
        assertThat(harness.admin.commands).as("one round").hasSize(1);
    }

    @Test
    void repeatedIncreaseOfSeveralTopicsKeepsTheRefusalsOfTheFirstTime() {
        harness.admin.firstAnswersAreLost = true;
        CreatePartitionsResponseData response = ask(LATEST, request(topic("t", 4), topic("u", 1), topic("none", 1)));
        assertThat(response.results())
                .extracting(r -> r.name() + " " + Errors.forCode(r.errorCode()))
                .containsExactly("t NONE", "u INVALID_PARTITIONS", "none UNKNOWN_TOPIC_OR_PARTITION");
    }

    @Test
    void topicThatIsNamedTwiceIsRefusedOnce() {
        long before = harness.state();
        CreatePartitionsResponseData response = ask(LATEST, request(topic("t", 3), topic("t", 4)));
        assertThat(Errors.forCode(only(response).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void validationChangesNothing() {
        long before = harness.state();
        assertThat(only(ask(LATEST, request(topic("t", 5)).setValidateOnly(true)))
                        .errorCode())
                .isZero();
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void requestForNothingIsAnsweredWithNothing() {
        assertThat(ask(LATEST, request()).results()).isEmpty();
    }

    @Test
    void moreTopicsThanPartitionsMayBeCreatedAreRefused() {
        CreatePartitionsRequestData request = request();
        for (int i = 0; i <= 10_000; i++) {
            request.topics().add(topic("t" + i, 2));
        }
        assertThat(ask(LATEST, request).results())
                .hasSize(10_001)
                .allSatisfy(
                        result -> assertThat(Errors.forCode(result.errorCode())).isEqualTo(Errors.POLICY_VIOLATION));
        assertThat(harness.admin.commands).isEmpty();
    }

    @Test
    void increaseWhoseFirstAnswerWasLostIsASuccess() {
        harness.admin.firstAnswersAreLost = true;
        assertThat(only(ask(LATEST, request(topic("t", 5)))).errorCode()).isZero();
        assertThat(partitions("t")).isEqualTo(5);
    }

    @Test
    void repeatedIncreaseThatWasNeverOneStaysRefused() {
        harness.admin.firstAnswersAreLost = true;
        assertThat(Errors.forCode(only(ask(LATEST, request(topic("t", 2)))).errorCode()))
                .isEqualTo(Errors.INVALID_PARTITIONS);
    }

    @Test
    void outcomeThatNobodyKnowsIsRetriable() {
        harness.admin.answers.add(AdminAnswer.refused(Errors.REQUEST_TIMED_OUT, "no controller", true));
        CreatePartitionsTopicResult result = only(ask(LATEST, request(topic("t", 5))));
        assertThat(Errors.forCode(result.errorCode())).isEqualTo(Errors.REQUEST_TIMED_OUT);
        assertThat(result.errorMessage()).isEqualTo("no controller");
    }

    private int partitions(String topic) {
        return harness.cluster.image().topic(topic).partitionCount();
    }

    private static CreatePartitionsRequestData request(CreatePartitionsTopic... topics) {
        CreatePartitionsRequestData request = new CreatePartitionsRequestData().setTimeoutMs(4321);
        for (CreatePartitionsTopic topic : topics) {
            request.topics().add(topic);
        }
        return request;
    }

    private static CreatePartitionsTopic topic(String name, int count) {
        return new CreatePartitionsTopic().setName(name).setCount(count).setAssignments(null);
    }

    private CreatePartitionsResponseData ask(int version, CreatePartitionsRequestData request) {
        return harness.ask(ApiKeys.CREATE_PARTITIONS, version, request, new CreatePartitionsResponseData());
    }

    private static CreatePartitionsTopicResult only(CreatePartitionsResponseData response) {
        assertThat(response.results()).hasSize(1);
        return response.results().get(0);
    }
}
