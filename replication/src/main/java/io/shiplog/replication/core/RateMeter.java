// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

/** Bytes per second over the last one or two seconds. */
final class RateMeter {
    private static final long WINDOW_MS = 1_000;

    private long windowStartMs;
    private long windowBytes;
    private long lastPerSecond;

    void add(long bytes, long nowMs) {
        long elapsedMs = nowMs - windowStartMs;
        if (elapsedMs >= WINDOW_MS) {
            lastPerSecond = elapsedMs >= 2 * WINDOW_MS ? 0 : windowBytes * 1_000 / elapsedMs;
            windowStartMs = nowMs;
            windowBytes = 0;
        }
        windowBytes += bytes;
    }

    long perSecond(long nowMs) {
        long elapsedMs = nowMs - windowStartMs;
        if (elapsedMs >= 2 * WINDOW_MS) {
            return 0;
        }
        return elapsedMs >= WINDOW_MS / 2 ? windowBytes * 1_000 / elapsedMs : lastPerSecond;
    }
}
