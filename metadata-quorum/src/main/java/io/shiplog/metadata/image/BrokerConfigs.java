// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The settings of brokers that can be changed while they run, for one broker or for all (whose name is empty): the defaults of
 * topics, and the rates of the replication throttles. What else a storage node reads from its file is fixed until it is started again.
 */
public final class BrokerConfigs {
    /** The resource name of what holds for all brokers. */
    public static final String ALL = "";

    public static final String LEADER_THROTTLED_RATE = "leader.replication.throttled.rate";
    public static final String FOLLOWER_THROTTLED_RATE = "follower.replication.throttled.rate";
    public static final String ALTER_LOG_DIRS_RATE = "replica.alter.log.dirs.io.max.bytes.per.second";

    private static final SortedMap<String, TopicConfigKey> KEYS = new TreeMap<>();
    private static final Set<String> FIXED = new TreeSet<>(List.of(
            "node.id",
            "listeners",
            "advertised.listeners",
            "admin.listener",
            "log.dirs",
            "broker.rack",
            "quorum.endpoints",
            "broker.session.timeout.ms",
            "disk.hang.timeout.ms",
            "disk.reserve.bytes",
            "disk.slow.threshold.ms",
            "event.loops",
            "socket.request.max.bytes",
            "max.connections",
            "max.connections.per.ip",
            "connections.max.idle.ms",
            "connections.max.frame.ms",
            "connection.pipeline.max.requests",
            "connection.pipeline.max.bytes",
            "queued.max.request.bytes",
            "socket.listen.backlog.size",
            "zero.copy.min.bytes",
            "fetch.max.bytes",
            "max.incremental.fetch.session.cache.slots",
            "replica.fetch.max.bytes",
            "replica.fetch.response.max.bytes",
            "replica.fetch.wait.max.ms",
            "replica.bulk.min.bytes",
            "replica.bulk.streams",
            "replica.bulk.streams.per.node",
            "replica.lag.time.max.ms",
            "replica.selector.class",
            "log.retention.check.interval.ms",
            "log.cleaner.threads",
            "log.cleaner.dedupe.buffer.size",
            "log.cleaner.io.max.bytes.per.second",
            "log.cleaner.backoff.ms",
            "num.recovery.threads.per.data.dir",
            "producer.id.expiration.ms",
            "flush.threads",
            "max.open.segment.files",
            "scrub.interval.ms",
            "scrub.bytes.per.second",
            "read.check.interval.ms",
            "queued.max.response.bytes",
            "max.connection.creation.rate",
            "quota.window.num",
            "quota.window.size.seconds",
            "auto.create.topics.enable",
            "group.coordinator.threads",
            "group.coordinator.max.groups",
            "offsets.commit.timeout.ms",
            "offsets.load.buffer.size",
            "offsets.topic.num.partitions",
            "offsets.topic.replication.factor",
            "offsets.topic.segment.bytes",
            "offset.metadata.max.bytes",
            "offsets.retention.minutes",
            "offsets.retention.check.interval.ms",
            "group.min.session.timeout.ms",
            "group.max.session.timeout.ms",
            "group.initial.rebalance.delay.ms",
            "group.max.size",
            "group.consumer.session.timeout.ms",
            "group.consumer.min.session.timeout.ms",
            "group.consumer.max.session.timeout.ms",
            "group.consumer.heartbeat.interval.ms",
            "group.consumer.min.heartbeat.interval.ms",
            "group.consumer.max.heartbeat.interval.ms",
            "group.consumer.max.size",
            "group.consumer.migration.policy",
            "group.consumer.regex.refresh.interval.ms",
            "group.streams.session.timeout.ms",
            "group.streams.min.session.timeout.ms",
            "group.streams.max.session.timeout.ms",
            "group.streams.heartbeat.interval.ms",
            "group.streams.min.heartbeat.interval.ms",
            "group.streams.max.heartbeat.interval.ms",
            "group.streams.max.size",
            "group.streams.num.standby.replicas",
            "num.partitions",
            "default.replication.factor"));

    static {
        for (TopicConfigKey key : TopicConfigs.keys()) {
            if (!key.brokerKey().isEmpty()) {
                KEYS.put(key.brokerKey(), key);
            }
        }
        addRate(
                LEADER_THROTTLED_RATE,
                "Bytes in a second that a broker's leaders together send to followers that are not in sync, of the partitions that topics name in"
                        + " leader.replication.throttled.replicas.");
        addRate(
                FOLLOWER_THROTTLED_RATE,
                "Bytes in a second that a broker's followers that are not in sync fetch together, of the partitions that topics name in"
                        + " follower.replication.throttled.replicas.");
        addRate(
                ALTER_LOG_DIRS_RATE,
                "Bytes in a second that a broker copies when it moves replicas between its log directories.");
    }

    private static void addRate(String name, String documentation) {
        KEYS.put(name, TopicConfigKey.longNumber(name, Long.MAX_VALUE, 1, documentation));
    }

    private BrokerConfigs() {}

    /** The names of all settings that can be changed. */
    public static Set<String> names() {
        return Collections.unmodifiableSet(KEYS.keySet());
    }

    /** What a setting means: the setting of topics that it is the default of, where it is one. Null when it cannot be changed. */
    public static TopicConfigKey key(String name) {
        return KEYS.get(name);
    }

    /** Whether a setting is there, but is read when a node starts and not again. */
    public static boolean isFixed(String name) {
        return FIXED.contains(name);
    }

    /** Why this value is not permitted, as a sentence; null when it is, or when there is no such setting. */
    public static String problem(String name, String value) {
        TopicConfigKey key = KEYS.get(name);
        return key == null ? null : key.problem(name, value);
    }
}
