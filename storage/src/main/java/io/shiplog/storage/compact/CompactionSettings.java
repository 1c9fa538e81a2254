// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

/**
 * How the log of a topic is cleaned; the names are Kafka's topic configuration.
 *
 * @param compact whether {@code cleanup.policy} has compact
 * @param delete whether it has delete: then retention applies
 * @param minDirtyRatio part of the log that must be new before it is cleaned ({@code min.cleanable.dirty.ratio})
 * @param minLagMs for so long a record is left alone ({@code min.compaction.lag.ms})
 * @param maxLagMs after so long it is cleaned whatever the ratio ({@code max.compaction.lag.ms})
 * @param deleteRetentionMs for so long after the first cleaning a tombstone is kept ({@code delete.retention.ms})
 */
public record CompactionSettings(
        boolean compact, boolean delete, double minDirtyRatio, long minLagMs, long maxLagMs, long deleteRetentionMs) {
    private static final long DAY_MS = 24 * 3600_000L;

    /** Kafka's defaults: not compacted. */
    public static CompactionSettings defaults() {
        return new CompactionSettings(false, true, 0.5, 0, Long.MAX_VALUE, DAY_MS);
    }
}
