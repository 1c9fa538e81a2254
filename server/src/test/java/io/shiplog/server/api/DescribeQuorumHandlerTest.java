// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.QuorumDescription.Observer;
import io.shiplog.metadata.client.QuorumDescription.QuorumMember;
import io.shiplog.metadata.client.QuorumDescription.Voter;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.QuorumVoterRecord;
import java.util.List;
import org.apache.kafka.common.Uuid;
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

    private static final Uuid DIRECTORY = new Uuid(8, 9);
    /** Node 2 leads; node 1 lacks three entries, nothing is known of node 3. */
    private static final QuorumDescription QUORUM = new QuorumDescription(
            2,
            7,
            41,
            List.of(new QuorumMember(1, "one", 11), new QuorumMember(2, "two", 22), new QuorumMember(3, "three", 33)),
            100,
            100,
            List.of(
                    new Voter(1, DIRECTORY, "one", 1, 11, 97, 1000, 900),
                    new Voter(2, DIRECTORY, "two", 2, 22, 100, 1000, 1000)),
            List.of(new Observer(101, 40, 700, 600)));

    private final AdminHarness harness =
            new AdminHarness((cluster, admin) -> List.of(new DescribeQuorumHandler(cluster, admin)));

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void quorumIsDescribedInEveryVersion(int version) {
        harness.admin.quorum.complete(QUORUM);
        DescribeQuorumResponseData response = ask(version, "__cluster_metadata", 0);
        assertThat(response.errorCode()).isZero();
        var partition = response.topics().get(0).partitions().get(0);
        assertThat(partition.errorCode()).isZero();
        assertThat(partition.leaderId()).isEqualTo(2);
        assertThat(partition.leaderEpoch()).isEqualTo(7);
        assertThat(partition.highWatermark()).isEqualTo(41);
        assertThat(partition.currentVoters())
                .extracting(v -> v.replicaId() + " " + v.logEndOffset())
                .containsExactly("1 38", "2 41", "3 -1");
        assertThat(partition.observers())
                .extracting(o -> o.replicaId() + " " + o.logEndOffset())
                .containsExactly("101 40");
        if (version >= 1) {
            assertThat(partition.currentVoters().get(0).lastFetchTimestamp()).isEqualTo(1000);
            assertThat(partition.currentVoters().get(0).lastCaughtUpTimestamp()).isEqualTo(900);
            assertThat(partition.observers().get(0).lastCaughtUpTimestamp()).isEqualTo(600);
        }
        if (version >= LATEST) {
            assertThat(response.nodes()).extracting(n -> n.nodeId()).containsExactly(1, 2, 3);
            assertThat(partition.currentVoters().get(0).replicaDirectoryId()).isEqualTo(DIRECTORY);
        }
    }

    @Test
    void quorumWhoseProgressIsNotKnownIsDescribedWithoutIt() {
        harness.admin.quorum.complete(new QuorumDescription(-1, 7, 41, List.of(new QuorumMember(1, "one", 11))));
        var partition = ask(LATEST, "__cluster_metadata", 0)
                .topics()
                .get(0)
                .partitions()
                .get(0);
        assertThat(partition.leaderId()).isEqualTo(-1);
        assertThat(partition.currentVoters()).singleElement().satisfies(voter -> {
            assertThat(voter.logEndOffset()).isEqualTo(-1);
            assertThat(voter.lastFetchTimestamp()).isEqualTo(-1);
        });
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

    /** The tools find the quorum so when it has no active controller. */
    @Test
    void membersAreToldWithoutTheController() {
        harness.cluster.apply(List.of(MetadataRecord.newBuilder()
                .setVersion(1)
                .setQuorumVoter(QuorumVoterRecord.newBuilder()
                        .setNodeId(7)
                        .setPeerId("7-a")
                        .setHost("seven")
                        .setRaftPort(70)
                        .setEndpointPort(77))
                .build()));
        DescribeQuorumResponseData response = ask(LATEST, new TopicData().setTopicName("__cluster_metadata"));
        assertThat(response.nodes()).singleElement().satisfies(node -> {
            assertThat(node.nodeId()).isEqualTo(7);
            assertThat(node.listeners().find("CONTROLLER").port()).isEqualTo(77);
        });
        assertThat(ask(LATEST, new TopicData().setTopicName("orders")).nodes()).isEmpty();
        assertThat(ask(LATEST).nodes()).isEmpty();
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
