// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

/**
 * The acks=all produces that wait for the high watermark, ordered by the offset they need. A ring of primitives: a produce
 * in steady state costs no allocation.
 */
final class PendingAcks {
    private static final int INITIAL = 4;
    private static final long[] NONE = {};

    private final int limit;
    // Most partitions of a node with many are idle: there is room for nothing until somebody produces.
    private long[] required = NONE;
    private long[] deadlineMs = NONE;
    private long[] tokens = NONE;
    private int head;
    private int size;
    private long nextDeadlineMs = Long.MAX_VALUE;

    /** What becomes of a produce that waited. */
    @FunctionalInterface
    interface Answer {
        void answer(long token);
    }

    PendingAcks(int limit) {
        this.limit = limit;
    }

    int size() {
        return size;
    }

    boolean isFull() {
        return size >= limit;
    }

    /** Not later than the earliest deadline; {@code Long.MAX_VALUE} when nothing waits. */
    long nextDeadlineMs() {
        return size == 0 ? Long.MAX_VALUE : nextDeadlineMs;
    }

    /** Waits for the high watermark to reach the offset. A duplicate may need less than those before it. */
    void add(long requiredOffset, long deadline, long token) {
        if (size == required.length) {
            grow();
        }
        int at = size;
        while (at > 0 && required[slot(at - 1)] > requiredOffset) {
            move(at - 1, at);
            at--;
        }
        int slot = slot(at);
        required[slot] = requiredOffset;
        deadlineMs[slot] = deadline;
        tokens[slot] = token;
        nextDeadlineMs = size == 0 ? deadline : Math.min(nextDeadlineMs, deadline);
        size++;
    }

    /** Takes out, in offset order, those whose offset the high watermark has reached. */
    void reached(long highWatermark, Answer answer) {
        while (size > 0 && required[head] <= highWatermark) {
            answer.answer(removeHead());
        }
    }

    /** Takes out, in offset order, those whose time is over. */
    void expired(long nowMs, Answer answer) {
        if (nowMs < nextDeadlineMs()) {
            return;
        }
        int kept = 0;
        int count = size;
        long earliest = Long.MAX_VALUE;
        for (int i = 0; i < count; i++) {
            int slot = slot(i);
            if (deadlineMs[slot] <= nowMs) {
                answer.answer(tokens[slot]);
            } else {
                earliest = Math.min(earliest, deadlineMs[slot]);
                move(i, kept++);
            }
        }
        size = kept;
        nextDeadlineMs = earliest;
    }

    /** Takes out all, in offset order. */
    void drain(Answer answer) {
        while (size > 0) {
            answer.answer(removeHead());
        }
    }

    private long removeHead() {
        long token = tokens[head];
        head = (head + 1) & (required.length - 1);
        size--;
        return token;
    }

    private int slot(int index) {
        return (head + index) & (required.length - 1);
    }

    private void move(int from, int to) {
        int source = slot(from);
        int target = slot(to);
        required[target] = required[source];
        deadlineMs[target] = deadlineMs[source];
        tokens[target] = tokens[source];
    }

    private void grow() {
        int capacity = Math.max(INITIAL, required.length * 2);
        long[] newRequired = new long[capacity];
        long[] newDeadlines = new long[capacity];
        long[] newTokens = new long[capacity];
        for (int i = 0; i < size; i++) {
            int slot = slot(i);
            newRequired[i] = required[slot];
            newDeadlines[i] = deadlineMs[slot];
            newTokens[i] = tokens[slot];
        }
        required = newRequired;
        deadlineMs = newDeadlines;
        tokens = newTokens;
        head = 0;
    }
}
