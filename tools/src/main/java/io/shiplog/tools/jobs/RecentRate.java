// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Bytes per second of the last while, from what was there at some moments. Segments arrive in lumps, so a short while says little: before it is
 * long enough the average is taken.
 */
final class RecentRate {
    private static final long WINDOW_MS = 60_000;
    private static final long LEAST_MS = 10_000;

    private record Sample(long atMs, long bytes) {}

    private final Deque<Sample> samples = new ArrayDeque<>();

    /** Adds what is there now. */
    void add(long nowMs, long bytes) {
        samples.addLast(new Sample(nowMs, bytes));
        while (samples.getFirst().atMs < nowMs - WINDOW_MS) {
            samples.removeFirst();
        }
    }

    double bytesPerSecond(double average) {
        if (samples.isEmpty()) {
            return average;
        }
        Sample first = samples.getFirst();
        Sample last = samples.getLast();
        long ms = last.atMs - first.atMs;
        return ms < LEAST_MS ? average : Math.max(0, last.bytes - first.bytes) * 1_000.0 / ms;
    }
}
