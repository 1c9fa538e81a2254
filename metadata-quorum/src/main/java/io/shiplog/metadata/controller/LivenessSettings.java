// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

/**
 * When a broker counts as gone, and when as back.
 *
 * @param sessionTimeoutMs without a heartbeat for so long it is fenced ({@code broker.session.timeout.ms})
 * @param connectionGraceMs after its connection broke it has so long to come back before it is fenced
 * @param maxPollGapMs a controller that was not polled for so long stalled itself: it trusts leases only
 * @param metadataLagLimitMs a broker that has not caught up with the metadata for so long is fenced
 * @param maxLagOffsets to be unfenced, a broker may lack at most so many metadata records
 * @param flapWindowMs fencings by connection loss within this window are counted
 * @param flapLimit more of them than this and the broker stays fenced longer
 * @param flapHoldMs how much longer for each one above the limit, up to eight of them
 * @param retryMs a command whose effect the image does not show after so long is given again
 * @param maxPartitionsPerSweep of one sweep command
 */
public record LivenessSettings(
        long sessionTimeoutMs,
        long connectionGraceMs,
        long maxPollGapMs,
        long metadataLagLimitMs,
        long maxLagOffsets,
        long flapWindowMs,
        int flapLimit,
        long flapHoldMs,
        long retryMs,
        int maxPartitionsPerSweep) {

    private static final int REFUSED_PART_OF_GRACE = 5;

    /**
     * So long has a broker to come back whose connection broke and whose host says that nobody listens there: it is no guess any more, but others that broke away
     * with it should have been seen.
     */
    long refusedGraceMs() {
        return connectionGraceMs / REFUSED_PART_OF_GRACE;
    }

    /** The defaults around a session timeout. */
    public static LivenessSettings of(long sessionTimeoutMs) {
        return new LivenessSettings(sessionTimeoutMs, 150, 150, 10_000, 1_000, 60_000, 3, 2_000, 250, 5_000);
    }

    public static LivenessSettings defaults() {
        return of(2_000);
    }
}
