// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.api.InMemoryPartitions.Produced;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.message.ProduceRequestData;
import org.apache.kafka.common.message.ProduceRequestData.PartitionProduceData;
import org.apache.kafka.common.message.ProduceRequestData.TopicProduceData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.BaseRecords;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ProduceHandlerTest {
    private static final short LATEST = 13;
    private static final short LAST_BY_NAME = 12;
    private static final short ALL = -1;

    private final TestCluster cluster = new TestCluster(1).broker(1, 1001).broker(2, 1002);
    private final Uuid topicId = cluster.topic("t", 3, 2, 1);
    private final InMemoryPartitions partitions = new InMemoryPartitions();
    private final RequestDispatcher dispatcher =
            new RequestDispatcher(List.of(new ProduceHandler(cluster, partitions)), cluster);

    @Test
    void handsOverTheBatchAsItArrived() {
        MemoryRecords batch = Batches.of("a", "b");
        byte[] sent = new byte[batch.sizeInBytes()];
        batch.buffer().duplicate().get(sent);
        produce(LATEST, ALL, 1, batch);
        assertThat(partitions.produced).singleElement().satisfies(produced -> {
            assertThat(produced.topicId()).isEqualTo(topicId);
            assertThat(produced.partition()).isEqualTo(1);
            assertThat(produced.batches()).isEqualTo(ByteBuffer.wrap(sent));
            assertThat(produced.acks()).isEqualTo(ALL);
            assertThat(produced.timeoutMs()).isEqualTo(1234);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
    void answersInEveryVersion(int version) {
        FakeExchange exchange = produce(version, ALL, 0, Batches.of("a"));
        ProduceResponseData response = exchange.response(new ProduceResponseData());
        assertThat(response.responses()).singleElement().satisfies(topic -> {
            if (version >= LATEST) {
                assertThat(topic.topicId()).isEqualTo(topicId);
            } else {
                assertThat(topic.name()).isEqualTo("t");
            }
        });
        PartitionProduceResponse partition = only(exchange);
        assertThat(partition.errorCode()).isZero();
        assertThat(partition.baseOffset()).isEqualTo(100);
        assertThat(partition.logStartOffset()).isEqualTo(version >= 5 ? 7 : -1);
    }

    @Test
    void waitsForTheLastPartition() {
        partitions.answerAtOnce = false;
        ProduceRequestData request = request(LATEST, ALL, 0, Batches.of("a"));
        request.topicData()
                .iterator()
                .next()
                .partitionData()
                .add(new PartitionProduceData().setIndex(2).setRecords(Batches.of("b")));
        FakeExchange exchange = serve(LATEST, request);
        partitions.produced.get(1).callback().complete(Errors.NONE, 5, -1, 0, null);
        assertThat(exchange.isAnswered()).isFalse();
        partitions.produced.get(0).callback().complete(Errors.REQUEST_TIMED_OUT, -1, -1, -1, "late");
        List<PartitionProduceResponse> answers = exchange.response(new ProduceResponseData())
                .responses()
                .iterator()
                .next()
                .partitionResponses();
        assertThat(answers).extracting(p -> p.index()).containsExactly(0, 2);
        assertThat(answers)
                .extracting(p -> Errors.forCode(p.errorCode()))
                .containsExactly(Errors.REQUEST_TIMED_OUT, Errors.NONE);
        assertThat(answers.get(0).errorMessage()).isEqualTo("late");
    }

    /** An answer makes room, and another connection goes on with what it had to leave. */
    @Test
    void aRequestIsServedWhileAnotherIs() {
        List<FakeExchange> inner = new ArrayList<>();
        partitions.withinProduce = () -> inner.add(produce(9, ALL, 2, Batches.of("x", "y")));
        ProduceRequestData request = request(LATEST, ALL, 0, Batches.of("a"));
        request.topicData()
                .iterator()
                .next()
                .partitionData()
                .add(new PartitionProduceData().setIndex(1).setRecords(Batches.of("b")));
        FakeExchange outer = serve(LATEST, request);
        assertThat(partitions.produced).extracting(Produced::partition).containsExactly(0, 2, 1);
        assertThat(error(inner.get(0))).isEqualTo(Errors.NONE);
        assertThat(outer.response(new ProduceResponseData())
                        .responses()
                        .iterator()
                        .next()
                        .partitionResponses())
                .extracting(PartitionProduceResponse::index)
                .containsExactly(0, 1);
        assertThat(error(produce(LATEST, ALL, 0, Batches.of("c")))).isEqualTo(Errors.NONE);
    }

    @Test
    void aRequestWithoutTopicsIsAnswered() {
        FakeExchange exchange =
                serve(LATEST, new ProduceRequestData().setAcks(ALL).setTimeoutMs(1));
        assertThat(exchange.response(new ProduceResponseData()).responses()).isEmpty();
    }

    @Test
    void acksZeroIsNotAnswered() {
        assertThat(produce(LATEST, (short) 0, 0, Batches.of("a")).isAnsweredByNothing())
                .isTrue();
    }

    @Test
    void acksZeroWithAnErrorClosesTheConnection() {
        partitions.refuse.put(new InMemoryPartitions.Key(topicId, 0), Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(produce(LATEST, (short) 0, 0, Batches.of("a")).closeReason()).contains("NOT_LEADER_OR_FOLLOWER");
    }

    @ParameterizedTest
    @ValueSource(shorts = {-2, 2, 3})
    void refusesOtherAcks(short acks) {
        assertThat(error(produce(LATEST, acks, 0, Batches.of("a")))).isEqualTo(Errors.INVALID_REQUIRED_ACKS);
        assertThat(partitions.produced).isEmpty();
    }

    @Test
    void refusesATransactionalId() {
        FakeExchange exchange =
                serve(LATEST, request(LATEST, ALL, 0, Batches.of("a")).setTransactionalId("tx"));
        assertThat(error(exchange)).isEqualTo(Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
        assertThat(partitions.produced).isEmpty();
    }

    @Test
    void namesTheUnknown() {
        ProduceRequestData byId = request(LATEST, ALL, 0, Batches.of("a"));
        byId.topicData().iterator().next().setTopicId(new Uuid(9, 9));
        assertThat(error(serve(LATEST, byId))).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
        ProduceRequestData byName = request(LAST_BY_NAME, ALL, 0, Batches.of("a"));
        byName.topicData().iterator().next().setName("other");
        assertThat(error(serve(LAST_BY_NAME, byName))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(produce(LATEST, ALL, 3, Batches.of("a")))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(error(produce(LATEST, ALL, -1, Batches.of("a")))).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(partitions.produced).isEmpty();
    }

    @Test
    void refusesAnythingButOneBatchOfVersionTwo() {
        assertThat(error(produce(LATEST, ALL, 0, null))).isEqualTo(Errors.INVALID_RECORD);
        assertThat(error(produce(LATEST, ALL, 0, MemoryRecords.EMPTY))).isEqualTo(Errors.INVALID_RECORD);
        assertThat(error(produce(LATEST, ALL, 0, Batches.two()))).isEqualTo(Errors.INVALID_RECORD);
        assertThat(error(produce(LATEST, ALL, 0, Batches.ofMagic(Batches.V1, "a"))))
                .isEqualTo(Errors.INVALID_RECORD);
        assertThat(partitions.produced).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1", "11", "12", "16", "17", "22", "60"})
    void aBatchThatIsCutOffIsNoBatch(int bytes) {
        ByteBuffer whole = Batches.of("a").buffer().duplicate();
        MemoryRecords cut = MemoryRecords.readableRecords(whole.limit(bytes).slice());
        assertThat(error(produce(LATEST, ALL, 0, cut))).isEqualTo(Errors.INVALID_RECORD);
        assertThat(partitions.produced).isEmpty();
    }

    /** Byte 16 is the format, bytes 8 to 11 are the length. */
    @ParameterizedTest
    @CsvSource({"16,3", "16,-1", "11,13", "8,-128"})
    void whatCanBeNoBatchIsCorrupt(int position, byte value) {
        ByteBuffer changed = Batches.of("a").buffer().duplicate();
        changed.put(position, value);
        assertThat(error(produce(LATEST, ALL, 0, MemoryRecords.readableRecords(changed))))
                .isEqualTo(Errors.CORRUPT_MESSAGE);
        assertThat(partitions.produced).isEmpty();
    }

    @Test
    void aTopicOfWhichNothingIsProducedIsLeftOut() {
        ProduceRequestData request = request(LATEST, ALL, 0, Batches.of("a"));
        request.topicData().iterator().next().setPartitionData(List.of());
        assertThat(serve(LATEST, request).response(new ProduceResponseData()).responses())
                .isEmpty();
    }

    @Test
    void zstdNeedsAVersionThatKnowsIt() {
        MemoryRecords zstd = Batches.of(Compression.zstd().build(), "aaaaaaaaaaaaaaaaaaaa");
        assertThat(error(produce(6, ALL, 0, zstd))).isEqualTo(Errors.UNSUPPORTED_COMPRESSION_TYPE);
        assertThat(partitions.produced).isEmpty();
        assertThat(error(produce(7, ALL, 0, zstd))).isEqualTo(Errors.NONE);
    }

    @ParameterizedTest
    @ValueSource(ints = {9, 10, 13})
    void namesTheLeaderToThoseWhoKnowHow(int version) {
        partitions.refuse.put(new InMemoryPartitions.Key(topicId, 0), Errors.NOT_LEADER_OR_FOLLOWER);
        FakeExchange exchange = produce(version, ALL, 0, Batches.of("a"));
        ProduceResponseData response = exchange.response(new ProduceResponseData());
        assertThat(error(exchange)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        if (version < 10) {
            assertThat(response.nodeEndpoints()).isEmpty();
            return;
        }
        assertThat(only(exchange).currentLeader().leaderId()).isEqualTo(2);
        assertThat(only(exchange).currentLeader().leaderEpoch()).isEqualTo(3);
        assertThat(response.nodeEndpoints()).singleElement().satisfies(node -> {
            assertThat(node.nodeId()).isEqualTo(2);
            assertThat(node.port()).isEqualTo(1002);
        });
    }

    @Test
    void aDeletedTopicHasNoLeaderToName() {
        partitions.answerAtOnce = false;
        FakeExchange exchange = produce(LATEST, ALL, 0, Batches.of("a"));
        cluster.remove(topicId);
        partitions.produced.get(0).callback().complete(Errors.NOT_LEADER_OR_FOLLOWER, -1, -1, -1, null);
        assertThat(error(exchange)).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(only(exchange).currentLeader().leaderId()).isEqualTo(-1);
    }

    private FakeExchange produce(int version, short acks, int partition, BaseRecords records) {
        return serve(version, request(version, acks, partition, records));
    }

    private ProduceRequestData request(int version, short acks, int partition, BaseRecords records) {
        TopicProduceData topic =
                version >= LATEST ? new TopicProduceData().setTopicId(topicId) : new TopicProduceData().setName("t");
        topic.partitionData().add(new PartitionProduceData().setIndex(partition).setRecords(records));
        ProduceRequestData request = new ProduceRequestData().setAcks(acks).setTimeoutMs(1234);
        request.topicData().add(topic);
        return request;
    }

    private FakeExchange serve(int version, ProduceRequestData request) {
        FakeExchange exchange = new FakeExchange(ApiKeys.PRODUCE, version, request);
        dispatcher.process(exchange);
        return exchange;
    }

    private static PartitionProduceResponse only(FakeExchange exchange) {
        return exchange.response(new ProduceResponseData())
                .responses()
                .iterator()
                .next()
                .partitionResponses()
                .get(0);
    }

    private static Errors error(FakeExchange exchange) {
        return Errors.forCode(only(exchange).errorCode());
    }
}
