// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.fetch.PartitionLookup;
import io.shiplog.replication.fetch.SegmentCodec;
import io.shiplog.replication.fetch.SegmentRequest;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ShippingLimit;
import io.shiplog.server.HandLoop;
import io.shiplog.server.protocol.MalformedRequest;
import io.shiplog.server.protocol.RequestHeader;
import io.shiplog.server.protocol.RequestHeaderReader;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchSnapshotRequestData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Who is let through to a replica's segments, and who is not. No partition is on this node. */
class FetchSnapshotHandlerTest {
    private final TestCluster cluster = new TestCluster(1).broker(1, 1001).broker(2, 1002);
    private final Uuid topicId = cluster.topic("t", 1, 2, 1);
    private final RequestDispatcher dispatcher = new RequestDispatcher(
            List.of(new FetchSnapshotHandler(
                    cluster,
                    new Nowhere(),
                    new ShippingLimit(HandLoop.waiting()),
                    (slice, then) -> then.run(),
                    check -> {})),
            cluster);

    /** None is here; how it is absent is told. */
    private static final class Nowhere implements PartitionLookup {
        @Override
        public Uuid topicId(String name) {
            return null;
        }

        @Override
        public Replica replica(Uuid topicId, int partition) {
            return null;
        }

        @Override
        public Errors absence(Uuid topicId, int partition) {
            return Errors.UNKNOWN_TOPIC_ID;
        }
    }

    private FakeExchange ask(int nodeId, long brokerEpoch) {
        SegmentRequest asked =
                new SegmentRequest(nodeId, brokerEpoch, topicId, 0, 3, 0, SegmentRequest.DESCRIBE, 0, 0, false);
        ByteBuffer frame = SegmentCodec.encodeRequest(5, "shipping-2", asked);
        frame.getInt();
        try {
            RequestHeader header = new RequestHeaderReader().read(frame);
            assertThat(header.api()).isEqualTo(ApiKeys.FETCH_SNAPSHOT);
        } catch (MalformedRequest e) {
            throw new AssertionError(e);
        }
        FakeExchange exchange = new FakeExchange(ApiKeys.FETCH_SNAPSHOT, SegmentCodec.VERSION, frame.slice());
        dispatcher.process(exchange);
        return exchange;
    }

    private static FetchSnapshotResponseData answer(FakeExchange exchange) {
        return exchange.response(new FetchSnapshotResponseData());
    }

    private static Errors refusal(FakeExchange exchange) {
        return Errors.forCode(answer(exchange).errorCode());
    }

    @Test
    void onlyARegisteredNodeUnderItsBrokerEpochIsLetThrough() {
        long epoch = cluster.image().broker(2).epoch();
        var partition = answer(ask(2, epoch)).topics().get(0).partitions().get(0);
        assertThat(Errors.forCode(partition.errorCode())).isEqualTo(Errors.UNKNOWN_TOPIC_ID);
        assertThat(refusal(ask(2, epoch - 1))).isEqualTo(Errors.STALE_BROKER_EPOCH);
        assertThat(refusal(ask(3, epoch))).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED);
    }

    /** As Kafka's own tools would ask it. */
    @Test
    void whoNamesNoBrokerEpochIsRefused() {
        var partition = new FetchSnapshotRequestData.PartitionSnapshot().setPartition(0);
        var topic = new FetchSnapshotRequestData.TopicSnapshot()
                .setName(topicId.toString())
                .setPartitions(List.of(partition));
        var request = new FetchSnapshotRequestData().setReplicaId(2).setTopics(List.of(topic));
        FakeExchange exchange = new FakeExchange(ApiKeys.FETCH_SNAPSHOT, SegmentCodec.VERSION, request);
        dispatcher.process(exchange);
        assertThat(refusal(exchange)).isEqualTo(Errors.STALE_BROKER_EPOCH);
    }

    @Test
    void anotherVersionAndAnotherMeaningAreRefused() {
        FakeExchange old = new FakeExchange(ApiKeys.FETCH_SNAPSHOT, 0, new FetchSnapshotRequestData());
        dispatcher.process(old);
        assertThat(Errors.forCode(
                        old.response(new FetchSnapshotResponseData(), (short) 0).errorCode()))
                .isEqualTo(Errors.UNSUPPORTED_VERSION);
        FakeExchange empty =
                new FakeExchange(ApiKeys.FETCH_SNAPSHOT, SegmentCodec.VERSION, new FetchSnapshotRequestData());
        dispatcher.process(empty);
        assertThat(refusal(empty)).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void clientsAreNotToldOfIt() {
        assertThat(dispatcher.apis().serves(ApiKeys.FETCH_SNAPSHOT, SegmentCodec.VERSION))
                .isTrue();
        assertThat(dispatcher.apis().advertised().find(ApiKeys.FETCH_SNAPSHOT.id))
                .isNull();
    }
}
