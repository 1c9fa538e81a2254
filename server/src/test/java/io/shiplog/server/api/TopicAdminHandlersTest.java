// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.MetadataRefusal;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.CreateTopicsRequestData;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableReplicaAssignment;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.message.CreateTopicsResponseData;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicResult;
import org.apache.kafka.common.message.DeleteTopicsRequestData;
import org.apache.kafka.common.message.DeleteTopicsRequestData.DeleteTopicState;
import org.apache.kafka.common.message.DeleteTopicsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TopicAdminHandlersTest {
    private static final int LATEST_CREATE = 7;
    private static final int LATEST_DELETE = 6;
    private static final Uuid NEW_ID = new Uuid(3, 4);

    private final TestCluster cluster = new TestCluster(1).broker(1, 1001);
    private final Uuid known = cluster.topic("known", 1, 1);
    private final InMemoryAdmin admin = new InMemoryAdmin();
    private final RequestDispatcher dispatcher = new RequestDispatcher(
            List.of(
                    new CreateTopicsHandler(cluster, admin, new ConfigDescriptions(List::of)),
                    new DeleteTopicsHandler(cluster, admin)),
            cluster);

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 4, 5, 6, 7})
    void passesATopicOnAndAnswersInEveryVersion(int version) {
        CreatableTopic topic = topic("new", 6, (short) 3);
        topic.configs().add(new CreatableTopicConfig().setName("retention.ms").setValue("1000"));
        FakeExchange exchange = create(version, topic);
        assertThat(exchange.isAnswered()).isFalse();
        admin.answer.complete(List.of(new TopicOutcome("new", NEW_ID, Errors.NONE, "", 6, 3)));
        assertThat(admin.created).singleElement().satisfies(spec -> {
            assertThat(spec.partitions()).isEqualTo(6);
            assertThat(spec.replicationFactor()).isEqualTo((short) 3);
            assertThat(spec.configs()).isEqualTo(Map.of("retention.ms", "1000"));
        });
        assertThat(admin.timeoutMs).isEqualTo(4321);
        CreatableTopicResult result = created(exchange, "new");
        assertThat(result.errorCode()).isZero();
        assertThat(result.errorMessage()).isNull();
        if (version >= 5) {
            assertThat(result.numPartitions()).isEqualTo(6);
            assertThat(result.configs())
                    .anySatisfy(c -> assertThat(c.name() + "=" + c.value()).isEqualTo("retention.ms=1000"));
        }
        if (version >= LATEST_CREATE) {
            assertThat(result.topicId()).isEqualTo(NEW_ID);
        }
    }

    @Test
    void passesAnAssignmentOn() {
        CreatableTopic topic = topic("new", -1, (short) -1);
        topic.assignments()
                .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(List.of(2, 1)));
        create(LATEST_CREATE, topic);
        assertThat(admin.created.get(0).assignments()).isEqualTo(Map.of(0, List.of(2, 1)));
    }

    @Test
    void refusesWhatContradictsItselfAndPassesTheRestOn() {
        CreatableTopic both = topic("both", 2, (short) -1);
        both.assignments()
                .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(List.of(1)));
        CreatableTopic factor = topic("factor", -1, (short) 1);
        factor.assignments()
                .add(new CreatableReplicaAssignment().setPartitionIndex(0).setBrokerIds(List.of(1)));
        CreatableTopic nothing = topic("nothing", 1, (short) 1);
        nothing.configs().add(new CreatableTopicConfig().setName("retention.ms").setValue(null));
        FakeExchange exchange = create(LATEST_CREATE, both, factor, nothing, topic("good", 1, (short) 1));
        admin.answer.complete(List.of(new TopicOutcome("good", NEW_ID, Errors.NONE, "", 1, 1)));
        assertThat(admin.created).extracting(t -> t.name()).containsExactly("good");
        assertThat(Errors.forCode(created(exchange, "nothing").errorCode())).isEqualTo(Errors.INVALID_CONFIG);
        for (String refused : List.of("both", "factor")) {
            assertThat(Errors.forCode(created(exchange, refused).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
        }
        assertThat(created(exchange, "good").errorCode()).isZero();
    }

    @Test
    void tellsTheControllersRefusal() {
        FakeExchange exchange = create(LATEST_CREATE, topic("known", 1, (short) 1));
        admin.answer.complete(
                List.of(new TopicOutcome("known", Uuid.ZERO_UUID, Errors.TOPIC_ALREADY_EXISTS, "exists", -1, -1)));
        CreatableTopicResult result = created(exchange, "known");
        assertThat(Errors.forCode(result.errorCode())).isEqualTo(Errors.TOPIC_ALREADY_EXISTS);
        assertThat(result.errorMessage()).isEqualTo("exists");
    }

    @Test
    void anUnknownOutcomeIsRetriable() {
        FakeExchange exchange = create(LATEST_CREATE, topic("new", 1, (short) 1));
        admin.answer.completeExceptionally(new MetadataUnavailable("no controller"));
        assertThat(Errors.forCode(created(exchange, "new").errorCode())).isEqualTo(Errors.REQUEST_TIMED_OUT);
    }

    @Test
    void aRefusalOfTheWholeIsToldForEachTopic() {
        FakeExchange exchange = create(LATEST_CREATE, topic("a", 1, (short) 1), topic("b", 1, (short) 1));
        admin.answer.completeExceptionally(new MetadataRefusal(Errors.POLICY_VIOLATION, "no"));
        assertThat(Errors.forCode(created(exchange, "a").errorCode())).isEqualTo(Errors.POLICY_VIOLATION);
        assertThat(Errors.forCode(created(exchange, "b").errorCode())).isEqualTo(Errors.POLICY_VIOLATION);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6})
    void deletesByNameInEveryVersion(int version) {
        DeleteTopicsRequestData request = new DeleteTopicsRequestData().setTimeoutMs(99);
        if (version >= LATEST_DELETE) {
            request.topics().add(new DeleteTopicState().setName("known"));
        } else {
            request.topicNames().add("known");
        }
        FakeExchange exchange = serve(ApiKeys.DELETE_TOPICS, version, request);
        admin.answer.complete(List.of(new TopicOutcome("known", known, Errors.NONE, "", 1, 1)));
        assertThat(admin.deleted).containsExactly(TopicSelector.byName("known"));
        DeleteTopicsResponseData response = exchange.response(new DeleteTopicsResponseData());
        assertThat(response.responses()).singleElement().satisfies(topic -> {
            assertThat(topic.name()).isEqualTo("known");
            assertThat(topic.errorCode()).isZero();
            assertThat(topic.errorMessage()).isNull();
        });
    }

    @Test
    void deletesByIdAndTellsTheName() {
        DeleteTopicsRequestData request = new DeleteTopicsRequestData();
        request.topics().add(new DeleteTopicState().setName(null).setTopicId(known));
        FakeExchange exchange = serve(ApiKeys.DELETE_TOPICS, LATEST_DELETE, request);
        admin.answer.complete(List.of(new TopicOutcome("known", known, Errors.NONE, "", 1, 1)));
        assertThat(exchange.response(new DeleteTopicsResponseData()).responses())
                .singleElement()
                .satisfies(topic -> {
                    assertThat(topic.name()).isEqualTo("known");
                    assertThat(topic.topicId()).isEqualTo(known);
                });
    }

    @Test
    void refusesDeletionsThatNameNoTopicOrTwo() {
        DeleteTopicsRequestData request = new DeleteTopicsRequestData();
        request.topics().add(new DeleteTopicState().setName("known").setTopicId(known));
        request.topics().add(new DeleteTopicState().setName(null));
        FakeExchange exchange = serve(ApiKeys.DELETE_TOPICS, LATEST_DELETE, request);
        assertThat(exchange.response(new DeleteTopicsResponseData()).responses())
                .hasSize(2)
                .allSatisfy(
                        topic -> assertThat(Errors.forCode(topic.errorCode())).isEqualTo(Errors.INVALID_REQUEST));
        assertThat(admin.deleted).isEmpty();
    }

    @Test
    void refusesDeletionsThatNameATopicTwice() {
        Uuid other = new Uuid(8, 8);
        DeleteTopicsRequestData request = new DeleteTopicsRequestData();
        for (String name : List.of("unknown", "unknown", "known", "one")) {
            request.topics().add(new DeleteTopicState().setName(name));
        }
        for (Uuid id : List.of(known, other, other)) {
            request.topics().add(new DeleteTopicState().setName(null).setTopicId(id));
        }
        FakeExchange exchange = serve(ApiKeys.DELETE_TOPICS, LATEST_DELETE, request);
        assertThat(admin.deleted).containsExactly(TopicSelector.byName("one"));
        admin.answer.complete(List.of(new TopicOutcome("one", NEW_ID, Errors.NONE, "", 1, 1)));
        assertThat(exchange.response(new DeleteTopicsResponseData()).responses())
                .extracting(t -> t.name() + " " + t.topicId() + " " + Errors.forCode(t.errorCode()))
                .containsExactly(
                        "unknown " + Uuid.ZERO_UUID + " INVALID_REQUEST",
                        "known " + known + " INVALID_REQUEST",
                        "null " + other + " INVALID_REQUEST",
                        "one " + Uuid.ZERO_UUID + " NONE");
    }

    /** As many as a request may have: what takes their number squared would not end within a test's patience. */
    @Test
    void deletionsOfUnknownIdsTakeNoLongerThanOthers() {
        DeleteTopicsRequestData request = new DeleteTopicsRequestData();
        List<TopicOutcome> outcomes = new ArrayList<>();
        for (int i = 1; i < 190_000; i++) {
            Uuid id = new Uuid(1, i);
            request.topics().add(new DeleteTopicState().setName(null).setTopicId(id));
            outcomes.add(new TopicOutcome("", id, Errors.UNKNOWN_TOPIC_ID, "", -1, -1));
        }
        FakeExchange exchange = serve(ApiKeys.DELETE_TOPICS, LATEST_DELETE, request);
        admin.answer.complete(outcomes);
        // not read: it is Kafka's reader then that takes their number squared
        assertThat(exchange.isAnswered()).isTrue();
        assertThat(exchange.closeReason()).isNull();
    }

    @ParameterizedTest
    @ValueSource(ints = {5, 6})
    void aTopicWithoutANameIsUnknown(int version) {
        DeleteTopicsRequestData request = new DeleteTopicsRequestData();
        if (version >= LATEST_DELETE) {
            request.topics().add(new DeleteTopicState().setName(""));
        } else {
            request.topicNames().add("");
        }
        FakeExchange exchange = serve(ApiKeys.DELETE_TOPICS, version, request);
        assertThat(exchange.response(new DeleteTopicsResponseData()).responses())
                .singleElement()
                .satisfies(topic ->
                        assertThat(Errors.forCode(topic.errorCode())).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION));
        assertThat(admin.deleted).isEmpty();
    }

    private static CreatableTopic topic(String name, int partitions, short replicationFactor) {
        return new CreatableTopic().setName(name).setNumPartitions(partitions).setReplicationFactor(replicationFactor);
    }

    private FakeExchange create(int version, CreatableTopic... topics) {
        CreateTopicsRequestData request = new CreateTopicsRequestData().setTimeoutMs(4321);
        for (CreatableTopic topic : topics) {
            request.topics().add(topic);
        }
        return serve(ApiKeys.CREATE_TOPICS, version, request);
    }

    private FakeExchange serve(ApiKeys api, int version, ApiMessage request) {
        FakeExchange exchange = new FakeExchange(api, version, request);
        dispatcher.process(exchange);
        return exchange;
    }

    private static CreatableTopicResult created(FakeExchange exchange, String topic) {
        return exchange.response(new CreateTopicsResponseData()).topics().find(topic);
    }
}
