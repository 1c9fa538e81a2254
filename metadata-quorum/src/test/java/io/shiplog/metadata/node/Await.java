// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/** Waits for a condition with a deadline. */
public final class Await {
    private static final long EVERY_NS = 5_000_000;

    private Await() {}

    public static void until(String what, long timeoutMs, BooleanSupplier condition) {
        long deadlineNs = System.nanoTime() + timeoutMs * 1_000_000;
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > deadlineNs) {
                throw new AssertionError("not within " + timeoutMs + " ms: " + what);
            }
            LockSupport.parkNanos(EVERY_NS);
        }
    }
}
