// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

/** What a cluster may be in the middle of when something goes wrong; any partition, any node. Several hold at once. */
public enum Situation {
    /** A partition has fewer replicas in sync than it needs to commit. */
    BELOW_MIN_ISR("isr<min"),
    /** Only one of several replicas is in sync. */
    LAST_IN_SYNC("last"),
    /** Somebody is out of the ISR and may still be elected. */
    ELR_NOT_EMPTY("elr"),
    /** A partition has no leader, or one that has not begun to lead. */
    LEADERLESS("noleader"),
    /** A leader has asked for another ISR and does not know what became of it. */
    ISR_CHANGE_OPEN("isr-chg"),
    /** A replica holds records of an earlier epoch that its leader does not have at this place: they have to be cut. */
    TRUNCATING("to-cut"),
    /** Replicas are being added or removed. */
    REASSIGNING("reassign"),
    /** A follower that is there is not in sync. */
    CATCHING_UP("catch-up"),
    /** Something of a log is not on its disk. */
    UNFLUSHED("unflushed"),
    /** It is not sure that what is committed is on the disks, though the policy asks for it. */
    NOT_DURABLE("n-durable"),
    /** A node comes back after a stop that was not in order, and does not serve yet. */
    RECOVERING("recover"),
    /** A node acts on older metadata than there are. */
    BEHIND_METADATA("behind"),
    /** No controller is active, or the quorum is without a leader. */
    CONTROLLER_MOVING("ctl-move"),
    /** The topic was deleted, and is not there again. */
    TOPIC_GOING("deleted"),
    /** Something else is wrong already. */
    OTHER_FAULT("2nd fault");

    private final String label;

    Situation(String label) {
        this.label = label;
    }

    /** For a column of a table. */
    public String label() {
        return label;
    }
}
