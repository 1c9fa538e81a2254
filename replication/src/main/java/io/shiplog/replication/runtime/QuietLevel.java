// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/** What one sign of trouble says while nothing is moved, so that what it says during a move can be judged. */
final class QuietLevel {
    private static final double WEIGHT = 0.05;
    /** Other nodes may move much while this one does not: what that does to it is not quickly taken for quiet. */
    private static final double WEIGHT_WHILE_MOVING = 0.005;

    /** What is better than quiet is soon believed. */
    private static final double WEIGHT_DOWN = 0.2;

    private static final int FEW = 20;
    private static final double MORE_THAN_QUIET = 1.5;
    private static final double DEVIATIONS = 2;

    private final double harmless;
    private double typical;
    private double deviation;
    private int learned;

    /** @param harmless values up to this one never mean trouble */
    QuietLevel(double harmless) {
        this.harmless = harmless;
    }

    /**
     * So it is without a move.
     *
     * @param moving there is one, too slow to be the reason
     */
    void learn(double value, boolean moving) {
        if (value < 0) {
            return;
        }
        learned++;
        boolean better = value < typical && learned > FEW;
        double weight = Math.max(1.0 / learned, moving ? WEIGHT_WHILE_MOVING : better ? WEIGHT_DOWN : WEIGHT);
        deviation += weight * (Math.abs(value - typical) - deviation);
        typical += weight * (value - typical);
        if (learned == 1) {
            deviation = value / 2;
        }
    }

    /** How much of what is bearable the value is: above 1 is trouble. 0 when there is no value. */
    double part(double value) {
        return value < 0 ? 0 : value / bearable();
    }

    double bearable() {
        return Math.max(harmless, MORE_THAN_QUIET * typical + DEVIATIONS * deviation);
    }
}
