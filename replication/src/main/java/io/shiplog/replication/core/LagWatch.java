// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import org.apache.kafka.common.protocol.Errors;

/** What happened lately to one follower that is not keeping up: refusals, throttling, and how fast it is sent what it lacks. */
final class LagWatch {
    private static final long NEVER = Long.MIN_VALUE;
    /** Held back so long ago is not throttled any more. */
    private static final long HELD_BACK_MS = 5_000;

    private final RateMeter sent = new RateMeter();
    private Errors refusal = Errors.NONE;
    private long refusedSinceMs = NEVER;
    private long heldBackSinceMs = NEVER;
    private long lastHeldBackMs = NEVER;

    void refused(Errors error, long nowMs) {
        if (refusal == Errors.NONE) {
            refusedSinceMs = nowMs;
        }
        refusal = error;
    }

    void accepted() {
        refusal = Errors.NONE;
    }

    void heldBack(long nowMs) {
        if (!isHeldBack(nowMs)) {
            heldBackSinceMs = nowMs;
        }
        lastHeldBackMs = nowMs;
    }

    void sent(int bytes, long nowMs) {
        sent.add(bytes, nowMs);
    }

    /** The last refusal, when nothing was taken from the follower since; NONE otherwise. */
    Errors refusal() {
        return refusal;
    }

    long refusedSinceMs() {
        return refusedSinceMs;
    }

    boolean isHeldBack(long nowMs) {
        return lastHeldBackMs != NEVER && nowMs - lastHeldBackMs <= HELD_BACK_MS;
    }

    long heldBackSinceMs() {
        return heldBackSinceMs;
    }

    long bytesPerSecond(long nowMs) {
        return sent.perSecond(nowMs);
    }
}
