// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.demo;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A task on a thread of its own that may fail. */
final class BackgroundTask {
    private static final long POLL_MS = 5;

    /** What is to be done. */
    interface Work {
        void run() throws Exception;
    }

    private final Thread thread;
    private volatile Exception failure;
    private volatile boolean over;

    BackgroundTask(String name, Work work) {
        thread = new Thread(() -> run(work), name);
        thread.setDaemon(true);
    }

    private void run(Work work) {
        try {
            work.run();
        } catch (Exception e) {
            failure = e;
        } finally {
            over = true;
        }
    }

    void begin() {
        thread.start();
    }

    boolean isOver() {
        return over;
    }

    /** Waits until it is over; throws what went wrong. */
    void await() throws Exception {
        thread.join();
        if (failure != null) {
            throw failure;
        }
    }

    /** Waits until the condition holds. */
    static void until(Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }
}
