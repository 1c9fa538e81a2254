// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.client.TopicOutcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.MetadataRequestData;
import org.apache.kafka.common.message.MetadataRequestData.MetadataRequestTopic;
import org.apache.kafka.common.message.MetadataResponseData;
import org.apache.kafka.common.message.MetadataResponseData.MetadataResponseTopic;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetadataHandlerTest {
    private static final int LATEST = 13;

    private final TestCluster cluster =
            new TestCluster(1).broker(1, 1001).broker(2, 1002, false, "rack-2").broker(3, 1003);
    private final Uuid first = cluster.topic("first", 2, 1, 2, 3);
    private final Uuid second = cluster.topic("second", 1, 2, 3);
    private final RequestDispatcher dispatcher = new RequestDispatcher(
            List.of(new MetadataHandler(cluster, TopicAutoCreation.off(new InMemoryAdmin()))), cluster);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13})
    void describesAllTopicsInEveryVersion(int version) {
        MetadataResponseData response =
                ask(version, new MetadataRequestData().setTopics(version == 0 ? List.of() : null));
        assertThat(response.brokers())
                .extracting(b -> b.nodeId() + ":" + b.port())
                .containsExactly("1:1001", "2:1002", "3:1003");
        assertThat(response.topics()).extracting(t -> t.name()).containsExactly("first", "second");
        assertThat(response.topics().find("first").partitions()).hasSize(2).allSatisfy(p -> {
            assertThat(p.errorCode()).isZero();
            assertThat(p.leaderId()).isEqualTo(1);
            assertThat(p.replicaNodes()).containsExactly(1, 2, 3);
            assertThat(p.isrNodes()).containsExactly(1, 2, 3);
            assertThat(p.leaderEpoch()).isEqualTo(version >= 7 ? 3 : -1);
        });
        if (version >= 1) {
            assertThat(response.controllerId()).isEqualTo(1);
            assertThat(response.brokers().find(2).rack()).isEqualTo("rack-2");
            assertThat(response.brokers().find(1).rack()).isNull();
        }
        if (version >= 2) {
            assertThat(response.clusterId()).isEqualTo("test-cluster");
        }
        if (version >= 10) {
            assertThat(response.topics().find("first").topicId()).isEqualTo(first);
        }
    }

    @Test
    void noTopicsAreNoTopics() {
        assertThat(ask(LATEST, new MetadataRequestData()).topics()).isEmpty();
    }

    @Test
    void findsTopicsByNameAndNeverCreatesThem() {
        MetadataResponseData response = ask(
                LATEST,
                new MetadataRequestData()
                        .setAllowAutoTopicCreation(true)
                        .setTopics(List.of(named("second"), named("third"), named("not a name"), named("second"))));
        assertThat(response.topics())
                .extracting(t -> t.name() + " " + Errors.forCode(t.errorCode()))
                .containsExactlyInAnyOrder(
                        "second NONE", "third UNKNOWN_TOPIC_OR_PARTITION", "not a name INVALID_TOPIC_EXCEPTION");
        assertThat(cluster.image().topic("third")).isNull();
    }

    @Test
    void unknownTopicsAreCreatedWhereTheNodeIsSetSoAndTheClientAllowsIt() {
        InMemoryAdmin admin = new InMemoryAdmin();
        List<String> origins = new ArrayList<>();
        RequestDispatcher creating = new RequestDispatcher(
                List.of(new MetadataHandler(
                        cluster, new TopicAutoCreation(true, admin, origin -> origins.add(origin.toString())))),
                cluster);
        MetadataRequestData request = new MetadataRequestData()
                .setAllowAutoTopicCreation(true)
                .setTopics(List.of(
                        named("first"),
                        named("third"),
                        named("not a name"),
                        named("__transaction_state"),
                        named("__consumer_offsets")));
        FakeExchange exchange = new FakeExchange(ApiKeys.METADATA, LATEST, request);
        creating.process(exchange);
        assertThat(exchange.response(new MetadataResponseData())
                        .topics()
                        .find("third")
                        .errorCode())
                .as("the client asks again")
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
        assertThat(admin.created).containsExactly(new NewTopicSpec("third", -1, (short) -1, Map.of(), Map.of()));
        assertThat(origins).as("has settings of its own").hasSize(1);
        creating.process(new FakeExchange(ApiKeys.METADATA, LATEST, request));
        assertThat(admin.created).as("it is under way").hasSize(1);
        admin.answer.complete(List.of());
        creating.process(new FakeExchange(ApiKeys.METADATA, LATEST, request.setAllowAutoTopicCreation(false)));
        assertThat(admin.created).hasSize(1);
        creating.process(new FakeExchange(
                ApiKeys.METADATA,
                LATEST,
                new MetadataRequestData()
                        .setAllowAutoTopicCreation(true)
                        .setTopics(
                                List.of(new MetadataRequestTopic().setName(null).setTopicId(new Uuid(1, 2))))));
        assertThat(admin.created).as("by id").hasSize(1);
        creating.process(new FakeExchange(ApiKeys.METADATA, LATEST, request.setAllowAutoTopicCreation(true)));
        assertThat(admin.created).as("it did not come to be").hasSize(2);
    }

    @Test
    void onlySoManyTopicsAreBeingCreatedAtATime() {
        InMemoryAdmin admin = new InMemoryAdmin();
        RequestDispatcher creating = new RequestDispatcher(
                List.of(new MetadataHandler(cluster, new TopicAutoCreation(true, admin, origin -> {}))), cluster);
        List<MetadataRequestTopic> many = new ArrayList<>();
        for (int i = 0; i < 2 * TopicAutoCreation.MAX_UNDER_WAY; i++) {
            many.add(named("t" + i));
        }
        creating.process(new FakeExchange(
                ApiKeys.METADATA,
                LATEST,
                new MetadataRequestData().setAllowAutoTopicCreation(true).setTopics(many)));
        assertThat(admin.created).hasSize(TopicAutoCreation.MAX_UNDER_WAY);
    }

    @Test
    void whatCouldNotBeCreatedIsNotTriedAgainAtOnce() {
        InMemoryAdmin admin = new InMemoryAdmin();
        AtomicLong nowMs = new AtomicLong(5);
        TopicAutoCreation creation = new TopicAutoCreation(true, admin, origin -> {}, nowMs::get);
        creation.create(List.of("third"), RequestOrigin.OWN);
        admin.answer.complete(
                List.of(new TopicOutcome("third", Uuid.ZERO_UUID, Errors.INVALID_REPLICATION_FACTOR, "", -1, -1)));
        creation.create(List.of("third"), RequestOrigin.OWN);
        assertThat(admin.created).hasSize(1);
        nowMs.addAndGet(CreationFailures.RETRY_MS);
        creation.create(List.of("third"), RequestOrigin.OWN);
        assertThat(admin.created).hasSize(2);
    }

    @Test
    void findsTopicsById() {
        Uuid unknown = new Uuid(1, 2);
        MetadataResponseData response = ask(
                LATEST,
                new MetadataRequestData()
                        .setTopics(List.of(
                                new MetadataRequestTopic().setName(null).setTopicId(second),
                                new MetadataRequestTopic().setName(null).setTopicId(unknown))));
        assertThat(response.topics())
                .extracting(
                        MetadataResponseTopic::name, MetadataResponseTopic::topicId, t -> Errors.forCode(t.errorCode()))
                .containsExactlyInAnyOrder(
                        org.assertj.core.groups.Tuple.tuple("second", second, Errors.NONE),
                        org.assertj.core.groups.Tuple.tuple(null, unknown, Errors.UNKNOWN_TOPIC_ID));
    }

    @Test
    void leavesFencedNodesOutAndNamesTheirReplicasOffline() {
        cluster.fence(3, true);
        MetadataResponseData response = ask(LATEST, new MetadataRequestData().setTopics(null));
        assertThat(response.brokers()).extracting(b -> b.nodeId()).containsExactly(1, 2);
        assertThat(response.topics().find("first").partitions()).allSatisfy(p -> {
            assertThat(p.replicaNodes()).containsExactly(1, 2, 3);
            assertThat(p.offlineReplicas()).containsExactly(3);
            assertThat(p.errorCode()).isZero();
        });
    }

    @Test
    void versionZeroLeavesDeadReplicasOut() {
        cluster.fence(3, true);
        MetadataResponseData response = ask(0, new MetadataRequestData());
        assertThat(response.topics().find("first").partitions()).allSatisfy(p -> {
            assertThat(p.replicaNodes()).containsExactly(1, 2);
            assertThat(Errors.forCode(p.errorCode())).isEqualTo(Errors.REPLICA_NOT_AVAILABLE);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6})
    void aLeaderThatIsNotAliveIsNotNamed(int version) {
        cluster.fence(2, true);
        MetadataResponseData response = ask(version, new MetadataRequestData().setTopics(List.of(named("second"))));
        assertThat(response.topics().find("second").partitions())
                .singleElement()
                .satisfies(p -> {
                    assertThat(p.leaderId()).isEqualTo(-1);
                    assertThat(Errors.forCode(p.errorCode()))
                            .isEqualTo(version < 6 ? Errors.LEADER_NOT_AVAILABLE : Errors.LISTENER_NOT_FOUND);
                });
    }

    @Test
    void namesAnotherControllerWhenThisNodeIsFenced() {
        cluster.fence(1, true);
        assertThat(ask(LATEST, new MetadataRequestData()).controllerId()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 11})
    void versionsThatHaveRoomForIdsAndNoUseForThemRefuseThem(int version) {
        MetadataRequestData request = new MetadataRequestData()
                .setTopics(List.of(
                        named("second"),
                        new MetadataRequestTopic().setName(null).setTopicId(first)));
        MetadataResponseData response = ask(version, request);
        assertThat(response.topics())
                .extracting(t -> t.name() + " " + t.topicId() + " " + Errors.forCode(t.errorCode()))
                .containsExactly("second " + Uuid.ZERO_UUID + " INVALID_REQUEST", " " + first + " INVALID_REQUEST");
        assertThat(response.brokers()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {10, 11})
    void aTopicWithoutANameIsRefusedWhereIdsHaveNoUse(int version) {
        MetadataRequestData request =
                new MetadataRequestData().setTopics(List.of(new MetadataRequestTopic().setName(null)));
        assertThat(ask(version, request).topics())
                .singleElement()
                .satisfies(t -> assertThat(Errors.forCode(t.errorCode())).isEqualTo(Errors.INVALID_REQUEST));
    }

    /** As many as a request may have: what takes their number squared would not end within a test's patience. */
    @ParameterizedTest
    @ValueSource(ints = {11, 12})
    void topicsWithoutANameTakeNoLongerThanOthers(int version) {
        List<MetadataRequestTopic> many = new ArrayList<>();
        for (int i = 1; i < 190_000; i++) {
            many.add(new MetadataRequestTopic().setName(null).setTopicId(new Uuid(1, i)));
        }
        FakeExchange exchange = new FakeExchange(ApiKeys.METADATA, version, new MetadataRequestData().setTopics(many));
        dispatcher.process(exchange);
        assertThat(exchange.closeReason()).isNull();
        assertThat(exchange.isAnswered()).isTrue();
    }

    @Test
    void whatMayBeDoneIsToldOfTopicsToThoseWhoAskForIt() {
        MetadataRequestData names = new MetadataRequestData().setTopics(List.of(named("first"), named("third")));
        MetadataRequestData ids = new MetadataRequestData()
                .setTopics(List.of(
                        new MetadataRequestTopic().setName(null).setTopicId(second),
                        new MetadataRequestTopic().setName(null).setTopicId(new Uuid(1, 2))));
        assertThat(ask(LATEST, names).topics())
                .extracting(MetadataResponseTopic::topicAuthorizedOperations)
                .containsExactly(Integer.MIN_VALUE, Integer.MIN_VALUE);
        assertThat(ask(LATEST, names.setIncludeTopicAuthorizedOperations(true)).topics())
                .as("of unknown ones too")
                .extracting(MetadataResponseTopic::topicAuthorizedOperations)
                .containsExactly(3576, 3576);
        assertThat(ask(LATEST, ids.setIncludeTopicAuthorizedOperations(true)).topics())
                .as("but not of unknown ids")
                .extracting(MetadataResponseTopic::topicAuthorizedOperations)
                .containsExactly(3576, Integer.MIN_VALUE);
    }

    @ParameterizedTest
    @ValueSource(ints = {8, 9, 10})
    void whatMayBeDoneIsToldOfTheClusterToThoseWhoAskForIt(int version) {
        MetadataRequestData request = new MetadataRequestData().setTopics(List.of());
        assertThat(ask(version, request).clusterAuthorizedOperations()).isEqualTo(Integer.MIN_VALUE);
        assertThat(ask(version, request.setIncludeClusterAuthorizedOperations(true))
                        .clusterAuthorizedOperations())
                .isEqualTo(8096);
    }

    private static MetadataRequestTopic named(String name) {
        return new MetadataRequestTopic().setName(name);
    }

    private MetadataResponseData ask(int version, MetadataRequestData request) {
        FakeExchange exchange = new FakeExchange(ApiKeys.METADATA, version, request);
        dispatcher.process(exchange);
        return exchange.response(new MetadataResponseData());
    }
}
