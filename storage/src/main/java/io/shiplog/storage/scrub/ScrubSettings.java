// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.scrub;

/**
 * How a directory looks for rot.
 *
 * @param intervalMs a pass over all segments begins so long after the last one began ({@code scrub.interval.ms})
 * @param bytesPerSecond the most that a pass reads ({@code scrub.bytes.per.second})
 * @param readTrustMs bytes that were checked, or written, so long ago are checked again before they are sent; 0: always
 *     ({@code read.check.interval.ms})
 */
public record ScrubSettings(long intervalMs, long bytesPerSecond, long readTrustMs) {
    public static final long DEFAULT_INTERVAL_MS = 7L * 24 * 3600_000;
    public static final long DEFAULT_BYTES_PER_SECOND = 10L << 20;
    public static final long DEFAULT_READ_TRUST_MS = 600_000;

    public static ScrubSettings defaults() {
        return new ScrubSettings(DEFAULT_INTERVAL_MS, DEFAULT_BYTES_PER_SECOND, DEFAULT_READ_TRUST_MS);
    }

    public ScrubSettings {
        if (intervalMs < 1 || bytesPerSecond < 1 || readTrustMs < 0) {
            throw new IllegalArgumentException("scrub settings out of range: " + intervalMs + " ms, " + bytesPerSecond
                    + " bytes/s, " + readTrustMs + " ms");
        }
    }
}
