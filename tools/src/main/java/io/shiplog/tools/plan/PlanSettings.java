// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

/**
 * How to plan.
 *
 * @param rateBytesPerSecond what each node may send and what it may receive for the job; 0 when the job adapts to its clients
 * @param toleranceRatio how far from the mean a node's load may be before balancing moves anything; 0.05 is five in a hundred
 * @param maxMoves what one job can hold
 */
public record PlanSettings(long rateBytesPerSecond, double toleranceRatio, int maxMoves) {
    /** Moves that the quorum takes in one job. */
    public static final int MAX_MOVES = 10_000;

    public static PlanSettings of(long rateBytesPerSecond) {
        return new PlanSettings(rateBytesPerSecond, 0.05, MAX_MOVES);
    }
}
