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
 * sync runs is the next group. Threads are never interrupted: that would close the channels they use.
 */
final class Flusher implements FlushWork {
    private static final Logger LOG = LoggerFactory.getLogger(Flusher.class);

    private final List<Thread> threads = new ArrayList<>();

    /** The queue, and how many threads wait for it to fill; guarded by this. */
    private final ArrayDeque<Round> queue = new ArrayDeque<>();

    private int waiting;
    private boolean closing;

    Flusher(int threadCount, String name) {
        for (int i = 0; i < threadCount; i++) {
            Thread thread = new Thread(this::run, "shiplog-flush-" + name + "-" + i);
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
            queue.add(round);
            if (waiting > 0 && !taken) notify();
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

    private void run() {
        for (Round round = take(); round != null; round = take()) {
            round.awaitBurst();
            round.begin();
            round.sync();
            round.complete();
        }
    }

    /** Null at the end. An interrupt is nobody's business here: it is passed over, since it would close the channel of the next sync. */
    private synchronized Round take() {
        while (queue.isEmpty()) {
            if (closing) return null;
            waiting++;
            try {
                wait();
            } catch (InterruptedException e) {
                LOG.debug(
                        "An interrupt of {} is passed over",
                        Thread.currentThread().getName());
            } finally {
                waiting--;
            }
        }
        return queue.poll();
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
