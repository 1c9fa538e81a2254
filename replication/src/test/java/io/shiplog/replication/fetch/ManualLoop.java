// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;
import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** An event loop that the test's thread turns, on a clock that the test advances. Tasks may come from other threads. */
final class ManualLoop implements EventLoop {
    private record Timer(long atMs, long order, Runnable task) {}

    private static final int MOST_TASKS = 100_000;

    private final ConcurrentLinkedQueue<Runnable> tasks = new ConcurrentLinkedQueue<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::atMs).thenComparingLong(Timer::order));
    private final Thread thread = Thread.currentThread();
    private long nowMs = 1_000;
    private long scheduled;

    @Override
    public boolean inLoop() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void execute(Runnable task) {
        tasks.add(task);
    }

    @Override
    public Cancellable schedule(Runnable task, long delayMs) {
        Timer timer = new Timer(nowMs + delayMs, scheduled++, task);
        timers.add(timer);
        return () -> timers.remove(timer);
    }

    @Override
    public long nowMs() {
        return nowMs;
    }

    @Override
    public long wallClockMs() {
        return 1_700_000_000_000L + nowMs;
    }

    /** Runs what is to be run now, and what follows from it, which must come to an end. */
    void run() {
        int tasks = 0;
        for (Runnable task = next(); task != null; task = next()) {
            task.run();
            if (++tasks > MOST_TASKS) {
                throw new AssertionError("the loop does not come to rest");
            }
        }
    }

    private Runnable next() {
        Runnable task = tasks.poll();
        if (task != null) {
            return task;
        }
        Timer timer = timers.peek();
        return timer != null && timer.atMs <= nowMs ? timers.poll().task : null;
    }

    /** Lets time pass, millisecond by millisecond. */
    void advance(long ms) {
        run();
        for (long i = 0; i < ms; i++) {
            nowMs++;
            run();
        }
    }

    /** Runs, at a standing clock, until the condition holds: for what other threads (flushes) have to contribute. */
    void runUntil(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        run();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadline) {
                throw new AssertionError("not within ten seconds");
            }
            LockSupport.parkNanos(TimeUnit.MICROSECONDS.toNanos(100));
            run();
        }
    }

    /** Timers that wait. */
    int timers() {
        return timers.size();
    }
}
