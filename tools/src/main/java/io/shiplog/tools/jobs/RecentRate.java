// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Bytes per second of the last two minutes, or of the last two thirds of the time when that is less, from what was there at some moments. Segments arrive in lumps, and a rate that adapts rises and
 * falls within some ten seconds, so a short while says little: before it is long enough the average is taken.
 */
final class RecentRate {
    private static final long LONGEST_MS = 120_000;
    private static final long LEAST_MS = 10_000;

    private record Sample(long atMs, long bytes) {}

    private final Deque<Sample> samples = new ArrayDeque<>();
    private long beganMs = -1;

    /** Adds what is there now. */
    void add(long nowMs, long bytes) {
        beganMs = beganMs < 0 ? nowMs : beganMs;
        samples.addLast(new Sample(nowMs, bytes));
        // A job begins slowly: what it did in the first third of the time says little of the time to come.
        long windowMs = Math.max(LEAST_MS, Math.min(LONGEST_MS, (nowMs - beganMs) / 3 * 2));
        Sample oldest = samples.removeFirst();
        while (!samples.isEmpty() && samples.getFirst().atMs <= nowMs - windowMs) {
            oldest = samples.removeFirst();
        }
        samples.addFirst(oldest);
    }

    /** @param average what is said as long as there is less than a while */
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
