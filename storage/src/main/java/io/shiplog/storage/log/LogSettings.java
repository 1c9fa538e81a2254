// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchLimits;
import io.shiplog.storage.batch.StoredCompression;
import io.shiplog.storage.compact.CompactionSettings;
import java.util.Map;
import org.apache.kafka.common.record.TimestampType;

/**
 * A topic's settings as far as its log needs them; the names are Kafka's topic configuration.
 *
 * @param segmentBytes a segment is rolled before it would grow larger ({@code segment.bytes})
 * @param segmentMs and when its first batch is older than this ({@code segment.ms})
 * @param retentionMs age at which segments go, -1: never ({@code retention.ms})
 * @param retentionBytes size of the log above which old segments go, -1: never ({@code retention.bytes})
 * @param maxMessageBytes largest batch from a client ({@code max.message.bytes})
 * @param indexIntervalBytes bytes between index entries ({@code index.interval.bytes})
 * @param flushPolicy {@code flush.policy}
 * @param flushInterval {@code flush.ms}, {@code flush.messages}
 * @param timestampType {@code message.timestamp.type}
 * @param timestampBeforeMaxMs {@code message.timestamp.before.max.ms}
 * @param timestampAfterMaxMs {@code message.timestamp.after.max.ms}
 * @param compaction {@code cleanup.policy} and what belongs to it
 * @param everyRecord whether the records of compressed batches are looked at, too ({@code record.validation})
 * @param compression how batches from clients are kept ({@code compression.type}); it is for whoever appends to see to it, the log
 *     takes batches as they come
 */
public record LogSettings(
        int segmentBytes,
        long segmentMs,
        long retentionMs,
        long retentionBytes,
        int maxMessageBytes,
        int indexIntervalBytes,
        FlushPolicy flushPolicy,
        FlushInterval flushInterval,
        TimestampType timestampType,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs,
        CompactionSettings compaction,
        boolean everyRecord,
        StoredCompression compression) {

    private static final long WEEK_MS = 7 * 24 * 3600_000L;

    /** Kafka's defaults, but one index entry per 32 KiB (Kafka 4 KiB): readers are sequential. */
    public static LogSettings defaults() {
        return new LogSettings(
                1 << 30,
                WEEK_MS,
                WEEK_MS,
                -1,
                1048588,
                32 * 1024,
                FlushPolicy.COMMIT,
                FlushInterval.NEVER,
                TimestampType.CREATE_TIME,
                Long.MAX_VALUE,
                3600_000L,
                CompactionSettings.defaults(),
                false,
                StoredCompression.PRODUCER);
    }

    /**
     * The settings of a topic: its own configuration over the defaults. Keys that do not concern the log are passed over.
     *
     * @throws IllegalArgumentException naming key, value and what is allowed
     */
    public static LogSettings fromTopicConfigs(Map<String, String> overrides, LogSettings defaults) {
        String policyName = overrides.get("flush.policy");
        FlushPolicy policy = policyName == null ? defaults.flushPolicy : FlushPolicy.parse(policyName);
        String type = overrides.get("message.timestamp.type");
        return new LogSettings(
                (int) number(overrides, "segment.bytes", 1024, Integer.MAX_VALUE, defaults.segmentBytes),
                number(overrides, "segment.ms", 1, Long.MAX_VALUE, defaults.segmentMs),
                number(overrides, "retention.ms", -1, Long.MAX_VALUE, defaults.retentionMs),
                number(overrides, "retention.bytes", -1, Long.MAX_VALUE, defaults.retentionBytes),
                (int) number(overrides, "max.message.bytes", 0, Integer.MAX_VALUE, defaults.maxMessageBytes),
                (int) number(overrides, "index.interval.bytes", 0, Integer.MAX_VALUE, defaults.indexIntervalBytes),
                policy,
                FlushInterval.of(
                        policy,
                        number(overrides, "flush.ms", 0, Long.MAX_VALUE, Long.MAX_VALUE),
                        number(overrides, "flush.messages", 1, Long.MAX_VALUE, Long.MAX_VALUE)),
                type == null ? defaults.timestampType : timestampType(type),
                number(overrides, "message.timestamp.before.max.ms", 0, Long.MAX_VALUE, defaults.timestampBeforeMaxMs),
                number(overrides, "message.timestamp.after.max.ms", 0, Long.MAX_VALUE, defaults.timestampAfterMaxMs),
                compaction(overrides, defaults.compaction),
                everyRecord(overrides.get("record.validation"), defaults.everyRecord),
                StoredCompression.of(overrides, defaults.compression));
    }

    private static CompactionSettings compaction(Map<String, String> overrides, CompactionSettings defaults) {
        String policy = overrides.get("cleanup.policy");
        boolean compact = defaults.compact();
        boolean delete = defaults.delete();
        if (policy != null) {
            compact = false;
            delete = false;
            for (String each : policy.split(",", -1)) {
                switch (each.trim()) {
                    case "compact" -> compact = true;
                    case "delete" -> delete = true;
                    default ->
                        throw new IllegalArgumentException(
                                "cleanup.policy=" + policy + ": a list of delete and compact");
                }
            }
        }
        return new CompactionSettings(
                compact,
                delete,
                ratio(overrides, "min.cleanable.dirty.ratio", defaults.minDirtyRatio()),
                number(overrides, "min.compaction.lag.ms", 0, Long.MAX_VALUE, defaults.minLagMs()),
                number(overrides, "max.compaction.lag.ms", 1, Long.MAX_VALUE, defaults.maxLagMs()),
                number(overrides, "delete.retention.ms", 0, Long.MAX_VALUE, defaults.deleteRetentionMs()));
    }

    private static boolean everyRecord(String value, boolean otherwise) {
        if (value == null) return otherwise;
        return switch (value) {
            case "batch" -> false;
            case "records" -> true;
            default -> throw new IllegalArgumentException("record.validation=" + value + ": batch or records");
        };
    }

    /** For how long a segment takes records: in a compacted topic no longer than they may wait to be compacted. */
    long rollMs() {
        return compaction.compact() ? Math.min(segmentMs, compaction.maxLagMs()) : segmentMs;
    }

    BatchLimits batchLimits() {
        return batchLimits(everyRecord);
    }

    /** What the topic allows of a batch that is looked into. */
    public BatchLimits batchLimitsOfEveryRecord() {
        return batchLimits(true);
    }

    private BatchLimits batchLimits(boolean ofEveryRecord) {
        return new BatchLimits(
                maxMessageBytes,
                timestampType,
                timestampBeforeMaxMs,
                timestampAfterMaxMs,
                compaction.compact(),
                ofEveryRecord);
    }

    private static long number(Map<String, String> configs, String key, long least, long most, long otherwise) {
        String value = configs.get(key);
        if (value == null) return otherwise;
        try {
            long number = Long.parseLong(value.trim());
            if (number >= least && number <= most) return number;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(notInRange(key, value, least, most), e);
        }
        throw new IllegalArgumentException(notInRange(key, value, least, most));
    }

    private static double ratio(Map<String, String> configs, String key, double otherwise) {
        String value = configs.get(key);
        if (value == null) return otherwise;
        try {
            double number = Double.parseDouble(value.trim());
            if (number >= 0 && number <= 1) return number;
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(key + "=" + value + ": a number from 0 to 1", e);
        }
        throw new IllegalArgumentException(key + "=" + value + ": a number from 0 to 1");
    }

    private static String notInRange(String key, String value, long least, long most) {
        return key + "=" + value + ": a number from " + least + " to " + most;
    }

    private static TimestampType timestampType(String value) {
        return switch (value) {
            case "CreateTime" -> TimestampType.CREATE_TIME;
            case "LogAppendTime" -> TimestampType.LOG_APPEND_TIME;
            default ->
                throw new IllegalArgumentException("message.timestamp.type=" + value + ": CreateTime or LogAppendTime");
        };
    }
}
