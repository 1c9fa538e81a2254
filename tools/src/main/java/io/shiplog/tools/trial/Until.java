// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.io.IOException;
import java.util.concurrent.TimeUnit;

/** Waits for conditions. */
public final class Until {
    private static final long POLL_MS = 5;

    private Until() {}

    /** Something that comes true. */
    public interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    /** Polls until it holds; false when the time is over. */
    public static boolean holds(long timeoutMs, Condition condition) throws IOException, InterruptedException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (!condition.holds()) {
            if (System.nanoTime() >= deadlineNs) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MS);
        }
        return true;
    }

    /** As {@link #holds}; a time that is over is a fault of what is tested. */
    public static void must(String what, long timeoutMs, Condition condition)
            throws IOException, InterruptedException, Fault {
        if (!holds(timeoutMs, condition)) {
            throw new Fault("not within " + timeoutMs + " ms: " + what);
        }
    }

    /** As {@link #must}, for moments that are over within a millisecond: does not pause between two looks. */
    public static void spin(String what, long timeoutMs, Condition condition)
            throws IOException, InterruptedException, Fault {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (!condition.holds()) {
            if (System.nanoTime() >= deadlineNs) {
                throw new Fault("not within " + timeoutMs + " ms: " + what);
            }
            Thread.onSpinWait();
        }
    }
}
