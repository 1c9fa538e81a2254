// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.config;

import static io.shiplog.server.config.ConfigKey.longNumber;
import static io.shiplog.server.config.ConfigKey.oneOf;
import static io.shiplog.server.config.ConfigKey.wholeNumber;

import java.util.List;

/** The keys that say how groups are coordinated. All but one are Kafka's, with its meaning and its default; those of it that are not here keep their default. */
final class GroupKeys {
    static final ConfigKey<Integer> GROUP_COORDINATOR_THREADS = wholeNumber(
            "group.coordinator.threads",
            4,
            1,
            64,
            "Threads of the group coordinator; they are started with the first group. All shards share them.");
    static final ConfigKey<Integer> GROUP_COORDINATOR_MAX_GROUPS = wholeNumber(
            "group.coordinator.max.groups",
            20_000,
            1,
            Integer.MAX_VALUE,
            "Ours. Groups that this node coordinates: what would make another one is refused, those that are there go on.");
    static final ConfigKey<Integer> OFFSETS_COMMIT_TIMEOUT_MS = wholeNumber(
            "offsets.commit.timeout.ms",
            5_000,
            1,
            3_600_000,
            "A commit of offsets that is not on all in-sync replicas by then is answered with an error.");
    static final ConfigKey<Integer> OFFSETS_LOAD_BUFFER_SIZE = wholeNumber(
            "offsets.load.buffer.size",
            5_242_880,
            1,
            1_073_741_824,
            "Bytes that are read at a time when the groups of a partition are loaded.");
    static final ConfigKey<Integer> OFFSETS_TOPIC_NUM_PARTITIONS = wholeNumber(
            "offsets.topic.num.partitions",
            50,
            1,
            10_000,
            "Partitions of __consumer_offsets when it is created; fixed for life. Must be the same on all nodes.");
    static final ConfigKey<Integer> OFFSETS_TOPIC_REPLICATION_FACTOR = wholeNumber(
            "offsets.topic.replication.factor",
            3,
            1,
            32_767,
            "Replicas of __consumer_offsets when it is created; as many as there are nodes, when there are fewer.");
    static final ConfigKey<Integer> OFFSETS_TOPIC_SEGMENT_BYTES = wholeNumber(
            "offsets.topic.segment.bytes",
            104_857_600,
            1_048_576,
            Integer.MAX_VALUE,
            "segment.bytes of __consumer_offsets when it is created.");
    static final ConfigKey<Integer> OFFSET_METADATA_MAX_BYTES = wholeNumber(
            "offset.metadata.max.bytes",
            4_096,
            0,
            1_048_576,
            "Bytes of the text that a client may leave with a committed offset.");
    static final ConfigKey<Integer> OFFSETS_RETENTION_MINUTES = wholeNumber(
            "offsets.retention.minutes",
            10_080,
            1,
            Integer.MAX_VALUE,
            "The offsets of a group without members are forgotten after this.");
    static final ConfigKey<Long> OFFSETS_RETENTION_CHECK_INTERVAL_MS = longNumber(
            "offsets.retention.check.interval.ms",
            600_000L,
            1,
            Long.MAX_VALUE,
            "How often it is looked for such offsets.");
    static final ConfigKey<Integer> GROUP_MIN_SESSION_TIMEOUT_MS = wholeNumber(
            "group.min.session.timeout.ms",
            6_000,
            1,
            Integer.MAX_VALUE,
            "Classic groups: the shortest session that a member may ask for.");
    static final ConfigKey<Integer> GROUP_MAX_SESSION_TIMEOUT_MS = wholeNumber(
            "group.max.session.timeout.ms",
            1_800_000,
            1,
            Integer.MAX_VALUE,
            "Classic groups: the longest session that a member may ask for. Not less than group.min.session.timeout.ms.");
    static final ConfigKey<Integer> GROUP_INITIAL_REBALANCE_DELAY_MS = wholeNumber(
            "group.initial.rebalance.delay.ms",
            3_000,
            0,
            3_600_000,
            "Classic groups: how long the first rebalance of an empty group waits for more members.");
    static final ConfigKey<Integer> GROUP_MAX_SIZE =
            wholeNumber("group.max.size", Integer.MAX_VALUE, 1, Integer.MAX_VALUE, "Classic groups: members.");
    static final ConfigKey<Integer> GROUP_CONSUMER_SESSION_TIMEOUT_MS = wholeNumber(
            "group.consumer.session.timeout.ms",
            45_000,
            1,
            Integer.MAX_VALUE,
            "Consumer groups (KIP-848): a member that is not heard of for so long is out.");
    static final ConfigKey<Integer> GROUP_CONSUMER_MIN_SESSION_TIMEOUT_MS = wholeNumber(
            "group.consumer.min.session.timeout.ms",
            45_000,
            1,
            Integer.MAX_VALUE,
            "The least of it that a group's own setting may be.");
    static final ConfigKey<Integer> GROUP_CONSUMER_MAX_SESSION_TIMEOUT_MS = wholeNumber(
            "group.consumer.max.session.timeout.ms",
            60_000,
            1,
            Integer.MAX_VALUE,
            "The most of it that a group's own setting may be.");
    static final ConfigKey<Integer> GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS = wholeNumber(
            "group.consumer.heartbeat.interval.ms",
            5_000,
            1,
            Integer.MAX_VALUE,
            "How often members of consumer groups are to be heard of. Less than the session.");
    static final ConfigKey<Integer> GROUP_CONSUMER_MIN_HEARTBEAT_INTERVAL_MS = wholeNumber(
            "group.consumer.min.heartbeat.interval.ms",
            5_000,
            1,
            Integer.MAX_VALUE,
            "The least of it that a group's own setting may be.");
    static final ConfigKey<Integer> GROUP_CONSUMER_MAX_HEARTBEAT_INTERVAL_MS = wholeNumber(
            "group.consumer.max.heartbeat.interval.ms",
            15_000,
            1,
            Integer.MAX_VALUE,
            "The most of it that a group's own setting may be.");
    static final ConfigKey<Integer> GROUP_CONSUMER_MAX_SIZE = wholeNumber(
            "group.consumer.max.size", Integer.MAX_VALUE, 1, Integer.MAX_VALUE, "Consumer groups: members.");
    static final ConfigKey<String> GROUP_CONSUMER_MIGRATION_POLICY = oneOf(
            "group.consumer.migration.policy",
            "bidirectional",
            List.of("bidirectional", "upgrade", "downgrade", "disabled"),
            "Which groups may change between the classic and the consumer protocol while they have members.");
    static final ConfigKey<Integer> GROUP_CONSUMER_REGEX_REFRESH_INTERVAL_MS = wholeNumber(
            "group.consumer.regex.refresh.interval.ms",
            600_000,
            10_000,
            Integer.MAX_VALUE,
            "How often regular expressions of consumer groups are compared with the topics, beside each time that topics change.");
    static final ConfigKey<Integer> GROUP_STREAMS_SESSION_TIMEOUT_MS = wholeNumber(
            "group.streams.session.timeout.ms",
            45_000,
            1,
            Integer.MAX_VALUE,
            "Streams groups (KIP-1071): as for consumer groups.");
    static final ConfigKey<Integer> GROUP_STREAMS_MIN_SESSION_TIMEOUT_MS = wholeNumber(
            "group.streams.min.session.timeout.ms",
            45_000,
            1,
            Integer.MAX_VALUE,
            "The least of it that a group's own setting may be.");
    static final ConfigKey<Integer> GROUP_STREAMS_MAX_SESSION_TIMEOUT_MS = wholeNumber(
            "group.streams.max.session.timeout.ms",
            60_000,
            1,
            Integer.MAX_VALUE,
            "The most of it that a group's own setting may be.");
    static final ConfigKey<Integer> GROUP_STREAMS_HEARTBEAT_INTERVAL_MS = wholeNumber(
            "group.streams.heartbeat.interval.ms",
            5_000,
            1,
            Integer.MAX_VALUE,
            "As for consumer groups. Less than the session.");
    static final ConfigKey<Integer> GROUP_STREAMS_MIN_HEARTBEAT_INTERVAL_MS = wholeNumber(
            "group.streams.min.heartbeat.interval.ms",
            5_000,
            1,
            Integer.MAX_VALUE,
            "The least of it that a group's own setting may be.");
    static final ConfigKey<Integer> GROUP_STREAMS_MAX_HEARTBEAT_INTERVAL_MS = wholeNumber(
            "group.streams.max.heartbeat.interval.ms",
            15_000,
            1,
            Integer.MAX_VALUE,
            "The most of it that a group's own setting may be.");
    static final ConfigKey<Integer> GROUP_STREAMS_MAX_SIZE =
            wholeNumber("group.streams.max.size", Integer.MAX_VALUE, 1, Integer.MAX_VALUE, "Streams groups: members.");
    static final ConfigKey<Integer> GROUP_STREAMS_NUM_STANDBY_REPLICAS = wholeNumber(
            "group.streams.num.standby.replicas", 0, 0, 2, "Streams groups: standby replicas of each task.");

    private GroupKeys() {}

    /** All of them, in the order of documentation. */
    static List<ConfigKey<?>> all() {
        return List.of(
                GROUP_COORDINATOR_THREADS,
                GROUP_COORDINATOR_MAX_GROUPS,
                OFFSETS_COMMIT_TIMEOUT_MS,
                OFFSETS_LOAD_BUFFER_SIZE,
                OFFSETS_TOPIC_NUM_PARTITIONS,
                OFFSETS_TOPIC_REPLICATION_FACTOR,
                OFFSETS_TOPIC_SEGMENT_BYTES,
                OFFSET_METADATA_MAX_BYTES,
                OFFSETS_RETENTION_MINUTES,
                OFFSETS_RETENTION_CHECK_INTERVAL_MS,
                GROUP_MIN_SESSION_TIMEOUT_MS,
                GROUP_MAX_SESSION_TIMEOUT_MS,
                GROUP_INITIAL_REBALANCE_DELAY_MS,
                GROUP_MAX_SIZE,
                GROUP_CONSUMER_SESSION_TIMEOUT_MS,
                GROUP_CONSUMER_MIN_SESSION_TIMEOUT_MS,
                GROUP_CONSUMER_MAX_SESSION_TIMEOUT_MS,
                GROUP_CONSUMER_HEARTBEAT_INTERVAL_MS,
                GROUP_CONSUMER_MIN_HEARTBEAT_INTERVAL_MS,
                GROUP_CONSUMER_MAX_HEARTBEAT_INTERVAL_MS,
                GROUP_CONSUMER_MAX_SIZE,
                GROUP_CONSUMER_MIGRATION_POLICY,
                GROUP_CONSUMER_REGEX_REFRESH_INTERVAL_MS,
                GROUP_STREAMS_SESSION_TIMEOUT_MS,
                GROUP_STREAMS_MIN_SESSION_TIMEOUT_MS,
                GROUP_STREAMS_MAX_SESSION_TIMEOUT_MS,
                GROUP_STREAMS_HEARTBEAT_INTERVAL_MS,
                GROUP_STREAMS_MIN_HEARTBEAT_INTERVAL_MS,
                GROUP_STREAMS_MAX_HEARTBEAT_INTERVAL_MS,
                GROUP_STREAMS_MAX_SIZE,
                GROUP_STREAMS_NUM_STANDBY_REPLICAS);
    }
}
