// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.Arrays;
import java.util.function.IntPredicate;
import org.apache.kafka.common.Uuid;

/** One partition's way from an assignment to another, as part of a job. Immutable; arrays handed out are copies. */
public final class JobMove {
    private final PartitionId id;
    private final int[] replicas;
    private final int[] expected;
    /** Of the target, not among the expected; and the other way round. */
    private final int[] coming;

    private final int[] leaving;
    private final long bytes;
    private final int stage;
    private final MoveState state;
    private final long changedAtMs;

    /**
     * @param replicas the target, preferred leader first
     * @param expected the assignment that the job found, and that it goes back to when it is cancelled
     * @param bytes to be copied, as planned; for display
     * @param stage moves begin when all those of earlier stages have ended
     * @param changedAtMs wall clock of the last change of state; 0: none yet
     */
    JobMove(PartitionId id, int[] replicas, int[] expected, long bytes, int stage, MoveState state, long changedAtMs) {
        this(
                id,
                replicas,
                expected,
                without(replicas, expected),
                without(expected, replicas),
                bytes,
                stage,
                state,
                changedAtMs);
    }

    private JobMove(
            PartitionId id,
            int[] replicas,
            int[] expected,
            int[] coming,
            int[] leaving,
            long bytes,
            int stage,
            MoveState state,
            long changedAtMs) {
        this.id = id;
        this.replicas = replicas;
        this.expected = expected;
        this.coming = coming;
        this.leaving = leaving;
        this.bytes = bytes;
        this.stage = stage;
        this.state = state;
        this.changedAtMs = changedAtMs;
    }

    private static int[] without(int[] nodes, int[] others) {
        return Arrays.stream(nodes)
                .filter(node -> !any(others, other -> other == node))
                .toArray();
    }

    private static boolean any(int[] nodes, IntPredicate passes) {
        for (int node : nodes) {
            if (passes.test(node)) {
                return true;
            }
        }
        return false;
    }

    JobMove with(MoveState next, long atMs) {
        return new JobMove(id, replicas, expected, coming, leaving, bytes, stage, next, atMs);
    }

    public PartitionId id() {
        return id;
    }

    public Uuid topicId() {
        return id.topicId();
    }

    public int partition() {
        return id.partition();
    }

    public int[] replicas() {
        return replicas.clone();
    }

    public int[] expected() {
        return expected.clone();
    }

    public long bytes() {
        return bytes;
    }

    public int stage() {
        return stage;
    }

    public MoveState state() {
        return state;
    }

    public long changedAtMs() {
        return changedAtMs;
    }

    /** Where the partition is on its way to: the target, or back. */
    public int[] destination() {
        return state == MoveState.REVERTING || state == MoveState.REVERTED ? expected() : replicas();
    }

    /** The nodes that get a replica they do not have, on the way that {@link #destination} says. */
    public int[] gaining() {
        return coming(state == MoveState.REVERTING || state == MoveState.REVERTED)
                .clone();
    }

    /** Whether a node passes that gets a replica on the way there; or, with {@code back}, on the way back. */
    public boolean gains(boolean back, IntPredicate node) {
        return any(coming(back), node);
    }

    /** Whether a node of the target passes; or, with {@code back}, of the assignment before. */
    public boolean needs(boolean back, IntPredicate node) {
        return any(back ? expected : replicas, node);
    }

    private int[] coming(boolean back) {
        return back ? leaving : coming;
    }

    long mixInto(long hash) {
        long result = StateHash.mix(StateHash.mix(hash, replicas), expected);
        result = StateHash.mix(StateHash.mix(StateHash.mix(result, id.topicId()), id.partition()), bytes);
        return StateHash.mix(StateHash.mix(StateHash.mix(result, stage), state.number()), changedAtMs);
    }

    @Override
    public String toString() {
        return "JobMove(" + id + ", " + Arrays.toString(expected) + " to " + Arrays.toString(replicas) + ", " + state
                + ")";
    }
}
