// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.formation;

/** How far a disk has got. */
public enum Phase {
    /** Nothing but a peer id. */
    EMPTY(0),
    /** Bound to one formation; has not voted. */
    PREPARED(1),
    /** Member of a cluster since its formation; votes. */
    FORMED(2),
    /** A new disk of a cluster that exists; votes as soon as, and only when, the leader has added its peer id. */
    JOINING(3),
    /** Once a member, and taken out of the quorum: never votes again; the disk has to be emptied before the node can be added anew. */
    REMOVED(4);

    private final int number;

    Phase(int number) {
        this.number = number;
    }

    /** The phase as a message carries it. */
    public int number() {
        return number;
    }

    /** The phase of a message. One of another version counts as a formation that is not ours: nothing is formed with it. */
    public static Phase ofNumber(int number) {
        for (Phase phase : values()) {
            if (phase.number == number) {
                return phase;
            }
        }
        return PREPARED;
    }

    /** Whether a node of this phase runs its part of the Raft group. */
    public boolean runs() {
        return this == FORMED || this == JOINING;
    }
}
