// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import io.shiplog.metadata.image.JobCounts;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobMove;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.image.PartitionId;
import java.util.Map;
import java.util.Set;

/**
 * How far a job is. Pure. What is done counts with its planned bytes, what is under way with what its targets hold by now.
 *
 * @param doneMoves moves that have ended as the job is to end: done, or back where they were when it is cancelled
 * @param ratio of the bytes; of the moves when they have no bytes; 0 to 1
 * @param activeMs for how long it has run, without pauses
 */
record JobProgress(int doneMoves, int moves, long doneBytes, long bytes, double ratio, long activeMs) {
    private static final long LEAST_MS = 1_000;

    /**
     * Adds up.
     *
     * @param held bytes that the targets of moves under way hold, each replica no more than is to be copied for it
     * @param nowMs wall clock, for the time only
     */
    static JobProgress of(JobImage job, Map<PartitionId, Long> held, long nowMs) {
        JobCounts counts = job.counts();
        int ended = counts.moves(MoveState.DONE)
                + counts.moves(MoveState.SKIPPED)
                + counts.moves(MoveState.FAILED)
                + counts.moves(MoveState.REVERTED);
        long done = counts.bytes(MoveState.DONE)
                + counts.bytes(MoveState.SKIPPED)
                + counts.bytes(MoveState.FAILED)
                + counts.bytes(MoveState.REVERTED);
        if (!job.movesDropped()) {
            for (int index : job.inFlight()) {
                done += bytesDone(job.move(index), held);
            }
        }
        double ratio = counts.bytes() > 0
                ? (double) done / counts.bytes()
                : counts.moves() == 0 ? 1 : (double) ended / counts.moves();
        if (job.state() == JobState.DONE) {
            ratio = 1;
        }
        return new JobProgress(ended, counts.moves(), done, counts.bytes(), ratio, activeMs(job, nowMs));
    }

    /** Bytes of a move that are where they are to be. */
    static long bytesDone(JobMove move, Map<PartitionId, Long> held) {
        return switch (move.state()) {
            case DONE, SKIPPED -> move.bytes();
            case MOVING -> Math.min(move.bytes(), held.getOrDefault(move.id(), 0L));
            case WAITING, FAILED, REVERTING, REVERTED -> 0;
        };
    }

    private static long activeMs(JobImage job, long nowMs) {
        long end = job.open() && job.state() != JobState.PAUSED ? Math.max(nowMs, lastMs(job)) : job.changedAtMs();
        return Math.max(1, end - job.createdAtMs() - job.pausedTotalMs());
    }

    /** The last that the controller has done about it, by its own clock: the one here may be behind. */
    private static long lastMs(JobImage job) {
        long lastMs = job.changedAtMs();
        for (int index : job.movesDropped() ? Set.<Integer>of() : job.inFlight()) {
            lastMs = Math.max(lastMs, job.move(index).changedAtMs());
        }
        return lastMs;
    }

    /** Since it began; 0 in the first second, when it says nothing. */
    double averageBytesPerSecond() {
        return activeMs < LEAST_MS ? 0 : doneBytes * 1_000.0 / activeMs;
    }

    /** Until the rest is there at a rate; -1 when nobody can say. */
    static long leftMs(long bytesLeft, double bytesPerSecond) {
        return bytesLeft > 0 && bytesPerSecond < 1 ? -1 : Math.round(bytesLeft * 1_000 / Math.max(1, bytesPerSecond));
    }
}
