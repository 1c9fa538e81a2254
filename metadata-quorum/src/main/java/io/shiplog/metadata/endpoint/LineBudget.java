// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import java.util.function.LongSupplier;

/** Lines about callers that go into the log: whoever connects a thousand times a second must not fill it. Any thread. */
final class LineBudget {
    /** What {@link #take} says when the line is to be left out. */
    static final int LEFT_OUT = -1;

    private final int lines;
    private final long perMs;
    private final LongSupplier nowMs;
    private long beganMs;
    private int taken;
    private int leftOut;

    /** @param nowMs monotonic */
    LineBudget(int lines, long perMs, LongSupplier nowMs) {
        this.lines = lines;
        this.perMs = perMs;
        this.nowMs = nowMs;
        this.beganMs = nowMs.getAsLong();
    }

    /** How many lines were left out since the last one that was not; {@link #LEFT_OUT}: this one is left out, too. */
    synchronized int take() {
        long now = nowMs.getAsLong();
        if (now - beganMs >= perMs) {
            beganMs = now;
            taken = 0;
        }
        if (taken >= lines) {
            leftOut++;
            return LEFT_OUT;
        }
        taken++;
        int before = leftOut;
        leftOut = 0;
        return before;
    }
}
