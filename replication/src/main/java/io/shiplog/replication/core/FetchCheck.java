// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import org.apache.kafka.common.protocol.Errors;

/** The verdict on a follower's fetch: go on and read, refused, or diverged. Reused by its owner from fetch to fetch. */
public final class FetchCheck {
    private Errors error = Errors.NONE;
    private int divergingEpoch = -1;
    private long divergingEndOffset = -1;

    /** NONE, or why the fetch is refused. */
    public Errors error() {
        return error;
    }

    /** Whether the follower has to truncate before it can get records. */
    public boolean diverges() {
        return divergingEndOffset >= 0;
    }

    /** Largest epoch of the leader's log that is not above the follower's last one; −1 unless {@link #diverges()}. */
    public int divergingEpoch() {
        return divergingEpoch;
    }

    /** Where that epoch ends in the leader's log; −1 unless {@link #diverges()}. */
    public long divergingEndOffset() {
        return divergingEndOffset;
    }

    FetchCheck pass() {
        return set(Errors.NONE, -1, -1);
    }

    FetchCheck refuse(Errors reason) {
        return set(reason, -1, -1);
    }

    FetchCheck diverge(int epoch, long endOffset) {
        return set(Errors.NONE, epoch, endOffset);
    }

    private FetchCheck set(Errors newError, int epoch, long endOffset) {
        error = newError;
        divergingEpoch = epoch;
        divergingEndOffset = endOffset;
        return this;
    }
}
