// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage;

import java.util.concurrent.TimeUnit;

/** The time, as an argument: storage reads no other clock. Any thread. */
public interface StorageClock {
    /** Milliseconds that never go back, with an arbitrary start; for intervals. */
    long nowMs();

    /** Milliseconds since the Unix epoch; may jump. */
    long wallClockMs();

    static StorageClock system() {
        return new StorageClock() {
            @Override
            public long nowMs() {
                return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
            }

            @Override
            public long wallClockMs() {
                return System.currentTimeMillis();
            }
        };
    }
}
