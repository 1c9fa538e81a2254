// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

/**
 * When a broker counts as gone.
 *
 * @param sessionTimeoutMs without a heartbeat for so long it is fenced ({@code broker.session.timeout.ms})
 * @param connectionGraceMs after its connection broke it has so long to come back before it is fenced
 * @param maxPollGapMs a controller that was not asked for so long stalled itself and trusts leases only
 * @param lagLimitOffsets a broker this many metadata records behind is not caught up
 * @param flapWindowMs fencings by connection loss within this window are counted
 * @param flapLimit more fencings than this within the window: the broker stays fenced longer
 * @param flapHoldMs how much longer, for each fencing above the limit, at most eight times
 */
public record LivenessSettings(
        long sessionTimeoutMs,
        long connectionGraceMs,
        long maxPollGapMs,
        long lagLimitOffsets,
        long flapWindowMs,
        int flapLimit,
        long flapHoldMs) {

    public static LivenessSettings defaults() {
        return new LivenessSettings(2_000, 150, 150, 1_000, 60_000, 3, 2_000);
    }
}
