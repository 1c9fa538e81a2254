// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;

/**
 * Whether a path allocates. Counts what this thread allocates, so neither time nor the other threads of a busy machine matter; and since the
 * tests' JVM compiles without escape analysis, what passes here passes by its source, not by luck of the compiler.
 */
public final class AllocationGate {
    /** Bytes per operation that count as none: what the JVM does by itself now and then. */
    public static final double NONE = 0.1;

    private static final int WARM_UP_ROUNDS = 3;
    private static final int MAX_ROUNDS = 20;
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    private AllocationGate() {}

    /** What is measured; what it throws fails the test. */
    @FunctionalInterface
    public interface Operation {
        void run() throws Exception;
    }

    /**
     * The least bytes per operation of a round, as soon as a round has none: classes are loaded, tables grow and code is compiled in others.
     *
     * @param operations in each round
     */
    public static double bytesPerOperation(int operations, Operation operation) throws Exception {
        double least = Double.MAX_VALUE;
        for (int round = 0; round < MAX_ROUNDS; round++) {
            double bytes = round(operations, operation);
            least = round < WARM_UP_ROUNDS ? least : Math.min(least, bytes);
            if (least < NONE) {
                return least;
            }
        }
        return least;
    }

    private static double round(int operations, Operation operation) throws Exception {
        long before = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        for (int i = 0; i < operations; i++) {
            operation.run();
        }
        long after = THREADS.getThreadAllocatedBytes(Thread.currentThread().getId());
        return (after - before) / (double) operations;
    }
}
