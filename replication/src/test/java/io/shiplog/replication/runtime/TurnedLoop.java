// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** A loop that the test's own thread turns, with a clock that the test sets. Flusher threads may submit. */
final class TurnedLoop implements EventLoop {
    private record Timer(long atMs, long order, Runnable task) {}

    private final Thread thread = Thread.currentThread();
    private final LinkedBlockingQueue<Runnable> submitted = new LinkedBlockingQueue<>();
    private final PriorityQueue<Timer> timers =
            new PriorityQueue<>(Comparator.comparingLong(Timer::atMs).thenComparingLong(Timer::order));
    private long order;
    private long nowMs = 50_000;

    @Override
    public boolean inLoop() {
        return Thread.currentThread() == thread;
    }

    @Override
    public void execute(Runnable task) {
        submitted.add(task);
    }

    @Override
    public Cancellable schedule(Runnable task, long delayMs) {
        Timer timer = new Timer(nowMs + delayMs, order++, task);
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

    int timerCount() {
        return timers.size();
    }

    /** Time passes; what is due runs at its own time. */
    void pass(long ms) {
        long end = nowMs + ms;
        while (!timers.isEmpty() && timers.peek().atMs() <= end) {
            Timer timer = timers.poll();
            nowMs = Math.max(nowMs, timer.atMs());
            timer.task().run();
        }
        nowMs = end;
    }

    /** Runs what other threads submit until the condition holds. */
    void until(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            try {
                Runnable task = submitted.poll(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (task == null) {
                    throw new AssertionError("not within 20 seconds");
                }
                task.run();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
    }

    /** Runs what has been submitted so far. */
    void turn() {
        for (Runnable task = submitted.poll(); task != null; task = submitted.poll()) {
            task.run();
        }
    }
}
