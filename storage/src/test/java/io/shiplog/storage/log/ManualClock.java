// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.StorageClock;
import java.util.concurrent.atomic.AtomicLong;

/** Time that moves when the test says so. */
final class ManualClock implements StorageClock {
    private static final long WALL_CLOCK_AHEAD_MS = 1_700_000_000_000L;

    private final AtomicLong nowMs = new AtomicLong(1_000);

    @Override
    public long nowMs() {
        return nowMs.get();
    }

    @Override
    public long wallClockMs() {
        return nowMs.get() + WALL_CLOCK_AHEAD_MS;
    }

    void advance(long ms) {
        nowMs.addAndGet(ms);
    }
}
