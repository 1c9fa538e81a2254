// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

/** How much there may be of jobs. */
final class JobLimits {
    /** Moves of one job. */
    static final int MOVES = 10_000;
    /** Jobs that have not ended. */
    static final int OPEN_JOBS = 20;
    /** Moves of all jobs that have not ended; and about as many of those that have are kept. */
    static final int OPEN_MOVES = 50_000;
    /** Ended jobs that are remembered. */
    static final int ENDED_JOBS = 50;
    /** How long the moves of an ended job are kept; their counts are kept as long as the job. */
    static final long KEEP_MOVES_MS = 600_000;
    /** Bytes of one move, so that the sum of all can be told: half a pebibyte. */
    static final long MOVE_BYTES = 1L << 49;
    /** Nodes that a sentence names one by one. */
    static final int NAMED = 20;
    /** Characters of a title. */
    static final int TITLE = 200;
    /** Moves at a time that may be asked for. */
    static final int IN_FLIGHT = 1_000;
    /** Moves in one record. */
    static final int MOVES_PER_RECORD = 500;

    private JobLimits() {}
}
