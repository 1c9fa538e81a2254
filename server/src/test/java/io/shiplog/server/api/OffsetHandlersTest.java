// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.runtime.OffsetLookup;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.ListOffsetsRequestData;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsPartition;
import org.apache.kafka.common.message.ListOffsetsRequestData.ListOffsetsTopic;
import org.apache.kafka.common.message.ListOffsetsResponseData;
import org.apache.kafka.common.message.ListOffsetsResponseData.ListOffsetsPartitionResponse;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderPartition;
import org.apache.kafka.common.message.OffsetForLeaderEpochRequestData.OffsetForLeaderTopic;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData;
import org.apache.kafka.common.message.OffsetForLeaderEpochResponseData.EpochEndOffset;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OffsetHandlersTest {
    private static final int LATEST = 11;

    private final TestCluster cluster = new TestCluster(1).broker(1, 1001);
    private final Uuid topicId = cluster.topic("t", 2, 1);
    private final InMemoryPartitions partitions = new InMemoryPartitions();
    private final RequestDispatcher dispatcher = new RequestDispatcher(
            List.of(new ListOffsetsHandler(cluster, partitions), new OffsetForLeaderEpochHandler(cluster, partitions)),
            cluster);

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11})
    void looksUpAnOffsetInEveryVersion(int version) {
        partitions.offsets.put(-1L, new OffsetLookup(Errors.NONE, 55, -1, 3));
        ListOffsetsPartitionResponse answer =
                only(list(version, "t", part(0, -1).setCurrentLeaderEpoch(3)));
        assertThat(answer.errorCode()).isZero();
        assertThat(answer.offset()).isEqualTo(55);
        assertThat(answer.leaderEpoch()).isEqualTo(version >= 4 ? 3 : -1);
        assertThat(partitions.leaderEpochsAsked).containsExactly(version >= 4 ? 3 : -1);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 5, 11})
    void theIsolationLevelIsPassedOn(int version) {
        for (byte level = 0; level <= 1; level++) {
            ListOffsetsRequestData request =
                    new ListOffsetsRequestData().setReplicaId(-1).setIsolationLevel(level);
            request.topics().add(new ListOffsetsTopic().setName("t").setPartitions(List.of(part(0, -1))));
            dispatcher.process(new FakeExchange(ApiKeys.LIST_OFFSETS, version, request));
        }
        assertThat(partitions.isolationsAsked).containsExactly(false, true);
    }

    @Test
    void noRecordAtATimeIsNoError() {
        ListOffsetsPartitionResponse answer = only(list(LATEST, "t", part(1, 1_000_000)));
        assertThat(answer.errorCode()).isZero();
        assertThat(answer.offset()).isEqualTo(-1);
        assertThat(answer.timestamp()).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"-3,6,7", "-4,7,8", "-5,8,9", "-6,10,11", "-7,11,12"})
    void marksNeedTheVersionThatBroughtThem(long mark, int before, int since) {
        assertThat(error(only(list(before, "t", part(0, mark))))).isEqualTo(Errors.UNSUPPORTED_VERSION);
        if (since <= LATEST) {
            assertThat(error(only(list(since, "t", part(0, mark))))).isEqualTo(Errors.NONE);
        }
    }

    @Test
    void namesTheUnknownAndTheRefused() {
        partitions.refuse.put(new InMemoryPartitions.Key(topicId, 1), Errors.OFFSET_NOT_AVAILABLE);
        assertThat(error(only(list(LATEST, "t", part(1, -1))))).isEqualTo(Errors.OFFSET_NOT_AVAILABLE);
        assertThat(error(only(list(5, "t", part(1, -1))))).isEqualTo(Errors.OFFSET_NOT_AVAILABLE);
        assertThat(error(only(list(4, "t", part(1, -1)))))
                .as("older clients do not know that error")
                .isEqualTo(Errors.LEADER_NOT_AVAILABLE);
        assertThat(error(only(list(LATEST, "t", part(2, -1))))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(only(list(LATEST, "u", part(0, -1))))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void aPartitionNamedTwiceIsRefused() {
        FakeExchange exchange = list(LATEST, "t", part(0, -1), part(1, -1), part(0, -2));
        List<ListOffsetsPartitionResponse> answers =
                exchange.response(new ListOffsetsResponseData()).topics().get(0).partitions();
        assertThat(answers)
                .extracting(OffsetHandlersTest::error)
                .as("once")
                .containsExactly(Errors.INVALID_REQUEST, Errors.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4})
    void tellsWhereAnEpochEndsInEveryVersion(int version) {
        EpochEndOffset answer = epochEnd(version, "t", 0);
        assertThat(answer.errorCode()).isZero();
        assertThat(answer.leaderEpoch()).isEqualTo(3);
        assertThat(answer.endOffset()).isEqualTo(42);
        assertThat(partitions.leaderEpochsAsked).containsExactly(6);
    }

    @Test
    void epochsOfUnknownPartitionsHaveNoEnd() {
        EpochEndOffset answer = epochEnd(4, "t", 9);
        assertThat(Errors.forCode(answer.errorCode())).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(answer.endOffset()).isEqualTo(-1);
        partitions.refuse.put(new InMemoryPartitions.Key(topicId, 0), Errors.FENCED_LEADER_EPOCH);
        assertThat(Errors.forCode(epochEnd(4, "t", 0).errorCode())).isEqualTo(Errors.FENCED_LEADER_EPOCH);
    }

    private EpochEndOffset epochEnd(int version, String topic, int partition) {
        OffsetForLeaderTopic asked = new OffsetForLeaderTopic().setTopic(topic);
        asked.partitions()
                .add(new OffsetForLeaderPartition()
                        .setPartition(partition)
                        .setCurrentLeaderEpoch(6)
                        .setLeaderEpoch(5));
        OffsetForLeaderEpochRequestData request = new OffsetForLeaderEpochRequestData().setReplicaId(-1);
        request.topics().add(asked);
        FakeExchange exchange = new FakeExchange(ApiKeys.OFFSET_FOR_LEADER_EPOCH, version, request);
        dispatcher.process(exchange);
        return exchange.response(new OffsetForLeaderEpochResponseData())
                .topics()
                .find(topic)
                .partitions()
                .get(0);
    }

    private FakeExchange list(int version, String topic, ListOffsetsPartition... asked) {
        ListOffsetsRequestData request = new ListOffsetsRequestData().setReplicaId(-1);
        request.topics().add(new ListOffsetsTopic().setName(topic).setPartitions(List.of(asked)));
        FakeExchange exchange = new FakeExchange(ApiKeys.LIST_OFFSETS, version, request);
        dispatcher.process(exchange);
        return exchange;
    }

    private static ListOffsetsPartition part(int index, long timestamp) {
        return new ListOffsetsPartition().setPartitionIndex(index).setTimestamp(timestamp);
    }

    private static ListOffsetsPartitionResponse only(FakeExchange exchange) {
        return exchange.response(new ListOffsetsResponseData())
                .topics()
                .get(0)
                .partitions()
                .get(0);
    }

    private static Errors error(ListOffsetsPartitionResponse answer) {
        return Errors.forCode(answer.errorCode());
    }
}
