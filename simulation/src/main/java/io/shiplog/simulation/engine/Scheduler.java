// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.engine;

import java.util.PriorityQueue;

/**
 * Virtual time and what happens in it: one queue, ordered by time, among equals by chance. One thread runs everything; nothing takes time
 * but waiting. Times are microseconds since the start of the run.
 */
public final class Scheduler {
    /** Something that is going to happen. */
    public static final class Event implements Comparable<Event> {
        private final long atUs;
        private final int tie;
        private final long number;
        private final String what;
        private final SimProcess process;
        private final Runnable task;
        private boolean cancelled;

        private Event(long atUs, int tie, long number, String what, SimProcess process, Runnable task) {
            this.atUs = atUs;
            this.tie = tie;
            this.number = number;
            this.what = what;
            this.process = process;
            this.task = task;
        }

        /** It does not happen; of no effect when it has happened. */
        public void cancel() {
            cancelled = true;
        }

        @Override
        public int compareTo(Event other) {
            int byTime = Long.compare(atUs, other.atUs);
            if (byTime != 0) {
                return byTime;
            }
            int byTie = Integer.compare(tie, other.tie);
            return byTie != 0 ? byTie : Long.compare(number, other.number);
        }

        @Override
        public boolean equals(Object other) {
            return this == other;
        }

        @Override
        public int hashCode() {
            return Long.hashCode(number);
        }
    }

    private final PriorityQueue<Event> queue = new PriorityQueue<>();
    private final Dice dice;
    private final Trace trace;
    private long nowUs;
    private long numbers;
    private long steps;

    public Scheduler(Dice dice, Trace trace) {
        this.dice = dice;
        this.trace = trace;
    }

    public long nowUs() {
        return nowUs;
    }

    /** Events that have happened. */
    public long steps() {
        return steps;
    }

    public Trace trace() {
        return trace;
    }

    /**
     * Something happens at a time, not before now.
     *
     * @param what a constant, for the trace
     * @param process whose doing it is: it does not happen when that is dead by then, and waits while it is paused; null for nobody's
     */
    public Event at(long atUs, String what, SimProcess process, Runnable task) {
        Event event = new Event(Math.max(atUs, nowUs), dice.nextInt(), ++numbers, what, process, task);
        queue.add(event);
        return event;
    }

    public Event after(long delayUs, String what, SimProcess process, Runnable task) {
        return at(nowUs + Math.max(0, delayUs), what, process, task);
    }

    /** When the next event is due; {@code Long.MAX_VALUE} when there is none. */
    public long nextAtUs() {
        Event next = queue.peek();
        return next == null ? Long.MAX_VALUE : next.atUs;
    }

    /**
     * Lets the next event happen.
     *
     * @return whose doing it was; null when nothing happened, or nobody's doing
     */
    public SimProcess runNext() {
        Event event = queue.poll();
        if (event == null || event.cancelled) {
            return null;
        }
        SimProcess process = event.process;
        if (process != null && !process.isAlive()) {
            return null;
        }
        nowUs = event.atUs;
        if (process != null && process.isPaused()) {
            process.defer(event.what, event.task);
            return null;
        }
        steps++;
        trace.event(nowUs, event.what, process == null ? -1 : process.id());
        event.task.run();
        return process;
    }
}
