// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server;

import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.RejectedExecutionException;

/** An event loop whose tasks run when the test says so, on its thread. Any thread may give it tasks. Nothing becomes due on it. */
public final class HandLoop implements EventLoop {
    private final Queue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final boolean direct;
    private volatile boolean ended;

    private HandLoop(boolean direct) {
        this.direct = direct;
    }

    /** Waits for {@link #run}. */
    public static HandLoop waiting() {
        return new HandLoop(false);
    }

    /** Runs what it is given at once. */
    public static HandLoop direct() {
        return new HandLoop(true);
    }

    /** Runs what waits, and what comes of it. */
    public void run() {
        for (Runnable task = tasks.poll(); task != null; task = tasks.poll()) {
            task.run();
        }
    }

    /** It takes no tasks any more. */
    public void end() {
        ended = true;
    }

    /** How many tasks wait. */
    public int size() {
        return tasks.size();
    }

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        if (ended) {
            throw new RejectedExecutionException("the loop has ended");
        }
        if (direct) {
            task.run();
        } else {
            tasks.add(task);
        }
    }

    @Override
    public Cancellable schedule(Runnable task, long delayMs) {
        return () -> {};
    }

    @Override
    public long nowMs() {
        return 0;
    }

    @Override
    public long wallClockMs() {
        return 0;
    }
}
