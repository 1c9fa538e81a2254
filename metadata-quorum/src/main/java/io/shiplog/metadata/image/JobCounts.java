// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

/** How many moves of a job are in which state, and how many bytes they were planned to copy. Immutable. */
public final class JobCounts {
    static final JobCounts NONE =
            new JobCounts(new int[MoveState.REVERTED.number()], new long[MoveState.REVERTED.number()]);

    private final int[] moves;
    private final long[] bytes;

    JobCounts(int[] moves, long[] bytes) {
        this.moves = moves;
        this.bytes = bytes;
    }

    public int moves(MoveState state) {
        return moves[state.number() - 1];
    }

    public long bytes(MoveState state) {
        return bytes[state.number() - 1];
    }

    /** Moves of all states. */
    public int moves() {
        int sum = 0;
        for (int each : moves) {
            sum += each;
        }
        return sum;
    }

    /** Bytes of all states. */
    public long bytes() {
        long sum = 0;
        for (long each : bytes) {
            sum += each;
        }
        return sum;
    }

    /** Moves that were to be done when the job began and have not ended: that wait, or are on their way. */
    public int open() {
        return moves(MoveState.WAITING) + moves(MoveState.MOVING) + moves(MoveState.REVERTING);
    }

    JobCounts plus(MoveState state, long moreBytes, int by) {
        int[] nextMoves = moves.clone();
        long[] nextBytes = bytes.clone();
        nextMoves[state.number() - 1] += by;
        nextBytes[state.number() - 1] += by * moreBytes;
        return new JobCounts(nextMoves, nextBytes);
    }
}
