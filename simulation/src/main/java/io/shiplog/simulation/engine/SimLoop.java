// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.engine;

import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;
import java.util.ArrayDeque;

/** A thread of a simulated process: tasks in the order in which they came, one at a time, each an event of its own. */
public final class SimLoop implements EventLoop {
    /** A turn of a loop that is woken begins so much later, at most. */
    private static final int WAKE_UP_US = 20;

    private final Scheduler scheduler;
    private final SimProcess process;
    private final Dice dice;
    private final String name;
    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();
    private boolean turnIsDue;
    private boolean running;

    /** @param name a constant, for the trace */
    public SimLoop(Scheduler scheduler, SimProcess process, Dice dice, String name) {
        this.scheduler = scheduler;
        this.process = process;
        this.dice = dice;
        this.name = name;
    }

    @Override
    public boolean inLoop() {
        return running;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
        if (!turnIsDue) {
            turnIsDue = true;
            scheduler.after(running ? 0 : 1 + dice.nextInt(WAKE_UP_US), name, process, this::turn);
        }
    }

    private void turn() {
        turnIsDue = false;
        Runnable task = tasks.poll();
        if (!tasks.isEmpty()) {
            turnIsDue = true;
            scheduler.after(0, name, process, this::turn);
        }
        run(task);
    }

    private void run(Runnable task) {
        running = true;
        try {
            task.run();
        } finally {
            running = false;
        }
    }

    /**
     * What this thread waited for has come: a message, a timer. The task is carried out now when the thread has nothing to do, as one that
     * sleeps until something comes would do it, and behind all others when it has. Only from an event of its own, never from another loop's turn.
     */
    public void enter(Runnable task) {
        if (turnIsDue || running) {
            execute(task);
        } else {
            run(task);
        }
    }

    @Override
    public Cancellable schedule(Runnable task, long delayMs) {
        Timer timer = new Timer(task);
        long delayUs = process.clock().toSimulatedUs(Math.max(0, delayMs) * 1_000);
        timer.event = scheduler.after(delayUs, "timer", process, timer);
        return timer;
    }

    /** A task that can be called off, even while it waits for its turn. */
    private final class Timer implements Runnable, Cancellable {
        private Runnable task;
        private Scheduler.Event event;
        private boolean due;

        Timer(Runnable task) {
            this.task = task;
        }

        @Override
        public void run() {
            if (!due) {
                due = true;
                enter(this);
            } else if (task != null) {
                task.run();
            }
        }

        @Override
        public void cancel() {
            task = null;
            event.cancel();
        }
    }

    @Override
    public long nowMs() {
        return process.clock().nowMs();
    }

    @Override
    public long wallClockMs() {
        return process.clock().wallClockMs();
    }
}
