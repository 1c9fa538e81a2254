// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.storage.model.InvariantViolation;

/** End of what is committed, as one replica knows it. Never goes back, save by {@link #cutTo}. */
final class HighWatermark {
    private long value;

    HighWatermark(long initial) {
        if (initial < 0) {
            throw new InvariantViolation("high watermark starts at " + initial);
        }
        value = initial;
    }

    long value() {
        return value;
    }

    /**
     * Moves forward to the candidate, bounded by the log; a candidate behind is no news.
     *
     * @return whether it moved
     */
    boolean advanceTo(long candidate, long logStartOffset, long logEndOffset) {
        long bounded = Math.max(logStartOffset, Math.min(candidate, logEndOffset));
        if (bounded <= value) {
            return false;
        }
        value = bounded;
        return true;
    }

    /** The log was cut, below the high watermark only after a recorded unclean election. */
    void cutTo(long logEndOffset) {
        value = Math.min(value, logEndOffset);
    }
}
