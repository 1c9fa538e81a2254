// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

/** What a peer is in its group. */
public enum RaftRole {
    NONE(0),
    LEADER(1),
    CANDIDATE(2),
    FOLLOWER(3);

    private final int number;

    RaftRole(int number) {
        this.number = number;
    }

    /** The role as a metric tells it. */
    public int number() {
        return number;
    }
}
