// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.server.api.AdminPort;
import io.shiplog.server.api.ClusterView;
import io.shiplog.server.api.CreationFailures;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopic;
import org.apache.kafka.common.message.CreateTopicsRequestData.CreatableTopicConfig;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.group.GroupCoordinatorConfig;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Creates the topics that groups need: {@code __consumer_offsets} when it is first asked for, and those inside of streams applications. */
final class OffsetsTopic {
    private static final Logger LOG = LoggerFactory.getLogger(OffsetsTopic.class);
    private static final int TIMEOUT_MS = 15_000;

    private final GroupSettings settings;
    private final ClusterView cluster;
    private final AdminPort admin;
    /** Topics whose creation is under way. */
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();

    private final CreationFailures failures;

    OffsetsTopic(GroupSettings settings, ClusterView cluster, AdminPort admin) {
        this(settings, cluster, admin, Time.SYSTEM::milliseconds);
    }

    OffsetsTopic(GroupSettings settings, ClusterView cluster, AdminPort admin, LongSupplier clockMs) {
        this.settings = settings;
        this.cluster = cluster;
        this.admin = admin;
        this.failures = new CreationFailures(clockMs);
    }

    /** Any thread; does not wait. Whoever needs it asks again. */
    void create(RequestOrigin origin) {
        if (failures.reason(Topic.GROUP_METADATA_TOPIC_NAME) != null) {
            return;
        }
        GroupCoordinatorConfig config = settings.coordinator();
        int nodes = cluster.image().brokers().size();
        int replicas = Math.max(1, Math.min(config.offsetsTopicReplicationFactor(), nodes));
        Map<String, String> configs = new TreeMap<>();
        configs.put("cleanup.policy", "compact");
        configs.put("compression.type", "producer");
        configs.put("segment.bytes", Integer.toString(config.offsetsTopicSegmentBytes()));
        configs.put("min.insync.replicas", Integer.toString(replicas > 2 ? 2 : 1));
        create(
                new NewTopicSpec(
                        Topic.GROUP_METADATA_TOPIC_NAME,
                        config.offsetsTopicPartitions(),
                        (short) replicas,
                        Map.of(),
                        configs),
                origin,
                CreationFailures.RETRY_MS);
    }

    /** Why topics inside of streams applications could not be created. */
    CreationFailures failures() {
        return failures;
    }

    /**
     * Topics that a streams group wants, but for those of which it is known that they cannot be created. Any thread; does not wait.
     *
     * @param rememberMs how long what goes wrong is known
     */
    void create(Iterable<CreatableTopic> topics, RequestOrigin origin, long rememberMs) {
        for (CreatableTopic topic : topics) {
            if (failures.reason(topic.name()) != null) {
                continue;
            }
            Map<String, String> configs = new TreeMap<>();
            for (CreatableTopicConfig config : topic.configs()) {
                configs.put(config.name(), config.value());
            }
            create(
                    new NewTopicSpec(topic.name(), topic.numPartitions(), topic.replicationFactor(), Map.of(), configs),
                    origin,
                    rememberMs);
        }
    }

    private void create(NewTopicSpec topic, RequestOrigin origin, long rememberMs) {
        if (!underWay.add(topic.name())) {
            return;
        }
        var unused = admin.createTopics(List.of(topic), false, origin, TIMEOUT_MS)
                .whenComplete((outcomes, failure) -> {
                    String reason = failure == null ? reason(topic, outcomes.get(0)) : failure.toString();
                    if (reason == null) {
                        failures.remove(topic.name());
                    } else if (failures.add(topic.name(), reason, rememberMs)) {
                        LOG.warn("topic {} is not created: {}", topic.name(), reason);
                    }
                    underWay.remove(topic.name());
                });
    }

    /** Why there is no such topic; null when there is. */
    private static String reason(NewTopicSpec topic, TopicOutcome outcome) {
        if (outcome.error() == Errors.TOPIC_ALREADY_EXISTS) {
            return null;
        }
        if (outcome.error() != Errors.NONE) {
            boolean silent = outcome.message() == null || outcome.message().isEmpty();
            return silent ? outcome.error().message() : outcome.message();
        }
        LOG.info(
                "topic {} created: {} partitions, {} replicas",
                topic.name(),
                outcome.partitions(),
                outcome.replicationFactor());
        return null;
    }
}
