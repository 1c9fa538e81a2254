// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.client.TopicOutcome;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.Time;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Topics that come to be because a client asked for them ({@code auto.create.topics.enable}), with the partitions and replicas that
 * topics get whose creator does not say. Follows Kafka's {@code AutoTopicCreationManager}: the client hears that the topic is
 * unknown and asks again. Any thread.
 */
public final class TopicAutoCreation {
    private static final Logger LOG = LoggerFactory.getLogger(TopicAutoCreation.class);
    private static final int TIMEOUT_MS = 15_000;
    private static final int CONTROLLERS_CHOICE = -1;
    /** A client that asks for more unknown topics at a time gets the others when it asks again. */
    static final int MAX_UNDER_WAY = 500;

    private final boolean enabled;
    private final AdminPort admin;
    private final Consumer<RequestOrigin> offsetsTopic;
    private final Set<String> underWay = ConcurrentHashMap.newKeySet();
    private final CreationFailures failures;

    /**
     * @param offsetsTopic creates {@code __consumer_offsets}, which has settings of its own
     */
    public TopicAutoCreation(boolean enabled, AdminPort admin, Consumer<RequestOrigin> offsetsTopic) {
        this(enabled, admin, offsetsTopic, Time.SYSTEM::milliseconds);
    }

    TopicAutoCreation(boolean enabled, AdminPort admin, Consumer<RequestOrigin> offsetsTopic, LongSupplier clockMs) {
        this.failures = new CreationFailures(clockMs);
        this.enabled = enabled;
        this.admin = admin;
        this.offsetsTopic = offsetsTopic;
    }

    /** No topic comes to be by being asked for. */
    public static TopicAutoCreation off(AdminPort admin) {
        return new TopicAutoCreation(false, admin, origin -> {});
    }

    boolean isEnabled() {
        return enabled;
    }

    /** Has those created that may be: names that no topic can have are left out, and so are topics of coordinators that are not here. */
    void create(Collection<String> names, RequestOrigin origin) {
        List<NewTopicSpec> topics = new ArrayList<>();
        for (String name : names) {
            if (name.equals(Topic.GROUP_METADATA_TOPIC_NAME)) {
                offsetsTopic.accept(origin);
            } else if (TopicNames.errorForUnknown(name) == Errors.UNKNOWN_TOPIC_OR_PARTITION
                    && !Topic.isInternal(name)
                    && failures.reason(name) == null
                    && underWay.size() < MAX_UNDER_WAY
                    && underWay.add(name)) {
                topics.add(new NewTopicSpec(name, CONTROLLERS_CHOICE, (short) CONTROLLERS_CHOICE, Map.of(), Map.of()));
            }
        }
        if (!topics.isEmpty()) {
            var unused = admin.createTopics(topics, false, origin, TIMEOUT_MS)
                    .whenComplete((outcomes, failure) -> done(topics, outcomes, failure));
        }
    }

    private void done(List<NewTopicSpec> topics, List<TopicOutcome> outcomes, Throwable failure) {
        if (failure != null) {
            boolean news = false;
            for (NewTopicSpec topic : topics) {
                news |= failures.add(topic.name(), failure.toString(), CreationFailures.RETRY_MS);
            }
            if (news) {
                LOG.warn(
                        "{} topics that were asked for, {} among them, are not created yet: {}",
                        topics.size(),
                        topics.get(0).name(),
                        failure.toString());
            }
        } else {
            outcomes.forEach(this::done);
        }
        topics.forEach(topic -> underWay.remove(topic.name()));
    }

    private void done(TopicOutcome outcome) {
        if (outcome.error() == Errors.NONE) {
            LOG.info(
                    "topic {} was asked for and is created: {} partitions, {} replicas",
                    outcome.name(),
                    outcome.partitions(),
                    outcome.replicationFactor());
        } else if (outcome.error() != Errors.TOPIC_ALREADY_EXISTS) {
            String reason = outcome.error() + ", " + outcome.message();
            if (failures.add(outcome.name(), reason, CreationFailures.RETRY_MS)) {
                LOG.info("topic {} was asked for and is not created: {}", outcome.name(), reason);
            }
            return;
        }
        failures.remove(outcome.name());
    }
}
