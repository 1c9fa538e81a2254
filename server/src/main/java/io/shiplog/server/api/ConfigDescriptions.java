// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.TopicConfigKey;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.server.api.NodeConfigs.NodeConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/**
 * What settings are in force, where each value comes from, and what else would apply without it. A topic's own override goes
 * before the node's file, that before the default.
 */
final class ConfigDescriptions {
    /** The node's setting that is the default of a topic's. Those that all nodes must agree on have none. */
    private static final Map<String, String> NODE_KEYS = Map.of(
            TopicConfigs.SEGMENT_BYTES, "log.segment.bytes",
            TopicConfigs.SEGMENT_MS, "log.roll.ms",
            TopicConfigs.RETENTION_MS, "log.retention.ms",
            TopicConfigs.RETENTION_BYTES, "log.retention.bytes",
            TopicConfigs.INDEX_INTERVAL_BYTES, "log.index.interval.bytes",
            TopicConfigs.MAX_MESSAGE_BYTES, "message.max.bytes");

    private final Map<String, NodeConfig> node = new LinkedHashMap<>();

    ConfigDescriptions(NodeConfigs configs) {
        for (NodeConfig config : configs.all()) {
            node.put(config.name(), config);
        }
    }

    /** All settings of a topic, most of them its defaults. */
    List<DescribeConfigsResourceResult> ofTopic(Map<String, String> overrides, int replicationFactor) {
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        for (TopicConfigKey key : TopicConfigs.keys()) {
            List<DescribeConfigsSynonym> sources = sources(key, overrides, replicationFactor);
            results.add(new DescribeConfigsResourceResult()
                    .setName(key.name())
                    .setValue(sources.get(0).value())
                    .setConfigSource(sources.get(0).source())
                    .setSynonyms(sources)
                    .setConfigType(type(key).id())
                    .setDocumentation(key.documentation()));
        }
        return results;
    }

    List<CreatableTopicConfigs> ofCreatedTopic(Map<String, String> overrides, int replicationFactor) {
        List<CreatableTopicConfigs> configs = new ArrayList<>();
        for (TopicConfigKey key : TopicConfigs.keys()) {
            DescribeConfigsSynonym inForce =
                    sources(key, overrides, replicationFactor).get(0);
            configs.add(new CreatableTopicConfigs()
                    .setName(key.name())
                    .setValue(inForce.value())
                    .setConfigSource(inForce.source()));
        }
        return configs;
    }

    /** The settings that this node was started with; they are changed by a restart only. */
    List<DescribeConfigsResourceResult> ofNode() {
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        for (NodeConfig config : node.values()) {
            List<DescribeConfigsSynonym> sources = new ArrayList<>(2);
            addNodeSources(sources, config);
            boolean unset = sources.isEmpty();
            results.add(new DescribeConfigsResourceResult()
                    .setName(config.name())
                    .setValue(unset ? null : sources.get(0).value())
                    .setConfigSource(
                            unset
                                    ? ConfigSource.DEFAULT_CONFIG.id()
                                    : sources.get(0).source())
                    .setReadOnly(true)
                    .setSynonyms(sources)
                    .setConfigType(ConfigType.STRING.id())
                    .setDocumentation(config.documentation()));
        }
        return results;
    }

    /** Settings that the metadata holds for all nodes. */
    static List<DescribeConfigsResourceResult> ofCluster(Map<String, String> clusterConfigs) {
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        clusterConfigs.forEach((name, value) -> results.add(new DescribeConfigsResourceResult()
                .setName(name)
                .setValue(value)
                .setConfigSource(ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG.id())
                .setConfigType(ConfigType.STRING.id())));
        return results;
    }

    /** All values that a topic's setting could take its own from, the one in force first. Never empty. */
    private List<DescribeConfigsSynonym> sources(
            TopicConfigKey key, Map<String, String> overrides, int replicationFactor) {
        List<DescribeConfigsSynonym> sources = new ArrayList<>(3);
        String override = overrides.get(key.name());
        if (override != null) {
            sources.add(source(key.name(), override, ConfigSource.TOPIC_CONFIG));
        }
        NodeConfig ofNode = NODE_KEYS.containsKey(key.name()) ? node.get(NODE_KEYS.get(key.name())) : null;
        if (ofNode != null) {
            addNodeSources(sources, ofNode);
        } else {
            String value = TopicConfigs.value(Map.of(), replicationFactor, key.name());
            sources.add(source(key.name(), value, ConfigSource.DEFAULT_CONFIG));
        }
        return sources;
    }

    private static void addNodeSources(List<DescribeConfigsSynonym> sources, NodeConfig config) {
        if (config.fromFile()) {
            sources.add(source(config.name(), config.value(), ConfigSource.STATIC_BROKER_CONFIG));
        }
        if (config.defaultValue() != null) {
            sources.add(source(config.name(), config.defaultValue(), ConfigSource.DEFAULT_CONFIG));
        }
    }

    private static DescribeConfigsSynonym source(String name, String value, ConfigSource source) {
        return new DescribeConfigsSynonym().setName(name).setValue(value).setSource(source.id());
    }

    private static ConfigType type(TopicConfigKey key) {
        return switch (key.type()) {
            case BOOLEAN -> ConfigType.BOOLEAN;
            case INT -> ConfigType.INT;
            case LONG -> ConfigType.LONG;
            case DOUBLE -> ConfigType.DOUBLE;
            case STRING -> ConfigType.STRING;
            case LIST -> ConfigType.LIST;
        };
    }
}
