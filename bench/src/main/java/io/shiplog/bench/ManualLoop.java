// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench;

import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/** The loop of a benchmark: its own thread. Tasks wait until {@link #run}; timers never fire. Neither allocates. */
public final class ManualLoop implements EventLoop {
    private static final Cancellable NEVER_FIRES = () -> {};

    private final ArrayDeque<Runnable> tasks = new ArrayDeque<>();

    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        synchronized (tasks) {
            tasks.add(task);
        }
    }

    @Override
    public Cancellable schedule(Runnable task, long delayMs) {
        return NEVER_FIRES;
    }

    @Override
    public long nowMs() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
    }

    @Override
    public long wallClockMs() {
        return System.currentTimeMillis();
    }

    /** Runs what waits, and what comes meanwhile. */
    public void run() {
        for (Runnable task = next(); task != null; task = next()) {
            task.run();
        }
    }

    private Runnable next() {
        synchronized (tasks) {
            return tasks.poll();
        }
    }
}
