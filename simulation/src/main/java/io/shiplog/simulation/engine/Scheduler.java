// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.engine;

/**
 * Virtual time and what happens in it: one queue, ordered by time, among equals by chance. One thread runs everything; nothing takes time
 * but waiting. Times are microseconds since the start of the run.
 */
public final class Scheduler {
    /** Something that is going to happen. */
    public static final class Event {
        private final String what;
        private final SimProcess process;
        private Runnable task;

        private Event(String what, SimProcess process, Runnable task) {
            this.what = what;
            this.process = process;
            this.task = task;
        }

        /** It does not happen; of no effect when it has happened. */
        public void cancel() {
            task = null;
        }

        private boolean isVoid() {
            return task == null || (process != null && !process.isAlive());
        }
    }

    private final EventQueue queue = new EventQueue();
    private final Dice dice;
    private final Trace trace;
    private long nowUs;
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
        Event event = new Event(what, process, task);
        queue.add(Math.max(atUs, nowUs), dice.nextInt(), event);
        return event;
    }

    public Event after(long delayUs, String what, SimProcess process, Runnable task) {
        return at(nowUs + Math.max(0, delayUs), what, process, task);
    }

    /** When the next event is due; {@code Long.MAX_VALUE} when there is none. What was called off, or was to be done by the dead, is none. */
    public long nextAtUs() {
        for (Event next = queue.peek(); next != null && next.isVoid(); next = queue.peek()) {
            queue.poll();
        }
        return queue.nextAtUs();
    }

    /**
     * Lets the next event happen.
     *
     * @return whose doing it was; null when nothing happened, or nobody's doing
     */
    public SimProcess runNext() {
        long atUs = queue.nextAtUs();
        Event event = queue.poll();
        if (event == null || event.task == null) {
            return null;
        }
        Runnable task = event.task;
        SimProcess process = event.process;
        if (process != null && !process.isAlive()) {
            return null;
        }
        nowUs = atUs;
        if (process != null && process.isPaused()) {
            process.defer(event.what, () -> {
                if (event.task != null) {
                    event.task.run();
                }
            });
            return null;
        }
        steps++;
        trace.event(nowUs, event.what, process == null ? -1 : process.id());
        task.run();
        return process;
    }
}
