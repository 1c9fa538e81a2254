// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchLimits;
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
 * @param timestampType {@code message.timestamp.type}
 * @param timestampBeforeMaxMs {@code message.timestamp.before.max.ms}
 * @param timestampAfterMaxMs {@code message.timestamp.after.max.ms}
 */
public record LogSettings(
        int segmentBytes,
        long segmentMs,
        long retentionMs,
        long retentionBytes,
        int maxMessageBytes,
        int indexIntervalBytes,
        FlushPolicy flushPolicy,
        TimestampType timestampType,
        long timestampBeforeMaxMs,
        long timestampAfterMaxMs) {

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
                TimestampType.CREATE_TIME,
                Long.MAX_VALUE,
                3600_000L);
    }

    /**
     * The settings of a topic: its own configuration over the defaults. Keys that do not concern the log are passed over.
     *
     * @throws IllegalArgumentException naming key, value and what is allowed
     */
    public static LogSettings fromTopicConfigs(Map<String, String> overrides, LogSettings defaults) {
        String policy = overrides.get("flush.policy");
        String type = overrides.get("message.timestamp.type");
        return new LogSettings(
                (int) number(overrides, "segment.bytes", 1024, Integer.MAX_VALUE, defaults.segmentBytes),
                number(overrides, "segment.ms", 1, Long.MAX_VALUE, defaults.segmentMs),
                number(overrides, "retention.ms", -1, Long.MAX_VALUE, defaults.retentionMs),
                number(overrides, "retention.bytes", -1, Long.MAX_VALUE, defaults.retentionBytes),
                (int) number(overrides, "max.message.bytes", 0, Integer.MAX_VALUE, defaults.maxMessageBytes),
                (int) number(overrides, "index.interval.bytes", 0, Integer.MAX_VALUE, defaults.indexIntervalBytes),
                policy == null ? defaults.flushPolicy : FlushPolicy.parse(policy),
                type == null ? defaults.timestampType : timestampType(type),
                number(overrides, "message.timestamp.before.max.ms", 0, Long.MAX_VALUE, defaults.timestampBeforeMaxMs),
                number(overrides, "message.timestamp.after.max.ms", 0, Long.MAX_VALUE, defaults.timestampAfterMaxMs));
    }

    BatchLimits batchLimits() {
        return new BatchLimits(maxMessageBytes, timestampType, timestampBeforeMaxMs, timestampAfterMaxMs);
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
