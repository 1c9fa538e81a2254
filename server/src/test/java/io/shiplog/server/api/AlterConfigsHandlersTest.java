// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class AlterConfigsHandlersTest {
    private static final int LATEST = 1;
    private static final String SESSION = "consumer.session.timeout.ms";
    private static final int LATEST_LEGACY = 2;

    private final InMemoryLoggers loggers = new InMemoryLoggers();
    private final AdminHarness harness = new AdminHarness((cluster, admin) -> {
        ConfigAlterations alterations =
                new ConfigAlterations(cluster, admin, new NodeOfGroups(), new LoggerAlterations(cluster, loggers));
        return List.of(new IncrementalAlterConfigsHandler(alterations), new AlterConfigsHandler(alterations));
    });

    @BeforeEach
    void topics() {
        harness.cluster.broker(1, 1001);
        harness.cluster.topic("t", 1, 1);
        harness.cluster.topic("u", 1, 1);
        harness.cluster.config("t", "segment.bytes", "1048576");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void settingsAreSetAndUnsetInEveryVersion(int version) {
        var response = alter(
                version, request(topic("t", set("retention.ms", "1000"), op("segment.bytes", OpType.DELETE, null))));
        assertThat(outcomes(response)).containsExactly("t NONE");
        assertThat(response.responses().get(0).errorMessage()).isNull();
        assertThat(configs("t")).isEqualTo("{retention.ms=1000}");
    }

    @Test
    void eachResourceIsDecidedForItselfInTheOrderOfTheRequest() {
        var response = alter(
                LATEST,
                request(
                        topic("u", set("retention.ms", "x")),
                        topic("none", set("retention.ms", "1")),
                        topic("t", set("retention.ms", "1"))));
        assertThat(outcomes(response)).containsExactly("u INVALID_CONFIG", "none UNKNOWN_TOPIC_OR_PARTITION", "t NONE");
        assertThat(configs("u")).isEqualTo("{}");
    }

    @Test
    void brokersAndAllBrokersHaveSettings() {
        var response = alter(
                LATEST,
                request(
                        resource(ConfigResource.Type.BROKER, "1", set("log.retention.ms", "1000")),
                        resource(ConfigResource.Type.BROKER, "", set("log.retention.ms", "2000"))));
        assertThat(outcomes(response)).containsExactly("1 NONE", " NONE");
        assertThat(harness.cluster.image().brokerConfigs("1")).containsEntry("log.retention.ms", "1000");
        assertThat(harness.cluster.image().brokerConfigs("")).containsEntry("log.retention.ms", "2000");
    }

    /** A node that takes sessions up to a minute. */
    private static final class NodeOfGroups implements NodeConfigs {
        @Override
        public List<NodeConfig> all() {
            return List.of();
        }

        @Override
        public String problemOfGroup(Map<String, String> settings) {
            return Long.parseLong(settings.getOrDefault(SESSION, "0")) > 60_000 ? SESSION + " is too long" : null;
        }
    }

    @Test
    void groupsHaveSettingsWithinTheBoundsOfTheNode() {
        harness.cluster.feature("shiplog.metadata.version", 2);
        AlterConfigsResource group = resource(ConfigResource.Type.GROUP, "g", set(SESSION, "60000"));
        assertThat(outcomes(alter(LATEST, request(group)))).containsExactly("g NONE");
        assertThat(harness.cluster.image().groupConfigs("g")).containsEntry(SESSION, "60000");
        assertThat(outcomes(alter(LATEST, request(resource(ConfigResource.Type.GROUP, "g", set(SESSION, "60001"))))))
                .containsExactly("g INVALID_CONFIG");
        assertThat(outcomes(alter(LATEST, request(resource(ConfigResource.Type.GROUP, "g", set("a", "b"))))))
                .containsExactly("g INVALID_CONFIG");
        assertThat(harness.cluster.image().groupConfigs("g"))
                .containsEntry(SESSION, "60000")
                .hasSize(1);
        assertThat(outcomes(alter(
                        LATEST, request(resource(ConfigResource.Type.GROUP, "g", op(SESSION, OpType.DELETE, null))))))
                .containsExactly("g NONE");
        assertThat(harness.cluster.image().configuredGroups()).isEmpty();
    }

    @Test
    void settingsOfNothingAreRefused() {
        assertThat(outcomes(alter(LATEST, request(topic("", set("retention.ms", "1"))))))
                .containsExactly(" INVALID_REQUEST");
        assertThat(outcomes(alter(
                        LATEST, request(resource(ConfigResource.Type.BROKER, "9", set("log.retention.ms", "1000"))))))
                .containsExactly("9 INVALID_REQUEST");
        assertThat(harness.admin.commands).isEmpty();
    }

    private void alterLoggers(String expected, AlterableConfig... configs) {
        assertThat(outcomes(alter(LATEST, request(resource(ConfigResource.Type.BROKER_LOGGER, "1", configs)))))
                .containsExactly("1 " + expected);
    }

    @Test
    void levelsOfThisNodesLoggersAreSetAndUnset() {
        loggers.levels.put("root", "INFO");
        loggers.levels.put("a", "INFO");
        alterLoggers("NONE", set("a", "DEBUG"), set("root", "WARN"));
        assertThat(loggers.levels).hasToString("{a=DEBUG, root=WARN}");
        alterLoggers("NONE", op("a", OpType.DELETE, null));
        assertThat(loggers.levels).hasToString("{a=WARN, root=WARN}");
        assertThat(outcomes(alter(
                        LATEST,
                        request(resource(ConfigResource.Type.BROKER_LOGGER, "1", set("a", "TRACE")))
                                .setValidateOnly(true))))
                .containsExactly("1 NONE");
        assertThat(loggers.levels).hasToString("{a=WARN, root=WARN}");
        assertThat(harness.admin.commands).as("nobody else is asked").isEmpty();
    }

    @Test
    void levelsThatCannotBeAreRefusedAndNothingChanges() {
        loggers.levels.put("root", "INFO");
        alterLoggers("INVALID_CONFIG", set("root", "WARN"), set("unheard.of", "WARN"));
        alterLoggers("INVALID_CONFIG", set("root", "LOUD"));
        alterLoggers("INVALID_REQUEST", op("root", OpType.DELETE, null));
        alterLoggers("INVALID_REQUEST", op("root", OpType.APPEND, "WARN"));
        for (String other : List.of("2", "", "one")) {
            assertThat(outcomes(alter(
                            LATEST, request(resource(ConfigResource.Type.BROKER_LOGGER, other, set("root", "WARN"))))))
                    .containsExactly(other + " INVALID_REQUEST");
        }
        assertThat(loggers.levels).hasToString("{root=INFO}");
    }

    @Test
    void requestThatContradictsItselfIsRefused() {
        long before = harness.state();
        assertThat(outcomes(alter(LATEST, request(topic("t", set("retention.ms", "1"), set("retention.ms", "2"))))))
                .containsExactly("t INVALID_REQUEST");
        assertThat(outcomes(alter(LATEST, request(topic("t", set("retention.ms", null))))))
                .containsExactly("t INVALID_REQUEST");
        AlterableConfig unheardOf = set("retention.ms", "1").setConfigOperation((byte) 17);
        assertThat(outcomes(alter(LATEST, request(topic("t", unheardOf))))).containsExactly("t INVALID_REQUEST");
        assertThat(outcomes(alter(
                        LATEST, request(topic("t", set("retention.ms", "1")), topic("t", set("segment.ms", "1"))))))
                .containsExactly("t INVALID_REQUEST", "t INVALID_REQUEST");
        assertThat(harness.state()).isEqualTo(before);
        assertThat(harness.admin.commands).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = ConfigResource.Type.class,
            names = {"CLIENT_METRICS", "UNKNOWN"})
    void whatHasNoSettingsHereIsRefused(ConfigResource.Type type) {
        assertThat(outcomes(alter(LATEST, request(resource(type, "1", set("a", "b"))))))
                .containsExactly("1 INVALID_REQUEST");
        assertThat(harness.admin.commands).isEmpty();
    }

    @Test
    void resourceTypeThatNobodyKnowsIsRefused() {
        AlterConfigsResource strange = topic("t", set("a", "b")).setResourceType((byte) 99);
        assertThat(outcomes(alter(LATEST, request(strange)))).containsExactly("t INVALID_REQUEST");
    }

    @Test
    void resourceWithoutChangesMustExist() {
        assertThat(outcomes(alter(LATEST, request(topic("t"), topic("none")))))
                .containsExactly("t NONE", "none UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(alter(LATEST, request()).responses()).isEmpty();
    }

    @Test
    void validationChangesNothing() {
        long before = harness.state();
        assertThat(outcomes(alter(
                        LATEST, request(topic("t", set("retention.ms", "1"))).setValidateOnly(true))))
                .containsExactly("t NONE");
        assertThat(harness.state()).isEqualTo(before);
    }

    @Test
    void outcomeThatNobodyKnowsIsRetriable() {
        harness.admin.answers.add(AdminAnswer.refused(Errors.REQUEST_TIMED_OUT, "no controller", false));
        assertThat(outcomes(alter(LATEST, request(topic("t", set("retention.ms", "1"))))))
                .containsExactly("t REQUEST_TIMED_OUT");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void legacyRequestReplacesAllSettingsInEveryVersion(int version) {
        var response = replace(version, legacy("t", "retention.ms", "1000"));
        assertThat(Errors.forCode(response.responses().get(0).errorCode())).isEqualTo(Errors.NONE);
        assertThat(configs("t")).isEqualTo("{retention.ms=1000}");
    }

    @Test
    void legacyRequestWithoutSettingsUnsetsAll() {
        AlterConfigsRequestData request = new AlterConfigsRequestData();
        request.resources()
                .add(new AlterConfigsRequestData.AlterConfigsResource()
                        .setResourceType(ConfigResource.Type.TOPIC.id())
                        .setResourceName("t"));
        assertThat(replace(LATEST_LEGACY, request).responses().get(0).errorCode())
                .isZero();
        assertThat(configs("t")).isEqualTo("{}");
    }

    @Test
    void legacyRequestIsRefusedWithItsReason() {
        long before = harness.state();
        var refused = replace(LATEST_LEGACY, legacy("t", "retention.ms", "x"))
                .responses()
                .get(0);
        assertThat(Errors.forCode(refused.errorCode())).isEqualTo(Errors.INVALID_CONFIG);
        assertThat(refused.errorMessage()).contains("retention.ms");
        assertThat(Errors.forCode(replace(LATEST_LEGACY, legacy("t", "retention.ms", null))
                        .responses()
                        .get(0)
                        .errorCode()))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(harness.state()).isEqualTo(before);
    }

    private String configs(String topic) {
        var image = harness.cluster.image();
        return image.topicConfigs(image.topic(topic).id()).toString();
    }

    private static AlterableConfig set(String key, String value) {
        return op(key, OpType.SET, value);
    }

    private static AlterableConfig op(String key, OpType op, String value) {
        return new AlterableConfig().setName(key).setConfigOperation(op.id()).setValue(value);
    }

    private static AlterConfigsResource topic(String name, AlterableConfig... configs) {
        return resource(ConfigResource.Type.TOPIC, name, configs);
    }

    private static AlterConfigsResource resource(ConfigResource.Type type, String name, AlterableConfig... configs) {
        AlterConfigsResource resource =
                new AlterConfigsResource().setResourceType(type.id()).setResourceName(name);
        for (AlterableConfig config : configs) {
            resource.configs().add(config);
        }
        return resource;
    }

    private static IncrementalAlterConfigsRequestData request(AlterConfigsResource... resources) {
        IncrementalAlterConfigsRequestData request = new IncrementalAlterConfigsRequestData();
        for (AlterConfigsResource resource : resources) {
            request.resources().add(resource);
        }
        return request;
    }

    private static AlterConfigsRequestData legacy(String topic, String key, String value) {
        var resource = new AlterConfigsRequestData.AlterConfigsResource()
                .setResourceType(ConfigResource.Type.TOPIC.id())
                .setResourceName(topic);
        resource.configs()
                .add(new AlterConfigsRequestData.AlterableConfig().setName(key).setValue(value));
        AlterConfigsRequestData request = new AlterConfigsRequestData();
        request.resources().add(resource);
        return request;
    }

    private IncrementalAlterConfigsResponseData alter(int version, IncrementalAlterConfigsRequestData request) {
        return harness.ask(
                ApiKeys.INCREMENTAL_ALTER_CONFIGS, version, request, new IncrementalAlterConfigsResponseData());
    }

    private AlterConfigsResponseData replace(int version, AlterConfigsRequestData request) {
        return harness.ask(ApiKeys.ALTER_CONFIGS, version, request, new AlterConfigsResponseData());
    }

    private static List<String> outcomes(IncrementalAlterConfigsResponseData response) {
        return response.responses().stream()
                .map(r -> r.resourceName() + " " + Errors.forCode(r.errorCode()))
                .toList();
    }
}
