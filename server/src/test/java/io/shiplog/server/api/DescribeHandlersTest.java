// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.api.NodeConfigs.NodeConfig;
import java.util.List;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.message.DescribeClusterRequestData;
import org.apache.kafka.common.message.DescribeClusterResponseData;
import org.apache.kafka.common.message.DescribeConfigsRequestData;
import org.apache.kafka.common.message.DescribeConfigsRequestData.DescribeConfigsResource;
import org.apache.kafka.common.message.DescribeConfigsResponseData;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResult;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.Cursor;
import org.apache.kafka.common.message.DescribeTopicPartitionsRequestData.TopicRequest;
import org.apache.kafka.common.message.DescribeTopicPartitionsResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DescribeHandlersTest {
    private static final NodeConfigs NODE = () -> List.of(
            new NodeConfig("log.retention.ms", "5000", true, "604800000", ConfigDef.Type.LONG, "doc of retention"),
            new NodeConfig(
                    "log.segment.bytes", "1073741824", false, "1073741824", ConfigDef.Type.INT, "doc of segments"),
            new NodeConfig("node.id", "1", true, null, ConfigDef.Type.INT, "doc of id"));

    private final TestCluster cluster = new TestCluster(1).broker(1, 1001).broker(2, 1002, true, "r");
    private final InMemoryLoggers loggers = new InMemoryLoggers();
    private final RequestDispatcher dispatcher = new RequestDispatcher(
            List.of(
                    new DescribeClusterHandler(cluster),
                    new DescribeTopicPartitionsHandler(cluster),
                    new DescribeConfigsHandler(cluster, new ConfigDescriptions(NODE), loggers)),
            cluster);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void describesTheClusterInEveryVersion(int version) {
        DescribeClusterResponseData response = cluster(version, new DescribeClusterRequestData());
        assertThat(response.errorCode()).isZero();
        assertThat(response.clusterId()).isEqualTo("test-cluster");
        assertThat(response.controllerId()).isEqualTo(1);
        assertThat(response.brokers()).extracting(b -> b.brokerId()).containsExactly(1);
    }

    @Test
    void whatMayBeDoneIsToldToThoseWhoAskForIt() {
        assertThat(cluster(2, new DescribeClusterRequestData()).clusterAuthorizedOperations())
                .isEqualTo(Integer.MIN_VALUE);
        assertThat(cluster(2, new DescribeClusterRequestData().setIncludeClusterAuthorizedOperations(true))
                        .clusterAuthorizedOperations())
                .isEqualTo(8096);
    }

    @Test
    void fencedNodesAreNamedWhenAskedFor() {
        DescribeClusterResponseData response =
                cluster(2, new DescribeClusterRequestData().setIncludeFencedBrokers(true));
        assertThat(response.brokers())
                .extracting(b -> b.brokerId() + " " + b.isFenced())
                .containsExactly("1 false", "2 true");
    }

    @Test
    void otherEndpointTypesAreRefused() {
        assertThat(Errors.forCode(cluster(1, new DescribeClusterRequestData().setEndpointType((byte) 2))
                        .errorCode()))
                .isEqualTo(Errors.MISMATCHED_ENDPOINT_TYPE);
        assertThat(Errors.forCode(cluster(1, new DescribeClusterRequestData().setEndpointType((byte) 9))
                        .errorCode()))
                .isEqualTo(Errors.UNSUPPORTED_ENDPOINT_TYPE);
    }

    @Test
    void topicsAreDescribedInPages() {
        cluster.topic("a", 3, 1, 2);
        cluster.topic("b", 2, 2);
        DescribeTopicPartitionsResponseData first =
                partitions(new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(4));
        assertThat(first.topics())
                .extracting(t -> t.name() + " " + t.partitions().size())
                .containsExactly("a 3", "b 1");
        assertThat(first.nextCursor().topicName()).isEqualTo("b");
        assertThat(first.nextCursor().partitionIndex()).isEqualTo(1);
        DescribeTopicPartitionsResponseData second = partitions(new DescribeTopicPartitionsRequestData()
                .setResponsePartitionLimit(4)
                .setCursor(new Cursor().setTopicName("b").setPartitionIndex(1)));
        assertThat(second.topics()).singleElement().satisfies(topic -> {
            assertThat(topic.name()).isEqualTo("b");
            assertThat(topic.partitions()).singleElement().satisfies(partition -> {
                assertThat(partition.partitionIndex()).isEqualTo(1);
                assertThat(partition.leaderId()).isEqualTo(-1);
                assertThat(partition.offlineReplicas()).containsExactly(2);
            });
        });
        assertThat(second.nextCursor()).isNull();
    }

    @Test
    void aPageThatIsJustFullPointsToTheNextTopic() {
        cluster.topic("a", 2, 1);
        cluster.topic("b", 1, 1);
        DescribeTopicPartitionsResponseData page =
                partitions(new DescribeTopicPartitionsRequestData().setResponsePartitionLimit(2));
        assertThat(page.topics()).extracting(t -> t.name()).containsExactly("a");
        assertThat(page.nextCursor().topicName()).isEqualTo("b");
        assertThat(page.nextCursor().partitionIndex()).isZero();
    }

    @Test
    void unknownTopicsAreNamedAndACursorMustBeAmongTheTopics() {
        cluster.topic("a", 1, 1);
        DescribeTopicPartitionsResponseData response = partitions(new DescribeTopicPartitionsRequestData()
                .setTopics(List.of(new TopicRequest().setName("z"), new TopicRequest().setName("a"))));
        assertThat(response.topics())
                .extracting(t -> t.name() + " " + Errors.forCode(t.errorCode()))
                .containsExactly("a NONE", "z UNKNOWN_TOPIC_OR_PARTITION");
        assertThat(response.topics())
                .allSatisfy(t -> assertThat(t.topicAuthorizedOperations()).isEqualTo(3576));
        List<TopicRequest> both = List.of(new TopicRequest().setName("z"), new TopicRequest().setName("a"));
        for (Cursor wrong : List.of(
                new Cursor().setTopicName("b").setPartitionIndex(0),
                new Cursor().setTopicName("a").setPartitionIndex(-1))) {
            assertThat(partitions(new DescribeTopicPartitionsRequestData()
                                    .setTopics(both)
                                    .setCursor(wrong))
                            .topics())
                    .extracting(t -> t.name() + " " + Errors.forCode(t.errorCode()))
                    .containsExactly("a INVALID_REQUEST", "z INVALID_REQUEST");
        }
        assertThat(partitions(new DescribeTopicPartitionsRequestData()
                                .setCursor(new Cursor().setTopicName("a").setPartitionIndex(-1)))
                        .topics())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4})
    void describesATopicsSettingsInEveryVersion(int version) {
        cluster.topic("t", 1, 1);
        cluster.config("t", "segment.bytes", "2048");
        DescribeConfigsResult result = config(version, topic("t"), true);
        assertThat(result.errorCode()).isZero();
        DescribeConfigsResourceResult segment = entry(result, "segment.bytes");
        assertThat(segment.value()).isEqualTo("2048");
        assertThat(segment.configSource()).isEqualTo(ConfigSource.TOPIC_CONFIG.id());
        assertThat(segment.synonyms())
                .extracting(s -> s.name() + "=" + s.value())
                .containsExactly("segment.bytes=2048", "log.segment.bytes=1073741824");
        DescribeConfigsResourceResult retention = entry(result, "retention.ms");
        assertThat(retention.value()).isEqualTo("5000");
        assertThat(retention.configSource()).isEqualTo(ConfigSource.STATIC_BROKER_CONFIG.id());
        DescribeConfigsResourceResult cleanup = entry(result, "cleanup.policy");
        assertThat(cleanup.value()).isEqualTo("delete");
        assertThat(cleanup.configSource()).isEqualTo(ConfigSource.DEFAULT_CONFIG.id());
        assertThat(cleanup.documentation().isEmpty()).isEqualTo(version < 3);
    }

    @Test
    void onlyWhatIsAskedForIsTold() {
        cluster.topic("t", 1, 1);
        DescribeConfigsResult result =
                config(4, topic("t").setConfigurationKeys(List.of("retention.ms", "no.such.key")), false);
        assertThat(result.configs()).singleElement().satisfies(config -> {
            assertThat(config.name()).isEqualTo("retention.ms");
            assertThat(config.synonyms()).isEmpty();
            assertThat(config.documentation()).isNull();
        });
    }

    @Test
    void describesThisNodeAndNoOther() {
        DescribeConfigsResult own = config(4, broker("1"), true);
        assertThat(own.configs())
                .extracting(c -> c.name())
                .contains("log.retention.ms", "log.segment.bytes", "node.id", "min.insync.replicas");
        assertThat(entry(own, "node.id").readOnly()).isTrue();
        assertThat(entry(own, "node.id").configType()).isEqualTo(ConfigType.INT.id());
        assertThat(entry(own, "log.segment.bytes").readOnly()).isFalse();
        assertThat(entry(own, "log.segment.bytes").configSource()).isEqualTo(ConfigSource.DEFAULT_CONFIG.id());
        assertThat(entry(own, "min.insync.replicas").configSource()).isEqualTo(ConfigSource.DEFAULT_CONFIG.id());
        assertThat(Errors.forCode(config(4, broker("2"), true).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(Errors.forCode(config(4, broker("one"), true).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
    }

    @Test
    void everySettingSaysWhatItIsAndWhereItsValueComesFrom() {
        cluster.topic("t", 1, 1);
        for (DescribeConfigsResource resource : List.of(topic("t"), broker("1"))) {
            DescribeConfigsResult described = config(4, resource, true);
            assertThat(described.configs()).hasSizeGreaterThan(20).allSatisfy(config -> {
                assertThat(config.documentation()).as(config.name()).isNotBlank();
                assertThat(config.configType()).as(config.name()).isNotEqualTo(ConfigType.UNKNOWN.id());
                assertThat(config.isSensitive()).isFalse();
            });
        }
        assertThat(config(4, broker("1"), true).configs())
                .allSatisfy(
                        config -> assertThat(sources(config)).as(config.name()).isNotEmpty());
    }

    @Test
    void whatNoNodeHasADefaultOfHasNoSynonyms() {
        cluster.topic("t", 1, 1);
        DescribeConfigsResourceResult jitter = entry(config(4, topic("t"), true), "segment.jitter.ms");
        assertThat(jitter.value()).isEqualTo("0");
        assertThat(jitter.configSource()).isEqualTo(ConfigSource.DEFAULT_CONFIG.id());
        assertThat(jitter.synonyms()).isEmpty();
    }

    @Test
    void aTopicThatIsNotThereIsToldByItsCodeAndOneThatCannotBeInWords() {
        DescribeConfigsResult unknown = config(4, topic("t"), true);
        assertThat(Errors.forCode(unknown.errorCode())).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(unknown.errorMessage()).isEmpty();
        DescribeConfigsResult impossible = config(4, topic("a b"), true);
        assertThat(Errors.forCode(impossible.errorCode())).isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(impossible.errorMessage()).contains("a b");
    }

    @Test
    void whatIsSetGoesBeforeTheFileFromTheNearestToTheFarthest() {
        cluster.brokerConfig("1", "log.segment.bytes", "3000000");
        cluster.brokerConfig("", "log.segment.bytes", "4000000");
        cluster.brokerConfig("", "log.retention.ms", "7000");
        cluster.topic("t", 1, 1);
        assertThat(sources(entry(config(4, broker("1"), true), "log.segment.bytes")))
                .containsExactly(
                        "log.segment.bytes=3000000 DYNAMIC_BROKER_CONFIG",
                        "log.segment.bytes=4000000 DYNAMIC_DEFAULT_BROKER_CONFIG",
                        "log.segment.bytes=1073741824 DEFAULT_CONFIG");
        cluster.config("t", "segment.bytes", "2000000");
        DescribeConfigsResult topic = config(4, topic("t"), true);
        assertThat(sources(entry(topic, "segment.bytes")))
                .containsExactly(
                        "segment.bytes=2000000 TOPIC_CONFIG",
                        "log.segment.bytes=3000000 DYNAMIC_BROKER_CONFIG",
                        "log.segment.bytes=4000000 DYNAMIC_DEFAULT_BROKER_CONFIG",
                        "log.segment.bytes=1073741824 DEFAULT_CONFIG");
        assertThat(sources(entry(topic, "retention.ms")))
                .containsExactly(
                        "log.retention.ms=7000 DYNAMIC_DEFAULT_BROKER_CONFIG",
                        "log.retention.ms=5000 STATIC_BROKER_CONFIG",
                        "log.retention.ms=604800000 DEFAULT_CONFIG");
    }

    @Test
    void ofAllBrokersOnlyWhatIsSetIsTold() {
        assertThat(config(4, broker(""), true).configs()).isEmpty();
        cluster.brokerConfig("1", "log.segment.bytes", "3000000");
        cluster.brokerConfig("", "log.retention.ms", "7000");
        assertThat(config(4, broker(""), true).configs()).singleElement().satisfies(config -> {
            assertThat(sources(config)).containsExactly("log.retention.ms=7000 DYNAMIC_DEFAULT_BROKER_CONFIG");
            assertThat(config.configType()).isEqualTo(ConfigType.LONG.id());
        });
    }

    private static List<String> sources(DescribeConfigsResourceResult config) {
        assertThat(config.value()).isEqualTo(config.synonyms().get(0).value());
        assertThat(config.configSource()).isEqualTo(config.synonyms().get(0).source());
        return config.synonyms().stream()
                .map(s -> s.name() + "=" + s.value() + " " + ConfigSource.forId(s.source()))
                .toList();
    }

    @Test
    void whatHasNoSettingsIsRefused() {
        assertThat(Errors.forCode(config(4, topic("unknown"), true).errorCode()))
                .isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION);
        assertThat(Errors.forCode(config(4, topic("not a name"), true).errorCode()))
                .isEqualTo(Errors.INVALID_TOPIC_EXCEPTION);
        assertThat(Errors.forCode(config(4, group(""), true).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
        DescribeConfigsResource unheardOf =
                new DescribeConfigsResource().setResourceType((byte) 99).setResourceName("g");
        assertThat(Errors.forCode(config(4, unheardOf, true).errorCode())).isEqualTo(Errors.INVALID_REQUEST);
    }

    /** All settings of a node are a thousand times the bytes of its name. */
    @Test
    void whatIsNamedAgainIsNotDescribedAgain() {
        DescribeConfigsResource node = topic("1").setResourceType(ConfigResource.Type.BROKER.id());
        DescribeConfigsResponseData response = serve(
                        ApiKeys.DESCRIBE_CONFIGS,
                        4,
                        new DescribeConfigsRequestData()
                                .setResources(List.of(node, node.duplicate(), topic("1"), node.duplicate())))
                .response(new DescribeConfigsResponseData());
        assertThat(response.results())
                .extracting(result -> Errors.forCode(result.errorCode()))
                .containsExactly(
                        Errors.NONE, Errors.INVALID_REQUEST, Errors.UNKNOWN_TOPIC_OR_PARTITION, Errors.INVALID_REQUEST);
        assertThat(response.results().get(0).configs()).isNotEmpty();
        assertThat(response.results().get(1).configs()).isEmpty();
    }

    private static DescribeConfigsResource topic(String name) {
        return new DescribeConfigsResource()
                .setResourceType(ConfigResource.Type.TOPIC.id())
                .setResourceName(name)
                .setConfigurationKeys(null);
    }

    private static DescribeConfigsResource group(String name) {
        return topic(name).setResourceType(ConfigResource.Type.GROUP.id());
    }

    @Test
    void theLoggersOfThisNodeHaveLevels() {
        loggers.levels.put("root", "INFO");
        loggers.levels.put("a", "TRACE");
        DescribeConfigsResult described = config(4, loggers("1"), true);
        assertThat(described.configs())
                .extracting(c -> c.name() + "=" + c.value() + " " + ConfigSource.forId(c.configSource()))
                .containsExactly("a=TRACE DYNAMIC_BROKER_LOGGER_CONFIG", "root=INFO DYNAMIC_BROKER_LOGGER_CONFIG");
        assertThat(described.configs()).noneMatch(c -> c.readOnly());
        for (String other : List.of("2", "", "one")) {
            assertThat(Errors.forCode(config(4, loggers(other), true).errorCode()))
                    .isEqualTo(Errors.INVALID_REQUEST);
        }
    }

    private static DescribeConfigsResource loggers(String node) {
        return topic(node).setResourceType(ConfigResource.Type.BROKER_LOGGER.id());
    }

    @Test
    void groupsHaveTheirOwnSettingsElseThoseOfTheNode() {
        cluster.groupConfig("g", "consumer.session.timeout.ms", "50000");
        DescribeConfigsResult described = config(4, group("g"), true);
        assertThat(described.configs()).hasSize(8);
        assertThat(sources(entry(described, "consumer.session.timeout.ms")))
                .containsExactly(
                        "consumer.session.timeout.ms=50000 GROUP_CONFIG",
                        "group.consumer.session.timeout.ms=45000 DEFAULT_CONFIG");
        assertThat(sources(entry(config(4, group("other"), true), "streams.num.standby.replicas")))
                .containsExactly("group.streams.num.standby.replicas=0 DEFAULT_CONFIG");
    }

    private static DescribeConfigsResource broker(String name) {
        return topic(name).setResourceType(ConfigResource.Type.BROKER.id());
    }

    private static DescribeConfigsResourceResult entry(DescribeConfigsResult result, String name) {
        return result.configs().stream()
                .filter(c -> c.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private DescribeConfigsResult config(int version, DescribeConfigsResource resource, boolean verbose) {
        DescribeConfigsRequestData request = new DescribeConfigsRequestData()
                .setResources(List.of(resource))
                .setIncludeSynonyms(verbose)
                .setIncludeDocumentation(verbose && version >= 3);
        return serve(ApiKeys.DESCRIBE_CONFIGS, version, request)
                .response(new DescribeConfigsResponseData())
                .results()
                .get(0);
    }

    private DescribeTopicPartitionsResponseData partitions(DescribeTopicPartitionsRequestData request) {
        return serve(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, 0, request).response(new DescribeTopicPartitionsResponseData());
    }

    private DescribeClusterResponseData cluster(int version, DescribeClusterRequestData request) {
        return serve(ApiKeys.DESCRIBE_CLUSTER, version, request).response(new DescribeClusterResponseData());
    }

    private FakeExchange serve(ApiKeys api, int version, ApiMessage request) {
        FakeExchange exchange = new FakeExchange(api, version, request);
        dispatcher.process(exchange);
        return exchange;
    }
}
