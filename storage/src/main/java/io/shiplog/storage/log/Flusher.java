// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * The threads that sync segments of a data directory. Each dirty log stands in the queue once; what is appended while its
 * sync runs is the next group. Threads are never interrupted: that would close the channels they use.
 */
final class Flusher implements FlushWork {
    /** Tells one thread to end. */
    private static final class Stop implements Round {
        @Override
        public void begin() {}

        @Override
        public void sync() {}

        @Override
        public void complete() {}
    }

    private final BlockingQueue<Round> queue = new LinkedBlockingQueue<>();
    private final List<Thread> threads = new ArrayList<>();

    Flusher(int threadCount, String name) {
        for (int i = 0; i < threadCount; i++) {
            Thread thread = new Thread(this::run, "shiplog-flush-" + name + "-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    @Override
    public void submit(Round round) {
        queue.add(round);
    }

    @Override
    public void close() {
        for (int i = 0; i < threads.size(); i++) queue.add(new Stop());
        for (Thread thread : threads) joinUninterruptibly(thread);
    }

    private void run() {
        while (true) {
            Round next = takeUninterruptibly();
            if (next instanceof Stop) return;
            next.begin();
            next.sync();
            next.complete();
        }
    }

    /** An interrupt is nobody's business here: it is passed over, since it would close the channel of the next sync. */
    private Round takeUninterruptibly() {
        Round next = null;
        while (next == null) {
            try {
                next = queue.take();
            } catch (InterruptedException e) {
                next = null;
            }
        }
        return next;
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
