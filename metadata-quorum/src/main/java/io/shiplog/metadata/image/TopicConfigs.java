// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings that topics can have: those that this version acts on, no others. An override that is not in the image means
 * the default of the table; nodes must not put defaults of their own in its place where controller and leader have to agree
 * (min ISR, unclean election, flush policy).
 */
public final class TopicConfigs {
    public static final String CLEANUP_POLICY = "cleanup.policy";
    public static final String COMPRESSION_TYPE = "compression.type";
    public static final String FLUSH_POLICY = "flush.policy";
    public static final String INDEX_INTERVAL_BYTES = "index.interval.bytes";
    public static final String MAX_MESSAGE_BYTES = "max.message.bytes";
    public static final String MESSAGE_TIMESTAMP_TYPE = "message.timestamp.type";
    public static final String MIN_INSYNC_REPLICAS = "min.insync.replicas";
    public static final String RETENTION_BYTES = "retention.bytes";
    public static final String RETENTION_MS = "retention.ms";
    public static final String SEGMENT_BYTES = "segment.bytes";
    public static final String SEGMENT_MS = "segment.ms";
    public static final String UNCLEAN_LEADER_ELECTION_ENABLE = "unclean.leader.election.enable";
    public static final String UNCLEAN_RECOVERY_STRATEGY = "unclean.recovery.strategy";

    /** {@link #FLUSH_POLICY}: acknowledged means on the disk of every in-sync replica. */
    public static final String FLUSH_COMMIT = "commit";
    /** {@link #FLUSH_POLICY}: acknowledged means in the memory of every in-sync replica, which is Kafka's guarantee. */
    public static final String FLUSH_REPLICATED = "replicated";

    private static final long WEEK_MS = 7L * 24 * 60 * 60 * 1_000;
    private static final int REPLICAS_OF_SAFE_MIN_ISR = 3;

    private static final Map<String, TopicConfigKey> KEYS = new TreeMap<>();

    static {
        add(TopicConfigKey.choice(
                TopicConfigKey.Type.LIST,
                CLEANUP_POLICY,
                "delete",
                List.of("delete"),
                "What happens to old segments: delete removes them by age and size."));
        add(TopicConfigKey.choice(
                TopicConfigKey.Type.STRING,
                COMPRESSION_TYPE,
                "producer",
                List.of("producer"),
                "Batches are kept as the producer compressed them."));
        add(TopicConfigKey.choice(
                TopicConfigKey.Type.STRING,
                FLUSH_POLICY,
                FLUSH_COMMIT,
                List.of(FLUSH_COMMIT, FLUSH_REPLICATED),
                "What an acknowledgement of acks=all promises: commit means on the disk of every in-sync replica; replicated"
                        + " means received by every in-sync replica and flushed later."));
        add(TopicConfigKey.number(
                INDEX_INTERVAL_BYTES, 4_096, 0, "At most one entry of the offset index for so many bytes of log."));
        add(TopicConfigKey.number(
                MAX_MESSAGE_BYTES, 1_048_588, 0, "Largest record batch that is accepted, in bytes, as it is sent."));
        add(TopicConfigKey.choice(
                TopicConfigKey.Type.STRING,
                MESSAGE_TIMESTAMP_TYPE,
                "CreateTime",
                List.of("CreateTime", "LogAppendTime"),
                "Whose time a record carries: the producer's, or the leader's when it appends."));
        add(TopicConfigKey.number(
                MIN_INSYNC_REPLICAS,
                2,
                1,
                "Writes with acks=all need so many replicas in sync, and nothing is committed with fewer. Never more than the"
                        + " topic has replicas. Without an override: 2 for three replicas and more, otherwise 1."));
        add(TopicConfigKey.longNumber(
                RETENTION_BYTES, -1, -1, "Oldest segments go when a partition is larger than this; -1: no limit."));
        add(TopicConfigKey.longNumber(
                RETENTION_MS,
                WEEK_MS,
                -1,
                "Segments go when their youngest record is older than this many milliseconds; -1: no limit."));
        add(TopicConfigKey.number(SEGMENT_BYTES, 1 << 30, 1_024, "A segment that reaches this size is closed."));
        add(TopicConfigKey.longNumber(
                SEGMENT_MS, WEEK_MS, 1, "A segment that is this old is closed even when it is not full."));
        add(TopicConfigKey.flag(
                UNCLEAN_LEADER_ELECTION_ENABLE,
                false,
                "Whether a replica that may lack committed records may lead when no other can. Loses records."));
        add(TopicConfigKey.choice(
                TopicConfigKey.Type.STRING,
                UNCLEAN_RECOVERY_STRATEGY,
                "none",
                List.of("none", "balanced", "aggressive"),
                "When no replica is known to hold all committed records: none waits for an operator; balanced elects the longest"
                        + " log when all have answered that were in sync or eligible last; aggressive that of whoever answers."
                        + " May lose records."));
    }

    private TopicConfigs() {}

    private static void add(TopicConfigKey key) {
        KEYS.put(key.name(), key);
    }

    /** All settings, by name. */
    public static Collection<TopicConfigKey> keys() {
        return Collections.unmodifiableCollection(KEYS.values());
    }

    /** The setting of that name; null when there is none. */
    public static TopicConfigKey key(String name) {
        return KEYS.get(name);
    }

    /** Why this override is not permitted, as a sentence; null when it is. */
    public static String problem(String name, String value) {
        TopicConfigKey key = KEYS.get(name);
        return key == null ? "Unknown topic config name: " + name : key.problem(value);
    }

    /**
     * The value that holds for a topic.
     *
     * @param overrides {@link MetadataImage#topicConfigs}
     * @param replicationFactor of the topic; the default min ISR depends on it
     * @throws IllegalArgumentException when there is no such setting
     */
    public static String value(Map<String, String> overrides, int replicationFactor, String name) {
        String override = overrides.get(name);
        if (override != null) {
            return override;
        }
        TopicConfigKey key = KEYS.get(name);
        if (key == null) {
            throw new IllegalArgumentException("no topic setting " + name);
        }
        return name.equals(MIN_INSYNC_REPLICAS)
                ? Integer.toString(defaultMinIsr(replicationFactor))
                : key.defaultValue();
    }

    private static int defaultMinIsr(int replicationFactor) {
        return replicationFactor >= REPLICAS_OF_SAFE_MIN_ISR ? 2 : 1;
    }

    /**
     * The min ISR in force: never more than there are replicas (KIP-966). Controller and leaders must both use this one, since
     * what the controller regards as eligible depends on when the leader lets the high watermark stand still.
     */
    public static int effectiveMinIsr(Map<String, String> overrides, int replicationFactor) {
        String override = overrides.get(MIN_INSYNC_REPLICAS);
        int wanted = override == null ? defaultMinIsr(replicationFactor) : Integer.parseInt(override.trim());
        return Math.min(wanted, replicationFactor);
    }

    /** Whether {@link #FLUSH_COMMIT} is in force. */
    public static boolean flushesBeforeAck(Map<String, String> overrides) {
        return !FLUSH_REPLICATED.equals(overrides.get(FLUSH_POLICY));
    }

    /** Whether {@link #UNCLEAN_LEADER_ELECTION_ENABLE} is in force. */
    public static boolean electsUncleanly(Map<String, String> overrides) {
        return "true".equals(overrides.get(UNCLEAN_LEADER_ELECTION_ENABLE));
    }
}
