// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that sync segments of a data directory. Each dirty log stands in the queue once; what is appended while its
 * sync runs is the next group. There are no more threads at work than keep waits short ({@link FlushDemand}). A round that yields begins when no other waits, and never on the last
 * free thread: what a replica fetches that is far behind is much, and is not to stand before what a client waits for. Threads are never interrupted: that would close the channels
 * they use.
 */
final class Flusher implements FlushWork {
    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

    private final LongSupplier nanoTime;
    private final List<Worker> workers = new ArrayList<>();

    /** The queue, and all that follows, is guarded by this. */
    private final ArrayDeque<Round> queue = new ArrayDeque<>();

    /** Rounds that yield. */
    private final ArrayDeque<Round> yielding = new ArrayDeque<>();

    private final FlushDemand demand = new FlushDemand();
    private final int mostYielding;

    /** How many of those run. */
    private int runningYielding;

    /** Threads that wait and have not been called. */
    private int idle;

    /** Calls that no waiting thread has heard yet. */
    private int calls;

    private boolean closing;

    Flusher(int threadCount, String name) {
        this(threadCount, name, System::nanoTime);
    }

    Flusher(int threadCount, String name, LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
        mostYielding = Math.max(1, threadCount - 1);
        for (int i = 0; i < threadCount; i++) {
            workers.add(new Worker("shiplog-flush-" + name + "-" + i));
        }
        workers.forEach(worker -> worker.thread.start());
    }

    /** A thread of this flusher that submits is about to look for work itself: for a queue that was empty it calls nobody. */
    @Override
    public synchronized void submit(Round round) {
        if (round.yields()) {
            yielding.add(round);
            call();
            return;
        }
        boolean taken = queue.isEmpty() && isWorker(Thread.currentThread());
        queue.add(round);
        if (!taken) callIfNeeded();
    }

    @Override
    public synchronized void hurry(Round round) {
        if (yielding.remove(round)) {
            queue.add(round);
            callIfNeeded();
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closing = true;
            notifyAll();
        }
        for (Worker worker : workers) joinUninterruptibly(worker.thread);
    }

    /** Those that carry out a round, or are about to. */
    synchronized int threadsAtWork() {
        return workers.size() - idle;
    }

    private boolean isWorker(Thread thread) {
        for (Worker worker : workers) if (worker.thread == thread) return true;
        return false;
    }

    private void call() {
        if (idle == 0) return;
        idle--;
        calls++;
        notify();
    }

    private void callIfNeeded() {
        if (idle > 0 && demand.isMoreThan(threadsAtWork() - runningYielding, queue.size(), oldestNs())) call();
    }

    /** For how long the longest of the running rounds that do not yield has run. */
    private long oldestNs() {
        long nowNs = nanoTime.getAsLong();
        long oldestNs = 0;
        for (Worker worker : workers) {
            if (worker.busy && !worker.yields) oldestNs = Math.max(oldestNs, nowNs - worker.beganNs);
        }
        return oldestNs;
    }

    private final class Worker implements Runnable {
        private final Thread thread;

        /** This and what follows is guarded by the flusher. What is carried out is one that yields. */
        private boolean yields;

        private boolean busy;
        private long beganNs;

        Worker(String name) {
            thread = new Thread(this, name);
            thread.setDaemon(true);
        }

        @Override
        public void run() {
            for (Round round = take(this); round != null; round = take(this)) {
                round.awaitBurst();
                round.begin();
                round.sync();
                round.complete();
            }
        }

        private void begin(boolean oneThatYields) {
            busy = true;
            yields = oneThatYields;
            beganNs = nanoTime.getAsLong();
            if (yields) runningYielding++;
        }

        private void end() {
            if (!busy) return;
            busy = false;
            if (yields) {
                runningYielding--;
            } else {
                demand.took(nanoTime.getAsLong() - beganNs);
            }
        }
    }

    /** Null at the end. */
    private synchronized Round take(Worker worker) {
        worker.end();
        while (true) {
            Round round = queue.poll();
            if (round != null) {
                worker.begin(false);
                callIfNeeded();
                return round;
            }
            if (closing || runningYielding < mostYielding) round = yielding.poll();
            if (round != null) {
                worker.begin(true);
                return round;
            }
            if (closing) return null;
            awaitCall();
        }
    }

    /** An interrupt is nobody's business here: it is passed over, since it would close the channel of the next sync. */
    private synchronized void awaitCall() {
        idle++;
        while (calls == 0 && !closing) {
            try {
                wait();
            } catch (InterruptedException e) {
                LOG.debug(
                        "An interrupt of {} is passed over",
                        Thread.currentThread().getName());
            }
        }
        if (calls > 0) {
            calls--;
        } else {
            idle--;
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
