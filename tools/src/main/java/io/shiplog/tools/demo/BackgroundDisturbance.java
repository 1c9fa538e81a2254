// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.demo;

import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;

/** A disturbance on a thread of its own, which may fail. */
abstract class BackgroundDisturbance implements Disturbance {
    private static final long POLL_MS = 5;

    private final Thread thread;
    private volatile Exception failure;
    private volatile boolean over;
    private volatile long startedNs;

    BackgroundDisturbance(String name) {
        thread = new Thread(this::runToItsEnd, name);
        thread.setDaemon(true);
    }

    /** Does it; may take as long as it likes. */
    abstract void run() throws Exception;

    /** The last node is being started again. */
    final void markStart() {
        startedNs = System.nanoTime();
    }

    private void runToItsEnd() {
        try {
            run();
        } catch (Exception e) {
            failure = e;
        } finally {
            over = true;
        }
    }

    @Override
    public final void begin() {
        thread.start();
    }

    @Override
    public final boolean isOver() {
        return over;
    }

    @Override
    public final void await() throws Exception {
        thread.join();
        if (failure != null) {
            throw failure;
        }
    }

    @Override
    public final long startedNs() {
        return startedNs;
    }

    /** Waits until the condition holds. */
    static void until(Callable<Boolean> condition) throws Exception {
        while (!condition.call()) {
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
    }
}
