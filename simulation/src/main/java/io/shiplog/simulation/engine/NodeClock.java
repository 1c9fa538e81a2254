// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.engine;

import io.shiplog.storage.StorageClock;

/** The clocks of one machine: a monotonic one that may run too fast or too slowly, and a wall clock that may be wrong and jump. */
public final class NodeClock implements StorageClock, io.shiplog.metadata.node.Clock {
    /** 14 November 2023. */
    public static final long WALL_START_MS = 1_700_000_000_000L;

    private final Scheduler scheduler;
    private final double rate;
    private final long monotonicStartUs;
    private long wallOffsetMs;

    /**
     * A clock that begins now.
     *
     * @param rate seconds that it shows for each that passes
     */
    public NodeClock(Scheduler scheduler, double rate, long monotonicStartUs, long wallOffsetMs) {
        this.scheduler = scheduler;
        this.rate = rate;
        this.monotonicStartUs = monotonicStartUs;
        this.wallOffsetMs = wallOffsetMs;
    }

    public long nowUs() {
        return monotonicStartUs + (long) (scheduler.nowUs() * rate);
    }

    public long nanoTime() {
        return nowUs() * 1_000;
    }

    @Override
    public long nowMs() {
        return nowUs() / 1_000;
    }

    @Override
    public long wallClockMs() {
        return WALL_START_MS + wallOffsetMs + scheduler.nowUs() / 1_000;
    }

    /** Somebody sets the wall clock. */
    public void jump(long ms) {
        wallOffsetMs += ms;
    }

    /** So much time passes until this clock has gone on by so much. */
    public long toSimulatedUs(long ownUs) {
        return (long) Math.ceil(ownUs / rate);
    }
}
