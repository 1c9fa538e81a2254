// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

/**
 * Settings of a node's cleaner threads; the names are Kafka's broker configuration.
 *
 * @param threads {@code log.cleaner.threads}
 * @param dedupeBufferBytes memory for keys, of all threads together ({@code log.cleaner.dedupe.buffer.size})
 * @param maxBytesPerSecond read and written, of all threads together ({@code log.cleaner.io.max.bytes.per.second})
 * @param backoffMs pause when nothing is to be done ({@code log.cleaner.backoff.ms})
 * @param retryUncleanableMs after so long a log that could not be cleaned is tried again
 */
public record CleanerSettings(
        int threads, long dedupeBufferBytes, long maxBytesPerSecond, long backoffMs, long retryUncleanableMs) {
    /** Kafka's, but with 32 MiB for keys (Kafka: 128): about a million keys in one round. */
    public static CleanerSettings defaults() {
        return new CleanerSettings(1, 32L << 20, Long.MAX_VALUE, 15_000, 600_000);
    }
}
