// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.net.RawClient;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.message.ProduceResponseData;
import org.apache.kafka.common.message.ProduceResponseData.NodeEndpoint;
import org.apache.kafka.common.message.ProduceResponseData.PartitionProduceResponse;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Leadership moves because somebody wants it to: no request fails but with NOT_LEADER, which says who leads now (KIP-951). */
class LeadershipMoveTest extends OneTopic {
    private static final TopicPartition PARTITION = new TopicPartition(TOPIC, 0);
    private static final int ROUNDS = 6;
    private static final short ALL = -1;

    LeadershipMoveTest() {
        super(3, 1, Map.of("min.insync.replicas", "2"));
    }

    @Test
    void clientsSeeNothingButNotLeader() throws Exception {
        int acked;
        try (Admin admin = cluster.clients().admin();
                ImpatientLoad load = new ImpatientLoad(cluster.clients(), TOPIC)) {
            load.awaitMore(200);
            for (int round = 0; round < ROUNDS; round++) {
                moveLeadership(admin);
                load.awaitMore(100);
            }
            load.finish();
            acked = load.acked();
        }
        assertThat(cluster.clients().readAll(TOPIC, 0)).hasSizeGreaterThanOrEqualTo(acked);
        cluster.awaitIsr(TOPIC, 0, 3);
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }

    /** It never asks for metadata: the refusals alone lead it to each new leader. */
    @Test
    void refusalsLeadToTheNewLeader() throws Exception {
        int node = cluster.leader(TOPIC, 0);
        int refusals = 0;
        int acked = 0;
        try (Admin admin = cluster.clients().admin()) {
            for (int round = 0; round < ROUNDS; round++) {
                int ackedHere = 0;
                while (ackedHere < 20) {
                    ProduceResponseData answer = produce(node);
                    PartitionProduceResponse outcome = answer.responses()
                            .iterator()
                            .next()
                            .partitionResponses()
                            .get(0);
                    if (outcome.errorCode() == Errors.NONE.code()) {
                        ackedHere++;
                    } else {
                        assertThat(Errors.forCode(outcome.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
                        refusals++;
                        node = namedLeader(answer, outcome);
                    }
                }
                acked += ackedHere;
                moveLeadership(admin);
            }
        }
        assertThat(refusals).isGreaterThanOrEqualTo(ROUNDS - 1);
        assertThat(cluster.clients().readAll(TOPIC, 0)).hasSize(acked);
    }

    private ProduceResponseData produce(int node) throws IOException {
        try (RawClient client = new RawClient(cluster.kafkaPort(node))) {
            RawProduce produce =
                    new RawProduce(client, cluster.image().topic(TOPIC).id());
            produce.send(ALL, "raw");
            return produce.receiveAll();
        }
    }

    private int namedLeader(ProduceResponseData answer, PartitionProduceResponse outcome) {
        int leader = outcome.currentLeader().leaderId();
        NodeEndpoint endpoint = answer.nodeEndpoints().find(leader);
        assertThat(endpoint).as("address of " + outcome.currentLeader()).isNotNull();
        assertThat(endpoint.port()).isEqualTo(cluster.kafkaPort(leader));
        return leader;
    }

    @Test
    void fetchesOfAnOldEpochAreToldTheLeaderToo() throws Exception {
        int before = cluster.leader(TOPIC, 0);
        FetchTopic topic = new FetchTopic()
                .setTopicId(cluster.image().topic(TOPIC).id())
                .setPartitions(List.of(new FetchPartition()
                        .setPartition(0)
                        .setCurrentLeaderEpoch(cluster.partition(TOPIC, 0).leaderEpoch())
                        .setPartitionMaxBytes(1_000)));
        try (Admin admin = cluster.clients().admin()) {
            moveLeadership(admin);
        }
        int now = cluster.leader(TOPIC, 0);
        assertThat(now).isNotEqualTo(before);
        Await.until("the news of the new leader at the old one", 30_000, () -> {
            FetchResponseData told = fetch(before, topic);
            PartitionData partition = told.responses().get(0).partitions().get(0);
            return Errors.forCode(partition.errorCode()) == Errors.FENCED_LEADER_EPOCH
                    && partition.currentLeader().leaderId() == now
                    && told.nodeEndpoints().find(now).port() == cluster.kafkaPort(now);
        });
    }

    private FetchResponseData fetch(int node, FetchTopic topic) throws IOException {
        short version = ApiKeys.FETCH.latestVersion();
        try (RawClient client = new RawClient(cluster.kafkaPort(node))) {
            FetchRequestData request = new FetchRequestData()
                    .setMaxWaitMs(0)
                    .setMinBytes(1)
                    .setMaxBytes(1_000)
                    .setSessionEpoch(-1)
                    .setTopics(List.of(topic));
            client.send(ApiKeys.FETCH, version, 1, request);
            var frame = client.receive();
            RawClient.correlationId(frame, ApiKeys.FETCH, version);
            return new FetchResponseData(new ByteBufferAccessor(frame), version);
        }
    }

    /** The replica behind the leader in the assignment becomes the preferred one, and is elected. */
    private void moveLeadership(Admin admin) throws Exception {
        int before = cluster.leader(TOPIC, 0);
        cluster.awaitIsr(TOPIC, 0, 3);
        List<Integer> order = new ArrayList<>(
                Arrays.stream(cluster.partition(TOPIC, 0).replicas()).boxed().toList());
        while (order.get(0) == before) {
            order.add(order.remove(0));
        }
        admin.alterPartitionReassignments(Map.of(PARTITION, Optional.of(new NewPartitionReassignment(order))))
                .all()
                .get(30, TimeUnit.SECONDS);
        try {
            admin.electLeaders(ElectionType.PREFERRED, Set.of(PARTITION)).all().get(30, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            assertThat(e).hasCauseInstanceOf(ElectionNotNeededException.class);
        }
        Await.until("another leader than " + before, 30_000, () -> cluster.leader(TOPIC, 0) == order.get(0));
    }
}
