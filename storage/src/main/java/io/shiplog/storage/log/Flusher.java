// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that sync segments of a data directory. Each dirty log stands in the queue once; what is appended while its
 * sync runs is the next group. A round that yields begins when no other waits, and never on the last free thread: what a replica fetches that is far behind is
 * much, and is not to stand before what a client waits for. Threads are never interrupted: that would close the channels they use.
 */
final class Flusher implements FlushWork {
    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

    private final List<Thread> threads = new ArrayList<>();

    /** The queue, and how many threads wait for it to fill; guarded by this. */
    private final ArrayDeque<Round> queue = new ArrayDeque<>();

    /** Rounds that yield. */
    private final ArrayDeque<Round> yielding = new ArrayDeque<>();

    private final int mostYielding;

    /** How many of those run. */
    private int runningYielding;

    private int waiting;
    private boolean closing;

    Flusher(int threadCount, String name) {
        mostYielding = Math.max(1, threadCount - 1);
        for (int i = 0; i < threadCount; i++) {
            Thread thread = new Thread(new Worker(), "shiplog-flush-" + name + "-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /** A thread of this flusher that submits is about to look for work itself: for a queue that was empty it wakes nobody. */
    @Override
    public void submit(Round round) {
        synchronized (this) {
            boolean taken = queue.isEmpty() && threads.contains(Thread.currentThread());
            (round.yields() ? yielding : queue).add(round);
            if (waiting > 0 && !taken) notify();
        }
    }

    @Override
    public synchronized void hurry(Round round) {
        if (yielding.remove(round)) {
            queue.add(round);
            if (waiting > 0) notify();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        for (Thread thread : threads) joinUninterruptibly(thread);
    }

    private final class Worker implements Runnable {
        /** What it carries out is one that yields. */
        private boolean yields;

        @Override
        public void run() {
            for (Round round = take(this); round != null; round = take(this)) {
                round.awaitBurst();
                round.begin();
                round.sync();
                round.complete();
            }
        }
    }

    /** Null at the end. */
    private synchronized Round take(Worker worker) {
        if (worker.yields) {
            worker.yields = false;
            runningYielding--;
        }
        while (true) {
            Round round = queue.poll();
            if (round != null) return round;
            if (closing || runningYielding < mostYielding) round = yielding.poll();
            if (round != null) {
                worker.yields = true;
                runningYielding++;
                return round;
            }
            if (closing) return null;
            awaitWork();
        }
    }

    /** An interrupt is nobody's business here: it is passed over, since it would close the channel of the next sync. */
    @SuppressWarnings("WaitNotInLoop") // whoever calls looks again
    private synchronized void awaitWork() {
        waiting++;
        try {
            wait();
        } catch (InterruptedException e) {
            LOG.debug(
                    "An interrupt of {} is passed over", Thread.currentThread().getName());
        } finally {
            waiting--;
        }
    }

    static void joinUninterruptibly(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }
}
