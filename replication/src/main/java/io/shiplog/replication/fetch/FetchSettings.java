// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

/**
 * Bounds of the leader's side of Fetch.
 *
 * @param maxResponseBytes record bytes in one response, whatever the request asks for (Kafka: {@code fetch.max.bytes}); one
 *     batch may exceed it (KIP-74)
 * @param maxWaitMs longest time that a fetch is parked, whatever the request asks for
 * @param maxRequestElements topics and partitions that one request may name in all, see {@link FetchCodec#decodeRequest}
 * @param sessionSlots sessions kept at most (Kafka: {@code max.incremental.fetch.session.cache.slots})
 * @param sessionPartitions partitions kept in all sessions together, at most
 * @param sessionEvictionMs a session unused for so long gives way to any other; one younger than this gives way to followers only
 * @param highWatermarkDelayMs so long a follower that waits for records is not woken for a high watermark alone: under load it goes with the next records
 */
public record FetchSettings(
        int maxResponseBytes,
        int maxWaitMs,
        int maxRequestElements,
        int sessionSlots,
        int sessionPartitions,
        int sessionEvictionMs,
        int highWatermarkDelayMs) {
    private static final int HIGH_WATERMARK_DELAY_MS = 5;

    /** Kafka's values where Kafka has them. */
    public static final FetchSettings DEFAULTS =
            new FetchSettings(55 * 1024 * 1024, 30_000, 200_000, 1_000, 1_000_000, 120_000, HIGH_WATERMARK_DELAY_MS);

    /** With the usual delay of the high watermark. */
    public FetchSettings(
            int maxResponseBytes,
            int maxWaitMs,
            int maxRequestElements,
            int sessionSlots,
            int sessionPartitions,
            int sessionEvictionMs) {
        this(
                maxResponseBytes,
                maxWaitMs,
                maxRequestElements,
                sessionSlots,
                sessionPartitions,
                sessionEvictionMs,
                HIGH_WATERMARK_DELAY_MS);
    }

    public FetchSettings {
        requirePositive("maxResponseBytes", maxResponseBytes);
        requirePositive("maxWaitMs", maxWaitMs);
        requirePositive("maxRequestElements", maxRequestElements);
        requirePositive("sessionSlots", sessionSlots);
        requirePositive("sessionPartitions", sessionPartitions);
        requirePositive("sessionEvictionMs", sessionEvictionMs);
        if (highWatermarkDelayMs < 0) {
            throw new IllegalArgumentException("highWatermarkDelayMs must not be negative");
        }
    }

    private static void requirePositive(String name, int value) {
        if (value <= 0) {
            throw new IllegalArgumentException(name + " must be at least 1, not " + value);
        }
    }
}
