// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.QuorumDescription.QuorumMember;
import java.util.List;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumRequestData.PartitionData;
import org.apache.kafka.common.message.DescribeQuorumRequestData.TopicData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescribeQuorumHandlerTest {
    private static final int LATEST = 2;

    private final AdminHarness harness =
            new AdminHarness((cluster, admin) -> List.of(new DescribeQuorumHandler(admin)));

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void quorumIsDescribedInEveryVersion(int version) {
        harness.admin.quorum.complete(new QuorumDescription(
                2, 7, 41, List.of(new QuorumMember(1, "one", 11), new QuorumMember(2, "two", 22))));
        DescribeQuorumResponseData response = ask(version, "__cluster_metadata", 0);
        assertThat(response.errorCode()).isZero();
        var partition = response.topics().get(0).partitions().get(0);
        assertThat(partition.errorCode()).isZero();
        assertThat(partition.leaderId()).isEqualTo(2);
        assertThat(partition.leaderEpoch()).isEqualTo(7);
        assertThat(partition.currentVoters()).extracting(v -> v.replicaId()).containsExactly(1, 2);
        if (version >= LATEST) {
            assertThat(response.nodes()).extracting(n -> n.nodeId()).containsExactly(1, 2);
        }
    }

    @Test
    void anythingElseIsNoQuorum() {
        assertThat(error(ask(LATEST, "orders", 0))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(ask(LATEST, "__cluster_metadata", 1))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(ask(LATEST).topics()).isEmpty();
    }

    @Test
    void quorumThatCannotBeAskedIsRetriable() {
        harness.admin.quorum.completeExceptionally(new MetadataUnavailable("no controller"));
        DescribeQuorumResponseData response = ask(LATEST, "__cluster_metadata", 0);
        assertThat(Errors.forCode(response.errorCode())).isEqualTo(Errors.REQUEST_TIMED_OUT);
        assertThat(response.errorMessage()).isEqualTo("no controller");
    }

    private DescribeQuorumResponseData ask(int version, String topic, int partition) {
        return ask(
                version,
                new TopicData()
                        .setTopicName(topic)
                        .setPartitions(List.of(new PartitionData().setPartitionIndex(partition))));
    }

    private DescribeQuorumResponseData ask(int version, TopicData... topics) {
        return harness.ask(
                ApiKeys.DESCRIBE_QUORUM,
                version,
                new DescribeQuorumRequestData().setTopics(List.of(topics)),
                new DescribeQuorumResponseData());
    }

    private static Errors error(DescribeQuorumResponseData response) {
        return Errors.forCode(response.topics().get(0).partitions().get(0).errorCode());
    }
}
