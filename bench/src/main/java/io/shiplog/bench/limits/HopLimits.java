// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.limits;

import io.shiplog.bench.harness.Figures;
import java.util.Arrays;
import java.util.concurrent.locks.LockSupport;

/** How long it takes to wake a sleeping thread. */
final class HopLimits {
    private static final int HOPS = 4_000;
    private static final double NS_PER_US = 1_000;

    private final Figures figures;

    HopLimits(Figures figures) {
        this.figures = figures;
    }

    /** A thread that wakes whoever asked. */
    private static final class Answerer extends Thread {
        private final Thread asker;
        private volatile long asked;
        private volatile long answered;

        Answerer(Thread asker) {
            super("limits-hop");
            this.asker = asker;
        }

        @Override
        public void run() {
            long next = 1;
            while (next <= HOPS) {
                if (asked < next) {
                    LockSupport.park(this);
                } else {
                    answered = next++;
                    LockSupport.unpark(asker);
                }
            }
        }

        void ask(long number) {
            asked = number;
            LockSupport.unpark(this);
            while (answered < number) {
                LockSupport.park(this);
            }
        }
    }

    void run() {
        Answerer answerer = new Answerer(Thread.currentThread());
        answerer.start();
        double[] us = new double[HOPS];
        for (int i = 0; i < HOPS; i++) {
            long startNs = System.nanoTime();
            answerer.ask(i + 1L);
            // there and back are two
            us[i] = (System.nanoTime() - startNs) / NS_PER_US / 2;
        }
        Arrays.sort(us);
        figures.add("a sleeping thread woken: median", "us", "", Figures.median(us));
    }
}
