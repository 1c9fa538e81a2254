// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.storage.producer.ActiveProducer;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.DescribeProducersRequestData;
import org.apache.kafka.common.message.DescribeProducersRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeProducersResponseData;
import org.apache.kafka.common.message.DescribeProducersResponseData.PartitionResponse;
import org.apache.kafka.common.message.DescribeProducersResponseData.ProducerState;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class DescribeProducersHandlerTest {
    private final TestCluster cluster = new TestCluster(1).broker(1, 1001);
    private final Uuid topicId = cluster.topic("t", 2, 1);
    private final InMemoryPartitions partitions = new InMemoryPartitions();
    private final RequestDispatcher dispatcher =
            new RequestDispatcher(List.of(new DescribeProducersHandler(cluster, partitions)), cluster);

    private List<PartitionResponse> ask(String topic, Integer... indexes) {
        DescribeProducersRequestData request = new DescribeProducersRequestData();
        request.topics().add(new TopicRequest().setName(topic).setPartitionIndexes(List.of(indexes)));
        FakeExchange exchange = new FakeExchange(ApiKeys.DESCRIBE_PRODUCERS, 0, request);
        dispatcher.process(exchange);
        return exchange.response(new DescribeProducersResponseData())
                .topics()
                .get(0)
                .partitions();
    }

    private static Errors error(PartitionResponse answer) {
        return Errors.forCode(answer.errorCode());
    }

    @Test
    void tellsWhatTheLeaderRemembers() {
        partitions.producers = List.of(new ActiveProducer(7, (short) 2, 41, 1234, 5, 99));
        assertThat(ask("t", 1).get(0).activeProducers())
                .containsExactly(new ProducerState()
                        .setProducerId(7)
                        .setProducerEpoch(2)
                        .setLastSequence(41)
                        .setLastTimestamp(1234)
                        .setCoordinatorEpoch(5)
                        .setCurrentTxnStartOffset(99));
    }

    @Test
    void whoDoesNotLeadSaysSo() {
        partitions.refuse.put(new InMemoryPartitions.Key(topicId, 1), Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(ask("t", 0, 1))
                .extracting(DescribeProducersHandlerTest::error)
                .containsExactly(Errors.NONE, Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void unknownPartitionsAreSaid() {
        assertThat(error(ask("t", 2).get(0))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(ask("t", 2).get(0).errorMessage()).isNull();
        assertThat(error(ask("u", 0).get(0))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(ask("u", 0).get(0).errorMessage()).isNotEmpty();
    }

    @Test
    void aPartitionNamedTwiceIsAnsweredOnce() {
        assertThat(ask("t", 0, 0))
                .extracting(DescribeProducersHandlerTest::error)
                .containsExactly(Errors.NONE, Errors.INVALID_REQUEST);
    }
}
