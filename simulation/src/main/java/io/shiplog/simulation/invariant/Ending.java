// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.List;

/**
 * How a run ended.
 *
 * @param healed whether at the end nothing disturbed the core any more, for longer than anything takes to come right; without it only
 *     safety is judged
 * @param core the brokers that were healed; the others stay as they were
 * @param healedAt time at which healing began
 * @param longestOutageMs longest time in which no produce with acks=all succeeded although enough replicas were well; −1 when not measured
 * @param outageLimitMs what it may be
 */
public record Ending(boolean healed, List<Integer> core, long healedAt, long longestOutageMs, long outageLimitMs) {
    public Ending {
        core = List.copyOf(core);
    }

    /** Cut off in the middle: nothing is asked of it but safety. */
    public static Ending cutOff() {
        return new Ending(false, List.of(), 0, -1, 0);
    }
}
