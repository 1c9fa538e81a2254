// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.harness;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waiting, bounded. */
public final class Await {
    private static final long POLL_NS = TimeUnit.MILLISECONDS.toNanos(5);

    private Await() {}

    /** Asks each 5 ms until it is so; fails with a sentence when it is not within the time. */
    public static void until(String what, long patienceS, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(patienceS);
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                throw new IllegalStateException("waited " + patienceS + " s for " + what);
            }
            LockSupport.parkNanos(POLL_NS);
        }
    }

    /** Sleeps so long, whatever wakes the thread meanwhile. */
    public static void pause(double seconds) {
        long untilNs = System.nanoTime() + (long) (seconds * 1e9);
        for (long leftNs = untilNs - System.nanoTime(); leftNs > 0; leftNs = untilNs - System.nanoTime()) {
            LockSupport.parkNanos(leftNs);
        }
    }
}
