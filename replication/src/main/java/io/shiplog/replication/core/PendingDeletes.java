// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The deletions of records that wait until every replica that may be elected starts where they ask. */
final class PendingDeletes {
    /** So many may wait; a client that asks again and again need not have more. */
    static final int LIMIT = 1_000;

    private record Pending(long token, long offset, long deadlineMs) {}

    private final List<Pending> pending = new ArrayList<>();

    /** What becomes of a deletion that waited. */
    @FunctionalInterface
    interface Answer {
        void answer(long token);
    }

    boolean isEmpty() {
        return pending.isEmpty();
    }

    boolean isFull() {
        return pending.size() >= LIMIT;
    }

    void add(long token, long offset, long deadlineMs) {
        pending.add(new Pending(token, offset, deadlineMs));
    }

    /** {@code Long.MAX_VALUE} when nothing waits. */
    long nextDeadlineMs() {
        long earliest = Long.MAX_VALUE;
        if (pending.isEmpty()) {
            return earliest; // asked with every produce
        }
        for (Pending each : pending) {
            earliest = Math.min(earliest, each.deadlineMs);
        }
        return earliest;
    }

    /** Takes out those that ask for no more than the low watermark. */
    void reached(long lowWatermark, Answer answer) {
        take(Long.MIN_VALUE, lowWatermark, answer);
    }

    /** Takes out those whose time is over. */
    void expired(long nowMs, Answer answer) {
        take(nowMs, Long.MIN_VALUE, answer);
    }

    void drain(Answer answer) {
        take(Long.MAX_VALUE, Long.MIN_VALUE, answer);
    }

    private void take(long deadlineUpTo, long offsetUpTo, Answer answer) {
        if (pending.isEmpty()) {
            return;
        }
        for (Iterator<Pending> each = pending.iterator(); each.hasNext(); ) {
            Pending next = each.next();
            if (next.deadlineMs <= deadlineUpTo || next.offset <= offsetUpTo) {
                each.remove();
                answer.answer(next.token);
            }
        }
    }
}
