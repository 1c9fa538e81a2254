// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

/** Time, given so that tests can give another. */
public interface Clock {
    Clock SYSTEM = new Clock() {
        @Override
        public long nowMs() {
            return System.nanoTime() / 1_000_000;
        }

        @Override
        public long wallClockMs() {
            return System.currentTimeMillis();
        }
    };

    /** Monotonic. */
    long nowMs();

    long wallClockMs();
}
