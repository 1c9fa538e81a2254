// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

/** What can go wrong. Every fault but a death ends by itself after its duration: what was killed starts, what was cut is whole again. */
public enum FaultKind {
    // ---- processes of storage nodes
    /** As by kill -9: what was written stays in the page cache. */
    KILL(FaultClass.PROCESS),
    /** What was not synced may be lost, in any part. */
    POWER_LOSS(FaultClass.POWER),
    /** The same, of all storage nodes at once. */
    POWER_LOSS_ALL(FaultClass.POWER),
    PAUSE(FaultClass.PROCESS),
    /** A stop in good order. */
    STOP(FaultClass.PROCESS),

    // ---- network
    /** Two storage nodes do not hear each other. */
    CUT(FaultClass.NETWORK),
    /** The second does not hear the first. */
    CUT_ONE_WAY(FaultClass.NETWORK),
    /** A storage node hears nobody. */
    ISOLATE(FaultClass.NETWORK),
    /** A storage node does not hear the quorum, nor the quorum it. */
    CUT_FROM_QUORUM(FaultClass.NETWORK),
    /** Clients do not hear a storage node. */
    CUT_FROM_CLIENTS(FaultClass.NETWORK),
    /** A link that comes and goes. */
    FLAP(FaultClass.NETWORK),
    /** Connections of a node break. */
    RESET(FaultClass.NETWORK),
    /** Everything takes many times as long. */
    SLOW_NETWORK(FaultClass.NETWORK),

    // ---- disks
    /** A sync fails; the process ends by itself. */
    FAIL_SYNC(FaultClass.DISK),
    FAIL_READ(FaultClass.ROT),
    ROT_BODY(FaultClass.ROT),
    ROT_HEADER(FaultClass.ROT),
    FULL(FaultClass.DISK),
    HANG(FaultClass.DISK),
    SLOW_DISK(FaultClass.DISK),
    /** A node that is down comes back with an older image of its disk. */
    ROLL_BACK(FaultClass.REPLACED),
    /** A node comes back with an empty disk. */
    WIPE(FaultClass.REPLACED),

    // ---- clocks
    CLOCK_JUMP(FaultClass.CLOCK),
    /** From the node's next life on. */
    CLOCK_DRIFT(FaultClass.CLOCK),

    // ---- the quorum
    /** The quorum node that leads is killed. */
    KILL_CONTROLLER(FaultClass.QUORUM),
    PAUSE_CONTROLLER(FaultClass.QUORUM),
    /** The leading quorum node does not hear the others; storage nodes hear it. */
    CUT_CONTROLLER(FaultClass.QUORUM),
    KILL_QUORUM_NODE(FaultClass.QUORUM),
    /** Leadership of the quorum moves though nothing is wrong. */
    MOVE_CONTROLLER(FaultClass.QUORUM),

    // ---- disks that are not true to what they were told
    /** A block of a segment lies where another one should be, and is missing in its own place. */
    MISDIRECTED_WRITE(FaultClass.MISPLACED),
    /** A block of a segment never arrived, though it was synced. */
    LOST_WRITE(FaultClass.MISPLACED),
    /** Some of the next reads of segments get what stands elsewhere in the file. */
    MISDIRECTED_READ(FaultClass.MISPLACED),
    /** Some of the next reads of segments get what stood there before the last write. */
    STALE_READ(FaultClass.MISPLACED),

    // ---- machines that are taken for others
    /** Two machines are switched off, and get each other's disk. */
    SWAP_DISKS(FaultClass.IDENTITY),

    /** A second process claims a node's id, perhaps while the first one is paused or down. */
    IMPOSTOR(FaultClass.IDENTITY),

    // ---- for good
    /** A storage node that the others can do without goes, and does not come back even when all else is healed. */
    DEATH(FaultClass.DEATH),

    // ---- cuts that leave other ways whole; only as part of a coincidence
    /** A storage node and the other storage nodes do not hear each other. */
    CUT_FROM_NODES(FaultClass.PARTIAL),
    /** No storage node hears another one. */
    NODES_APART(FaultClass.PARTIAL),

    // ---- as part of a coincidence
    /** All storage nodes but this one. */
    KILL_OTHERS(FaultClass.PARTIAL),
    /** The power goes between two things that the process does to its disk. */
    POWER_LOSS_AT_WRITE(FaultClass.PARTIAL),
    /** The same, shortly after the process has begun to cut a log, or a shipped segment to become one of a log, should that happen. */
    POWER_LOSS_AT_CUT(FaultClass.PARTIAL),
    /** Somebody who is not the other node fetches in its name from the first, without a broker epoch. */
    FORGED_FETCH(FaultClass.PARTIAL);

    private final FaultClass faultClass;

    FaultKind(FaultClass faultClass) {
        this.faultClass = faultClass;
    }

    public FaultClass faultClass() {
        return faultClass;
    }

    /** Whether a fault of this kind is of no effect in a situation: who dies must not be needed. */
    boolean rulesOut(Situation situation) {
        return this == DEATH && (situation == Situation.BELOW_MIN_ISR || situation == Situation.TOPIC_GOING);
    }
}
