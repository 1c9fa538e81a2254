// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.BrokerConfigs;
import io.shiplog.metadata.image.EffectiveTopicConfigs;
import io.shiplog.metadata.image.GroupConfigs;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicConfigKey;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.server.api.NodeConfigs.NodeConfig;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.apache.kafka.common.config.ConfigDef;
import org.apache.kafka.common.message.CreateTopicsResponseData.CreatableTopicConfigs;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsResourceResult;
import org.apache.kafka.common.message.DescribeConfigsResponseData.DescribeConfigsSynonym;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigSource;
import org.apache.kafka.common.requests.DescribeConfigsResponse.ConfigType;

/**
 * What settings are in force, where each value comes from, and what else would apply without it. What is agreed on goes first, in
 * the order of {@link EffectiveTopicConfigs}, then the node's file, then the default.
 */
final class ConfigDescriptions {
    private final Map<String, NodeConfig> node = new LinkedHashMap<>();

    ConfigDescriptions(NodeConfigs configs) {
        for (NodeConfig config : configs.all()) {
            node.put(config.name(), config);
        }
    }

    /**
     * All settings of a topic, most of them its defaults.
     *
     * @param cluster   whose node answers
     * @param overrides the topic's own settings
     */
    List<DescribeConfigsResourceResult> ofTopic(
            ClusterView cluster, Map<String, String> overrides, int replicationFactor) {
        MetadataImage image = cluster.image();
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        for (TopicConfigKey key : TopicConfigs.keys()) {
            List<DescribeConfigsSynonym> sources =
                    topicSources(image, cluster.nodeId(), overrides, key, replicationFactor);
            DescribeConfigsResourceResult result = result(key.name(), sources);
            if (sources.isEmpty()) {
                result.setValue(TopicConfigs.value(Map.of(), replicationFactor, key.name()));
            }
            results.add(result.setConfigType(type(key).id()).setDocumentation(key.documentation()));
        }
        return results;
    }

    List<CreatableTopicConfigs> ofCreatedTopic(
            ClusterView cluster, Map<String, String> overrides, int replicationFactor) {
        List<CreatableTopicConfigs> configs = new ArrayList<>();
        for (DescribeConfigsResourceResult result : ofTopic(cluster, overrides, replicationFactor)) {
            configs.add(new CreatableTopicConfigs()
                    .setName(result.name())
                    .setValue(result.value())
                    .setConfigSource(result.configSource()));
        }
        return configs;
    }

    /** The settings of this node: those of its file, read when it starts, and those that can be changed while it runs. */
    List<DescribeConfigsResourceResult> ofNode(ClusterView cluster) {
        Set<String> names = new TreeSet<>(node.keySet());
        names.addAll(BrokerConfigs.names());
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        for (String name : names) {
            NodeConfig ofFile = node.get(name);
            TopicConfigKey key = BrokerConfigs.key(name);
            String documentation = ofFile == null ? key.documentation() : ofFile.documentation();
            ConfigType type = ofFile == null ? type(key) : type(ofFile.type());
            results.add(result(name, nodeSources(cluster, name))
                    .setReadOnly(key == null)
                    .setConfigType(type.id())
                    .setDocumentation(documentation));
        }
        return results;
    }

    /** What is set for all brokers; nothing else, as in Kafka. */
    static List<DescribeConfigsResourceResult> ofAllNodes(MetadataImage image) {
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        image.brokerConfigs(BrokerConfigs.ALL).forEach((name, value) -> {
            TopicConfigKey key = BrokerConfigs.key(name);
            DescribeConfigsSynonym source = source(name, value, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG);
            results.add(result(name, List.of(source))
                    .setConfigType((key == null ? ConfigType.UNKNOWN : type(key)).id())
                    .setDocumentation(key == null ? null : key.documentation()));
        });
        return results;
    }

    /** All settings of a group, most of them this node's. */
    List<DescribeConfigsResourceResult> ofGroup(MetadataImage image, String group) {
        Map<String, String> own = image.groupConfigs(group);
        List<DescribeConfigsResourceResult> results = new ArrayList<>();
        for (TopicConfigKey key : GroupConfigs.keys()) {
            List<DescribeConfigsSynonym> sources = new ArrayList<>(3);
            if (own.containsKey(key.name())) {
                sources.add(source(key.name(), own.get(key.name()), ConfigSource.GROUP_CONFIG));
            }
            NodeConfig ofFile = node.get(key.brokerKey());
            if (ofFile == null) {
                sources.add(source(key.brokerKey(), key.defaultValue(), ConfigSource.DEFAULT_CONFIG));
            } else {
                addFileSources(sources, ofFile);
            }
            results.add(
                    result(key.name(), sources).setConfigType(type(key).id()).setDocumentation(key.documentation()));
        }
        return results;
    }

    private static DescribeConfigsResourceResult result(String name, List<DescribeConfigsSynonym> sources) {
        boolean unset = sources.isEmpty();
        return new DescribeConfigsResourceResult()
                .setName(name)
                .setValue(unset ? null : sources.get(0).value())
                .setConfigSource(
                        unset
                                ? ConfigSource.DEFAULT_CONFIG.id()
                                : sources.get(0).source())
                .setSynonyms(sources);
    }

    /** All values that a topic's setting could take its own from, the one in force first. Empty when its default is no setting of a node. */
    private List<DescribeConfigsSynonym> topicSources(
            MetadataImage image, int nodeId, Map<String, String> overrides, TopicConfigKey key, int replicationFactor) {
        List<DescribeConfigsSynonym> sources = new ArrayList<>(4);
        for (EffectiveTopicConfigs.Value value : EffectiveTopicConfigs.values(image, nodeId, overrides, key)) {
            sources.add(source(value.name(), value.value(), source(value.source())));
        }
        NodeConfig ofFile = node.get(key.brokerKey());
        if (ofFile != null) {
            addFileSources(sources, ofFile);
        } else if (!key.brokerKey().isEmpty()) {
            String value = TopicConfigs.value(Map.of(), replicationFactor, key.name());
            sources.add(source(key.brokerKey(), value, ConfigSource.DEFAULT_CONFIG));
        }
        return sources;
    }

    private List<DescribeConfigsSynonym> nodeSources(ClusterView cluster, String name) {
        List<DescribeConfigsSynonym> sources = new ArrayList<>(4);
        MetadataImage image = cluster.image();
        String own = image.brokerConfigs(Integer.toString(cluster.nodeId())).get(name);
        if (own != null) {
            sources.add(source(name, own, ConfigSource.DYNAMIC_BROKER_CONFIG));
        }
        String ofAll = image.brokerConfigs(BrokerConfigs.ALL).get(name);
        if (ofAll != null) {
            sources.add(source(name, ofAll, ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG));
        }
        NodeConfig ofFile = node.get(name);
        if (ofFile != null) {
            addFileSources(sources, ofFile);
        } else {
            sources.add(source(name, BrokerConfigs.key(name).defaultValue(), ConfigSource.DEFAULT_CONFIG));
        }
        return sources;
    }

    private static void addFileSources(List<DescribeConfigsSynonym> sources, NodeConfig config) {
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

    private static ConfigSource source(EffectiveTopicConfigs.Source source) {
        return switch (source) {
            case TOPIC -> ConfigSource.TOPIC_CONFIG;
            case BROKER -> ConfigSource.DYNAMIC_BROKER_CONFIG;
            case ALL_BROKERS -> ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG;
        };
    }

    private static ConfigType type(ConfigDef.Type type) {
        return switch (type) {
            case BOOLEAN -> ConfigType.BOOLEAN;
            case INT -> ConfigType.INT;
            case SHORT -> ConfigType.SHORT;
            case LONG -> ConfigType.LONG;
            case DOUBLE -> ConfigType.DOUBLE;
            case STRING -> ConfigType.STRING;
            case LIST -> ConfigType.LIST;
            case CLASS -> ConfigType.CLASS;
            case PASSWORD -> ConfigType.PASSWORD;
        };
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
