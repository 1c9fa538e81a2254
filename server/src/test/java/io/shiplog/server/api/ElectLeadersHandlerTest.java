// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.apache.kafka.common.message.ElectLeadersRequestData;
import org.apache.kafka.common.message.ElectLeadersRequestData.TopicPartitions;
import org.apache.kafka.common.message.ElectLeadersResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ElectLeadersHandlerTest {
    private static final int LATEST = 2;
    private static final byte PREFERRED = 0;
    private static final byte UNCLEAN = 1;

    private final AdminHarness harness =
            new AdminHarness((cluster, admin) -> List.of(new ElectLeadersHandler(cluster, admin)));

    /** Broker 1 is the preferred leader of "t" and "u"; broker 2 leads "t". */
    @BeforeEach
    void topics() {
        harness.cluster.broker(1, 1001).broker(2, 1002);
        harness.cluster.topic("t", 2, 1, 2);
        harness.cluster.topic("u", 1, 1, 2);
        harness.cluster.lead("t", 0, 2);
        harness.cluster.lead("t", 1, 2);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void preferredLeaderIsElectedInEveryVersion(int version) {
        ElectLeadersResponseData response = ask(version, request(PREFERRED, topic("t", 0)));
        assertThat(response.errorCode()).isZero();
        assertThat(outcomes(response)).containsExactly("t-0 NONE");
        assertThat(leader("t", 0)).isEqualTo(1);
        assertThat(leader("t", 1)).isEqualTo(2);
        assertThat(harness.admin.timeoutMs).isEqualTo(777);
    }

    @Test
    void everyPartitionIsToldForItself() {
        ElectLeadersResponseData response =
                ask(LATEST, request(PREFERRED, topic("t", 0, 7), topic("u", 0), topic("none", 0)));
        assertThat(outcomes(response))
                .containsExactly(
                        "t-0 NONE",
                        "t-7 UNKNOWN_TOPIC_OR_PARTITION",
                        "u-0 ELECTION_NOT_NEEDED",
                        "none-0 UNKNOWN_TOPIC_OR_PARTITION");
    }

    @Test
    void allPartitionsAreThoseThatNeedIt() {
        ElectLeadersResponseData response = ask(
                LATEST, new ElectLeadersRequestData().setElectionType(PREFERRED).setTopicPartitions(null));
        assertThat(outcomes(response)).containsExactly("t-0 NONE", "t-1 NONE");
        assertThat(response.replicaElectionResults())
                .as("all topics are named")
                .extracting(
                        topic -> topic.topic() + " " + topic.partitionResult().size())
                .containsExactly("t 2", "u 0");
        assertThat(leader("t", 1)).isEqualTo(1);
    }

    @Test
    void noPartitionsMeansNone() {
        long before = harness.state();
        assertThat(ask(LATEST, request(PREFERRED)).replicaElectionResults()).isEmpty();
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void partitionWithALeaderNeedsNoUncleanElection() {
        long before = harness.state();
        assertThat(outcomes(ask(LATEST, request(UNCLEAN, topic("t", 0))))).containsExactly("t-0 ELECTION_NOT_NEEDED");
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void preferredLeaderThatIsFencedIsNotElected() {
        harness.cluster.fence(1, true);
        long before = harness.state();
        assertThat(outcomes(ask(LATEST, request(PREFERRED, topic("t", 0)))))
                .containsExactly("t-0 PREFERRED_LEADER_NOT_AVAILABLE");
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void unknownTypeIsRefusedAsAWholeAndForEachPartition() {
        long before = harness.state();
        ElectLeadersResponseData response = ask(LATEST, request((byte) 9, topic("t", 0)));
        assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(outcomes(response)).containsExactly("t-0 INVALID_REQUEST");
        assertThat(harness.admin.commands).isEmpty();
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void electionWhoseFirstAnswerWasLostIsASuccess() {
        harness.admin.firstAnswersAreLost = true;
        assertThat(outcomes(ask(LATEST, request(PREFERRED, topic("t", 0))))).containsExactly("t-0 NONE");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void refusalOfTheWholeIsToldInEveryVersion(int version) {
        harness.admin.answers.add(AdminAnswer.refused(Errors.REQUEST_TIMED_OUT, "no controller", false));
        ElectLeadersResponseData response = ask(version, request(PREFERRED, topic("t", 0)));
        assertThat(outcomes(response)).containsExactly("t-0 REQUEST_TIMED_OUT");
        assertThat(response.errorCode()).isEqualTo(version == 0 ? 0 : Errors.REQUEST_TIMED_OUT.code());
    }

    private int leader(String topic, int partition) {
        return harness.cluster.image().topic(topic).partition(partition).leader();
    }

    private static ElectLeadersRequestData request(byte type, TopicPartitions... topics) {
        ElectLeadersRequestData request =
                new ElectLeadersRequestData().setElectionType(type).setTimeoutMs(777);
        for (TopicPartitions topic : topics) {
            request.topicPartitions().add(topic);
        }
        return request;
    }

    private static TopicPartitions topic(String name, Integer... partitions) {
        return new TopicPartitions().setTopic(name).setPartitions(List.of(partitions));
    }

    private ElectLeadersResponseData ask(int version, ElectLeadersRequestData request) {
        return harness.ask(ApiKeys.ELECT_LEADERS, version, request, new ElectLeadersResponseData());
    }

    private static List<String> outcomes(ElectLeadersResponseData response) {
        return response.replicaElectionResults().stream()
                .flatMap(topic -> topic.partitionResult().stream()
                        .map(p -> topic.topic() + "-" + p.partitionId() + " " + Errors.forCode(p.errorCode())))
                .toList();
    }
}
