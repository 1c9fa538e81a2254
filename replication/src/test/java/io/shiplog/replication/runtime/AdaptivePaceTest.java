// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class AdaptivePaceTest {
    private static final int S = 1_000;

    private final TurnedLoop time = new TurnedLoop();
    private final ReplicationThrottles throttles = new ReplicationThrottles();
    private int timers;
    private int looks;

    /** Counts the timers that are set. */
    private final EventLoop loop = new EventLoop() {
        @Override
        public boolean inLoop() {
            return time.inLoop();
        }

        @Override
        public void execute(Runnable task) {
            time.execute(task);
        }

        @Override
        public Cancellable schedule(Runnable task, long delayMs) {
            timers++;
            return time.schedule(task, delayMs);
        }

        @Override
        public long nowMs() {
            return time.nowMs();
        }

        @Override
        public long wallClockMs() {
            return time.wallClockMs();
        }
    };

    private final AdaptivePace pace = new AdaptivePace(loop, throttles, () -> {
        looks++;
        return AdaptiveRate.UNKNOWN;
    });

    private void start() {
        pace.start();
        time.pass(S);
        timers = 0;
        looks = 0;
    }

    @Test
    void anIdleNodeIsWokenForEachLookOnly() {
        start();
        time.pass(10 * S);
        assertThat(looks).isEqualTo(40);
        assertThat(timers).isEqualTo(40);
    }

    @Test
    void whileClientsUseTheNodeTheLoopIsProbedFiveTimesALook() {
        start();
        for (int i = 0; i < 100; i++) {
            throttles.clientLoad().acknowledged(1);
            time.pass(100);
        }
        assertThat(looks).isEqualTo(40);
        assertThat(timers).isBetween(195, 200);
    }

    @Test
    void whileAJobAdaptsItsRateTheLoopIsProbedFiveTimesALook() {
        throttles.jobs().adapt(1, 1 << 20, time.nowMs());
        start();
        time.pass(10 * S);
        assertThat(looks).isEqualTo(40);
        assertThat(timers).isEqualTo(200);
    }

    @Test
    void probesEndWhenClientsHaveGone() {
        throttles.clientLoad().acknowledged(1);
        start();
        time.pass(2 * S);
        timers = 0;
        time.pass(10 * S);
        assertThat(timers).isEqualTo(40);
    }

    @Test
    void afterItsEndItSetsNoTimer() {
        start();
        pace.close();
        time.pass(10 * S);
        assertThat(timers).isZero();
    }
}
