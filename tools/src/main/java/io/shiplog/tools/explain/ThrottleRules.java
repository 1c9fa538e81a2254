// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.image.BrokerConfigs;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.tools.text.Units;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Replication throttles as Kafka's tools set them (KIP-73): rates of brokers, and replicas that topics name. Nobody takes them back by itself. Those
 * of jobs end with the job, and are no settings. Pure.
 */
final class ThrottleRules {
    private static final List<String> RATES =
            List.of(BrokerConfigs.LEADER_THROTTLED_RATE, BrokerConfigs.FOLLOWER_THROTTLED_RATE);
    private static final List<String> NAMES =
            List.of(TopicConfigs.LEADER_THROTTLED_REPLICAS, TopicConfigs.FOLLOWER_THROTTLED_REPLICAS);

    private final Facts facts;
    private final MetadataImage image;

    ThrottleRules(Facts facts) {
        this.facts = facts;
        this.image = facts.image();
    }

    /** Throttles of topics none of whose partitions is being reassigned, together with the rates; null when there are none. */
    Finding leftOver() {
        List<TopicImage> topics = new ArrayList<>();
        boolean used = false;
        for (TopicImage topic : image.topics()) {
            boolean named = !keys(NAMES, image.topicConfigs(topic.id())).isEmpty();
            boolean moving = isMoving(topic);
            used |= named && moving;
            if (named && !moving) {
                topics.add(topic);
            }
        }
        Map<String, List<String>> rates = used ? Map.of() : rates();
        if (topics.isEmpty() && rates.isEmpty()) {
            return null;
        }
        return leftOver(topics, rates).build();
    }

    /** Whether a throttle by settings names this topic and no reassignment of it is under way. */
    boolean isLeftOver(TopicImage topic) {
        return !keys(NAMES, image.topicConfigs(topic.id())).isEmpty() && !isMoving(topic);
    }

    /** What is to be said of a replica that is held back by settings that nobody needs. */
    Finding.Builder heldBack(TopicImage topic, int node, String evidence) {
        return leftOver(List.of(topic), rates()).node(node).why(evidence);
    }

    /** The rate in force as follower on a node; {@link Long#MAX_VALUE} for none. */
    long followerRate(int node) {
        return rate(BrokerConfigs.FOLLOWER_THROTTLED_RATE, node);
    }

    /** The rate in force as leader on a node; {@link Long#MAX_VALUE} for none. */
    long leaderRate(int node) {
        return rate(BrokerConfigs.LEADER_THROTTLED_RATE, node);
    }

    private long rate(String key, int node) {
        String own = image.brokerConfigs(Integer.toString(node)).get(key);
        String value =
                own != null ? own : image.brokerConfigs(BrokerConfigs.ALL).get(key);
        return value == null ? Long.MAX_VALUE : Long.parseLong(value.trim());
    }

    private Finding.Builder leftOver(List<TopicImage> topics, Map<String, List<String>> rates) {
        Remedies remedies = new Remedies(facts);
        Finding.Builder found = Finding.of(
                Cause.THROTTLE_LEFT_OVER,
                rates.isEmpty() || topics.isEmpty() ? Severity.NOTE : Severity.WARNING,
                "throttle",
                "a replication throttle is left over: " + what(topics, rates));
        topics.forEach(topic -> found.why("topic " + topic.name() + " names replicas in "
                        + String.join(" and ", keys(NAMES, image.topicConfigs(topic.id()))))
                .remedy(remedies.dropTopicThrottle(topic.name(), keys(NAMES, image.topicConfigs(topic.id())))));
        rates.forEach((entity, keys) -> {
            for (String key : keys) {
                long rate = Long.parseLong(image.brokerConfigs(entity).get(key).trim());
                found.why((entity.isEmpty() ? "all brokers" : "broker " + entity) + ": " + key + " is "
                        + Units.rate((double) rate));
            }
            found.remedy(remedies.dropBrokerThrottle(entity, keys));
        });
        return found.waiting(
                true, "it does nothing to replicas in sync; one that falls behind comes back at this rate only");
    }

    private static String what(List<TopicImage> topics, Map<String, List<String>> rates) {
        if (rates.isEmpty()) {
            return "topics name replicas, and no rate is set";
        }
        return topics.isEmpty()
                ? "rates are set, and no topic names replicas"
                : "nothing that it names is being reassigned";
    }

    private Map<String, List<String>> rates() {
        Map<String, List<String>> rates = new LinkedHashMap<>();
        add(rates, BrokerConfigs.ALL);
        for (BrokerImage broker : image.brokers()) {
            add(rates, Integer.toString(broker.id()));
        }
        return rates;
    }

    private void add(Map<String, List<String>> rates, String entity) {
        List<String> keys = keys(RATES, image.brokerConfigs(entity));
        if (!keys.isEmpty()) {
            rates.put(entity, keys);
        }
    }

    private static List<String> keys(List<String> wanted, Map<String, String> settings) {
        return wanted.stream()
                .filter(key -> !settings.getOrDefault(key, "").isBlank())
                .toList();
    }

    private static boolean isMoving(TopicImage topic) {
        for (PartitionImage partition : topic.partitions()) {
            if (partition.reassigning()) {
                return true;
            }
        }
        return false;
    }
}
