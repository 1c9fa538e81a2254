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
        running = true;
        try {
            task.run();
        } finally {
            running = false;
        }
    }

    @Override
    public Cancellable schedule(Runnable task, long delayMs) {
        boolean[] cancelled = new boolean[1];
        long delayUs = process.clock().toSimulatedUs(Math.max(0, delayMs) * 1_000);
        Scheduler.Event event = scheduler.after(
                delayUs,
                "timer",
                process,
                () -> execute(() -> {
                    if (!cancelled[0]) {
                        task.run();
                    }
                }));
        return () -> {
            cancelled[0] = true;
            event.cancel();
        };
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
