// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

/** Where a job stands. */
public enum JobState {
    RUNNING,
    /** By an operator: no move begins, and those that are under way copy nothing. */
    PAUSED,
    /** On the way to {@link #CANCELLED}: what is under way goes back, and what is done too where that was asked for. */
    CANCELLING,
    DONE,
    /** Ended without having done all of it; its message says why. */
    FAILED,
    CANCELLED;

    /** Whether it is over for good. */
    public boolean ended() {
        return this == DONE || this == FAILED || this == CANCELLED;
    }
}
