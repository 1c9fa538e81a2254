// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;

/**
 * Which value of a topic's setting is in force: the topic's own, else the broker's (where brokers may differ), else that of all
 * brokers, else what the node's file says, else the default of {@link TopicConfigs}. The first three are agreed on and resolved
 * here; the last two belong to the node.
 */
public final class EffectiveTopicConfigs {
    /** Who said it. */
    public enum Source {
        TOPIC,
        BROKER,
        ALL_BROKERS
    }

    /**
     * One value that was set.
     *
     * @param name under which it was set, which for brokers is {@link TopicConfigKey#brokerKey}
     */
    public record Value(Source source, String name, String value) {}

    private EffectiveTopicConfigs() {}

    /**
     * The values that were set for one setting, the one in force first; empty when the node's file or the default decides.
     *
     * @param nodeId of the broker that asks
     * @param overrides the topic's own settings
     */
    public static List<Value> values(
            MetadataImage image, int nodeId, Map<String, String> overrides, TopicConfigKey key) {
        List<Value> values = new ArrayList<>(3);
        add(values, Source.TOPIC, key.name(), overrides);
        if (!key.brokerKey().isEmpty()) {
            if (!key.agreed()) {
                add(values, Source.BROKER, key.brokerKey(), image.brokerConfigs(Integer.toString(nodeId)));
            }
            add(values, Source.ALL_BROKERS, key.brokerKey(), image.brokerConfigs(BrokerConfigs.ALL));
        }
        return values;
    }

    private static void add(List<Value> values, Source source, String name, Map<String, String> set) {
        String value = set.get(name);
        if (value != null) {
            values.add(new Value(source, name, value));
        }
    }

    /** The values in force on a node, by the names of topics' settings; those are absent that its file or the default decides. */
    public static Map<String, String> onNode(MetadataImage image, int nodeId, Uuid topicId) {
        return merged(image, image.topicConfigs(topicId), image.brokerConfigs(Integer.toString(nodeId)));
    }

    /**
     * The values in force of the settings that controller, leader and followers must agree on (and of others what the topic and
     * all brokers say): the same on every node that has this image.
     */
    public static Map<String, String> agreed(MetadataImage image, Uuid topicId) {
        return agreed(image, image.topicConfigs(topicId));
    }

    /** The same for a topic that has, or would have, these settings of its own. */
    public static Map<String, String> agreed(MetadataImage image, Map<String, String> overrides) {
        return merged(image, overrides, Map.of());
    }

    private static Map<String, String> merged(
            MetadataImage image, Map<String, String> overrides, Map<String, String> ofBroker) {
        Map<String, String> ofAll = image.brokerConfigs(BrokerConfigs.ALL);
        if (ofAll.isEmpty() && ofBroker.isEmpty()) {
            return overrides;
        }
        Map<String, String> merged = new TreeMap<>();
        addDefaults(merged, ofAll, true);
        addDefaults(merged, ofBroker, false);
        merged.putAll(overrides);
        return merged;
    }

    private static void addDefaults(Map<String, String> merged, Map<String, String> set, boolean agreedToo) {
        for (Map.Entry<String, String> each : set.entrySet()) {
            TopicConfigKey key = BrokerConfigs.key(each.getKey());
            if (key != null && !key.brokerKey().isEmpty() && (agreedToo || !key.agreed())) {
                merged.put(key.name(), each.getValue());
            }
        }
    }
}
