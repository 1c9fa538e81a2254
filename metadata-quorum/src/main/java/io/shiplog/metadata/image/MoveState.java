// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

/** Where one move of a job stands. */
public enum MoveState {
    WAITING(1),
    /** The partition is being reassigned to the target. */
    MOVING(2),
    /** The assignment is the target, and all of it was in sync. */
    DONE(3),
    /** The topic was deleted. */
    SKIPPED(4),
    /** The target cannot be reached any more; the partition is where it was, or as it is when that cannot be reached either. */
    FAILED(5),
    /** The partition is being reassigned to where it was. */
    REVERTING(6),
    REVERTED(7);

    private final int number;

    MoveState(int number) {
        this.number = number;
    }

    /** As in records, from 1 on. */
    int number() {
        return number;
    }

    /** Whether the partition is being reassigned by the job. */
    public boolean inFlight() {
        return this == MOVING || this == REVERTING;
    }

    /** Whether the job has nothing to do with the partition any more, whatever becomes of the job. */
    boolean released() {
        return this == SKIPPED || this == FAILED;
    }
}
