// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.fetch.FetchService;
import io.shiplog.replication.fetch.FetchSettings;
import io.shiplog.replication.fetch.PartitionLookup;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.server.HandLoop;
import io.shiplog.server.protocol.Exchange;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the handler adds to the fetch service; the service has its own tests. No partition is on this node. */
class FetchHandlerTest {
    private final TestCluster cluster = new TestCluster(1).broker(1, 1001).broker(2, 1002);
    private final Uuid topicId = cluster.topic("t", 1, 2, 1);
    private Errors absence = Errors.NOT_LEADER_OR_FOLLOWER;
    private final RequestDispatcher dispatcher = new RequestDispatcher(
            List.of(new FetchHandler(
                    cluster, new FetchService(HandLoop.direct(), new Nowhere(), FetchSettings.DEFAULTS, () -> 5), 100)),
            cluster);

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
    void answersConsumersOfEveryVersionAndNamesTheLeaderToThoseWhoKnowHow(int version) {
        FakeExchange exchange = fetch(version, Exchange.CONSUMER, -1);
        assertThat(exchange.followerId()).isEqualTo(Exchange.CONSUMER);
        FetchResponseData response = exchange.fetchResponse();
        PartitionData partition = response.responses().get(0).partitions().get(0);
        assertThat(Errors.forCode(partition.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        if (version < 16) {
            assertThat(response.nodeEndpoints()).isEmpty();
            return;
        }
        assertThat(partition.currentLeader().leaderId()).isEqualTo(2);
        assertThat(partition.currentLeader().leaderEpoch()).isEqualTo(3);
        assertThat(response.nodeEndpoints()).singleElement().satisfies(node -> {
            assertThat(node.nodeId()).isEqualTo(2);
            assertThat(node.port()).isEqualTo(1002);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6})
    void oldClientsDoNotSeeStorageErrors(int version) {
        absence = Errors.KAFKA_STORAGE_ERROR;
        short code = fetch(version, Exchange.CONSUMER, -1)
                .fetchResponse()
                .responses()
                .get(0)
                .partitions()
                .get(0)
                .errorCode();
        assertThat(Errors.forCode(code))
                .isEqualTo(version <= 5 ? Errors.NOT_LEADER_OR_FOLLOWER : Errors.KAFKA_STORAGE_ERROR);
    }

    @Test
    void aNodeFetchesUnderItsBrokerEpochOnly() {
        long epoch = cluster.image().broker(2).epoch();
        FakeExchange good = fetch(18, 2, epoch);
        assertThat(good.followerId()).isEqualTo(2);
        assertThat(good.fetchResponse().errorCode()).isZero();
        assertThat(refusal(fetch(18, 2, epoch - 1))).isEqualTo(Errors.STALE_BROKER_EPOCH);
        assertThat(refusal(fetch(18, 3, epoch))).isEqualTo(Errors.BROKER_ID_NOT_REGISTERED);
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 14})
    void versionsWithoutABrokerEpochAreNotForFollowers(int version) {
        assertThat(fetch(version, 2, -1).closeReason()).contains("no broker epoch");
    }

    @Test
    void moreElementsThanAllowedCloseTheConnection() {
        FetchRequestData request = request(11, Exchange.CONSUMER, -1);
        for (int i = 0; i < 100; i++) {
            request.topics().get(0).partitions().add(new FetchPartition().setPartition(i));
        }
        FakeExchange exchange = new FakeExchange(ApiKeys.FETCH, 11, request);
        dispatcher.process(exchange);
        assertThat(exchange.closeReason()).contains("bad body of a Fetch request");
    }

    private static Errors refusal(FakeExchange exchange) {
        return Errors.forCode(exchange.response(new FetchResponseData()).errorCode());
    }

    private FakeExchange fetch(int version, int replicaId, long brokerEpoch) {
        FakeExchange exchange = new FakeExchange(ApiKeys.FETCH, version, request(version, replicaId, brokerEpoch));
        dispatcher.process(exchange);
        return exchange;
    }

    private FetchRequestData request(int version, int replicaId, long brokerEpoch) {
        FetchTopic topic = version >= 13 ? new FetchTopic().setTopicId(topicId) : new FetchTopic().setTopic("t");
        topic.partitions().add(new FetchPartition().setPartition(0).setPartitionMaxBytes(100));
        FetchRequestData request =
                new FetchRequestData().setMaxWaitMs(100).setMinBytes(1).setMaxBytes(1000);
        if (version >= 7) {
            request.setSessionEpoch(-1);
        }
        if (version >= 15) {
            request.setReplicaState(new ReplicaState().setReplicaId(replicaId).setReplicaEpoch(brokerEpoch));
        } else {
            request.setReplicaId(replicaId);
        }
        request.topics().add(topic);
        return request;
    }

    private final class Nowhere implements PartitionLookup {
        @Override
        public Uuid topicId(String name) {
            return topicId;
        }

        @Override
        public Replica replica(Uuid topic, int partition) {
            return null;
        }

        @Override
        public Errors absence(Uuid topic, int partition) {
            return absence;
        }
    }
}
