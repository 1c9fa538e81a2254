// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The settings that topics can have: those that this version acts on, those of Kafka that cannot matter here, and those of Kafka
 * that ask for what is not there, of which the default alone is permitted (docs/decisions/0017). Which value holds for a topic
 * is the matter of {@link EffectiveTopicConfigs}.
 */
public final class TopicConfigs {
    public static final String CLEANUP_POLICY = "cleanup.policy";
    public static final String DELETE_RETENTION_MS = "delete.retention.ms";
    public static final String MAX_COMPACTION_LAG_MS = "max.compaction.lag.ms";
    public static final String MIN_CLEANABLE_DIRTY_RATIO = "min.cleanable.dirty.ratio";
    public static final String MIN_COMPACTION_LAG_MS = "min.compaction.lag.ms";
    public static final String RECORD_VALIDATION = "record.validation";
    public static final String COMPRESSION_TYPE = "compression.type";
    public static final String FLUSH_MESSAGES = "flush.messages";
    public static final String FLUSH_MS = "flush.ms";
    public static final String FLUSH_POLICY = "flush.policy";
    public static final String FOLLOWER_THROTTLED_REPLICAS = "follower.replication.throttled.replicas";
    public static final String INDEX_INTERVAL_BYTES = "index.interval.bytes";
    public static final String LEADER_THROTTLED_REPLICAS = "leader.replication.throttled.replicas";
    public static final String MAX_MESSAGE_BYTES = "max.message.bytes";
    public static final String MESSAGE_TIMESTAMP_AFTER_MAX_MS = "message.timestamp.after.max.ms";
    public static final String MESSAGE_TIMESTAMP_BEFORE_MAX_MS = "message.timestamp.before.max.ms";
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
    /** {@link #FLUSH_POLICY}: as replicated, and on every disk an interval later. */
    public static final String FLUSH_INTERVAL = "interval";

    private static final long WEEK_MS = 7L * 24 * 60 * 60 * 1_000;
    private static final int REPLICAS_OF_SAFE_MIN_ISR = 3;

    private static final Map<String, TopicConfigKey> KEYS = new TreeMap<>();

    static {
        addAgreed();
        addOfTheLog();
        addOfCompaction();
        addOfThrottles();
        addOfKafkaWithoutEffect();
        addOfKafkaThatAskForMore();
    }

    private TopicConfigs() {}

    private static void addAgreed() {
        add(TopicConfigKey.choice(
                        TopicConfigKey.Type.STRING,
                        FLUSH_POLICY,
                        FLUSH_COMMIT,
                        List.of(FLUSH_COMMIT, FLUSH_REPLICATED, FLUSH_INTERVAL),
                        "What an acknowledgement of acks=all promises: commit means on the disk of every in-sync replica;"
                                + " replicated means received by every in-sync replica and flushed when the operating system"
                                + " likes; interval means received by every in-sync replica, each of which flushes it within"
                                + " flush.ms or flush.messages (1 s when neither is set): a power cut of all of them at once"
                                + " loses at most what was acknowledged in that time.")
                .agreedAs(FLUSH_POLICY));
        add(TopicConfigKey.number(
                        MIN_INSYNC_REPLICAS,
                        2,
                        1,
                        "Writes with acks=all need so many replicas in sync, and nothing is committed with fewer. Never more"
                                + " than the topic has replicas. When nobody says: 2 for three replicas and more, otherwise 1.")
                .agreedAs(MIN_INSYNC_REPLICAS));
        add(TopicConfigKey.flag(
                        UNCLEAN_LEADER_ELECTION_ENABLE,
                        false,
                        "Whether a replica that may lack committed records may lead when no other can. Loses records.")
                .agreedAs(UNCLEAN_LEADER_ELECTION_ENABLE));
        add(TopicConfigKey.choice(
                        TopicConfigKey.Type.STRING,
                        UNCLEAN_RECOVERY_STRATEGY,
                        "none",
                        List.of("none", "balanced", "aggressive"),
                        "What to do by itself when no eligible replica is left: nothing; elect the longest log once all that"
                                + " may hold the last records have answered (balanced), or among those that have answered"
                                + " (aggressive). Both may lose records.")
                .agreedAs(UNCLEAN_RECOVERY_STRATEGY));
    }

    private static void addOfTheLog() {
        add(TopicConfigKey.choice(
                        TopicConfigKey.Type.LIST,
                        CLEANUP_POLICY,
                        "delete",
                        List.of("delete", "compact"),
                        "What happens to old segments: delete removes them by age and size, compact keeps the latest record of"
                                + " each key. Both may be given.")
                .defaultOf("log.cleanup.policy"));
        add(TopicConfigKey.choice(
                        TopicConfigKey.Type.STRING,
                        COMPRESSION_TYPE,
                        "producer",
                        List.of("uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"),
                        "How batches are kept: as the producer compressed them (producer), or as this says; the leader then compresses anew"
                                + " what comes otherwise.")
                .defaultOf(COMPRESSION_TYPE));
        addOfCompression();
        String noAck =
                " No acknowledgement waits for it, and under flush.policy=commit it has no effect: there every record is"
                        + " flushed before it is acknowledged.";
        add(TopicConfigKey.longNumber(
                FLUSH_MESSAGES,
                Long.MAX_VALUE,
                2,
                "A replica flushes when so many of its records are not on its disk. What Kafka's 1 is for is"
                        + " flush.policy=commit." + noAck));
        add(TopicConfigKey.longNumber(
                FLUSH_MS, Long.MAX_VALUE, 0, "A replica flushes a record so many milliseconds after it came." + noAck));
        add(TopicConfigKey.number(
                        INDEX_INTERVAL_BYTES,
                        4_096,
                        0,
                        "At most one entry of the offset index for so many bytes of log.")
                .defaultOf("log.index.interval.bytes"));
        add(TopicConfigKey.number(
                        MAX_MESSAGE_BYTES,
                        1_048_588,
                        0,
                        "Largest record batch that is accepted, in bytes, as it is sent.")
                .defaultOf("message.max.bytes"));
        add(TopicConfigKey.choice(
                        TopicConfigKey.Type.STRING,
                        MESSAGE_TIMESTAMP_TYPE,
                        "CreateTime",
                        List.of("CreateTime", "LogAppendTime"),
                        "Whose time a record carries: the producer's, or the leader's when it appends.")
                .defaultOf("log.message.timestamp.type"));
        add(TopicConfigKey.longNumber(
                        MESSAGE_TIMESTAMP_BEFORE_MAX_MS,
                        Long.MAX_VALUE,
                        0,
                        "A record whose time is earlier than the leader's by more than this is refused.")
                .defaultOf("log.message.timestamp.before.max.ms"));
        add(TopicConfigKey.longNumber(
                        MESSAGE_TIMESTAMP_AFTER_MAX_MS,
                        3_600_000,
                        0,
                        "A record whose time is later than the leader's by more than this is refused.")
                .defaultOf("log.message.timestamp.after.max.ms"));
        add(TopicConfigKey.longNumber(
                        RETENTION_BYTES,
                        -1,
                        -1,
                        "Oldest segments go when a partition is larger than this; -1: no limit.")
                .defaultOf("log.retention.bytes"));
        add(TopicConfigKey.longNumber(
                        RETENTION_MS,
                        WEEK_MS,
                        -1,
                        "Segments go when their youngest record is older than this many milliseconds; -1: no limit.")
                .defaultOf("log.retention.ms"));
        add(TopicConfigKey.number(SEGMENT_BYTES, 1 << 30, 1_024, "A segment that reaches this size is closed.")
                .defaultOf("log.segment.bytes"));
        add(TopicConfigKey.longNumber(
                        SEGMENT_MS, WEEK_MS, 1, "A segment that is this old is closed even when it is not full.")
                .defaultOf("log.roll.ms"));
    }

    private static void addOfCompression() {
        String level = "The level of what the leader compresses when compression.type is ";
        add(TopicConfigKey.choice(
                        TopicConfigKey.Type.INT,
                        "compression.gzip.level",
                        "-1",
                        List.of("-1", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
                        level + "gzip; -1: what zlib takes for a good one.")
                .defaultOf("compression.gzip.level"));
        add(TopicConfigKey.number("compression.lz4.level", 9, 1, level + "lz4.")
                .between(1, 17)
                .defaultOf("compression.lz4.level"));
        add(TopicConfigKey.number("compression.zstd.level", 3, -131_072, level + "zstd.")
                .between(-131_072, 22)
                .defaultOf("compression.zstd.level"));
    }

    private static void addOfCompaction() {
        add(TopicConfigKey.choice(
                        TopicConfigKey.Type.DOUBLE,
                        MIN_CLEANABLE_DIRTY_RATIO,
                        "0.5",
                        List.of(),
                        "A log is compacted when this part of it has come since the last time.")
                .between(0, 1)
                .defaultOf("log.cleaner.min.cleanable.ratio"));
        add(TopicConfigKey.longNumber(
                        MIN_COMPACTION_LAG_MS, 0, 0, "A record is left alone by compaction for so many milliseconds.")
                .defaultOf("log.cleaner.min.compaction.lag.ms"));
        add(TopicConfigKey.longNumber(
                        MAX_COMPACTION_LAG_MS,
                        Long.MAX_VALUE,
                        1,
                        "A log with a record that has waited so many milliseconds is compacted, whatever part of it is new.")
                .defaultOf("log.cleaner.max.compaction.lag.ms"));
        add(TopicConfigKey.longNumber(
                        DELETE_RETENTION_MS,
                        86_400_000,
                        0,
                        "A record without a value, which deletes its key, is kept for so many milliseconds after the compaction"
                                + " that met it first.")
                .defaultOf("log.cleaner.delete.retention.ms"));
        add(
                TopicConfigKey.choice(
                        TopicConfigKey.Type.STRING,
                        RECORD_VALIDATION,
                        "batch",
                        List.of("batch", "records"),
                        "What is checked of a batch that is produced: batch means the header, the CRC and, unless it is compressed, every"
                                + " record; records means every record of compressed batches, too. Compacted topics always do that."));
    }

    private static void addOfThrottles() {
        List<String> allowed = List.of("*", TopicConfigKey.PARTITION_AND_BROKER);
        add(TopicConfigKey.choice(
                TopicConfigKey.Type.LIST,
                LEADER_THROTTLED_REPLICAS,
                "",
                allowed,
                "Leaders whose sending to followers that are not in sync counts for leader.replication.throttled.rate of their broker; *: all of"
                        + " the topic."));
        add(TopicConfigKey.choice(
                TopicConfigKey.Type.LIST,
                FOLLOWER_THROTTLED_REPLICAS,
                "",
                allowed,
                "Followers whose fetching, while they are not in sync, counts for follower.replication.throttled.rate of their broker; *: all"
                        + " of the topic."));
    }

    /** Taken and kept, because they cannot matter here: nobody can tell whether they were acted on. */
    private static void addOfKafkaWithoutEffect() {
        add(TopicConfigKey.longNumber(
                "file.delete.delay.ms", 60_000, 0, "No effect: a file goes when nobody reads it any more."));
        add(TopicConfigKey.number(
                "segment.index.bytes", 10_485_760, 4, "No effect: there are no index files of a fixed size."));
        add(TopicConfigKey.longNumber(
                "segment.jitter.ms", 0, 0, "No effect: segments that close at one time cost nothing worth spreading."));
    }

    private static void addOfKafkaThatAskForMore() {
        add(TopicConfigKey.onlyDefault(
                TopicConfigKey.Type.BOOLEAN, "preallocate", "false", "Segments are not allocated ahead."));
        String tiered = "There is no tiered storage.";
        add(TopicConfigKey.onlyDefault(TopicConfigKey.Type.BOOLEAN, "remote.storage.enable", "false", tiered));
        add(TopicConfigKey.onlyDefault(TopicConfigKey.Type.BOOLEAN, "remote.log.copy.disable", "false", tiered));
        add(TopicConfigKey.onlyDefault(TopicConfigKey.Type.BOOLEAN, "remote.log.delete.on.disable", "false", tiered));
        add(TopicConfigKey.onlyDefault(TopicConfigKey.Type.LONG, "local.retention.bytes", "-2", tiered));
        add(TopicConfigKey.onlyDefault(TopicConfigKey.Type.LONG, "local.retention.ms", "-2", tiered));
    }

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
     * @param overrides {@link MetadataImage#topicConfigs}, or what {@link EffectiveTopicConfigs} makes of them
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
     *
     * @param overrides {@link EffectiveTopicConfigs#agreed}
     */
    public static int effectiveMinIsr(Map<String, String> overrides, int replicationFactor) {
        String override = overrides.get(MIN_INSYNC_REPLICAS);
        int wanted = override == null ? defaultMinIsr(replicationFactor) : Integer.parseInt(override.trim());
        return Math.min(wanted, replicationFactor);
    }

    /** Whether {@link #FLUSH_COMMIT} is in force, given {@link EffectiveTopicConfigs#agreed}. */
    public static boolean flushesBeforeAck(Map<String, String> overrides) {
        return FLUSH_COMMIT.equals(overrides.getOrDefault(FLUSH_POLICY, FLUSH_COMMIT));
    }

    /** Whether {@link #UNCLEAN_LEADER_ELECTION_ENABLE} is in force, given {@link EffectiveTopicConfigs#agreed}. */
    public static boolean electsUncleanly(Map<String, String> overrides) {
        return "true".equals(overrides.get(UNCLEAN_LEADER_ELECTION_ENABLE));
    }
}
