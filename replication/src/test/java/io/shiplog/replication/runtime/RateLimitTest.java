// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class RateLimitTest {
    private static final long MIB = 1024 * 1024;

    private final RateLimit limit = new RateLimit();
    private long nowMs = 5_000;

    private void rate(long bytesPerSecond) {
        limit.setRate(bytesPerSecond, nowMs);
    }

    @Test
    void withoutARateEverythingPasses() {
        limit.take(Long.MAX_VALUE / 2, nowMs);
        assertThat(limit.isLimited()).isFalse();
        assertThat(limit.available(nowMs)).isEqualTo(Long.MAX_VALUE);
        assertThat(limit.waitMs(nowMs)).isZero();
        rate(RateLimit.UNLIMITED);
        assertThat(limit.isLimited()).isFalse();
    }

    @Test
    void aTenthOfASecondsWorthMayPassAtOnce() {
        rate(MIB);
        assertThat(limit.available(nowMs)).isEqualTo(MIB / 10);
        nowMs += 3_600_000;
        assertThat(limit.available(nowMs)).as("and never more").isEqualTo(MIB / 10);
    }

    @Test
    void aDebtIsPaidBeforeAnythingPasses() {
        rate(1_000);
        limit.take(2_100, nowMs);
        assertThat(limit.available(nowMs)).isEqualTo(-2_000);
        assertThat(limit.waitMs(nowMs)).isEqualTo(2_002);
        nowMs += 2_000;
        assertThat(limit.available(nowMs)).isZero();
        nowMs += 2;
        assertThat(limit.available(nowMs)).isPositive();
        assertThat(limit.waitMs(nowMs)).isZero();
    }

    /** Whoever waits as told and then takes a batch, of whatever size, gets the rate. */
    @Test
    void theRateHoldsWhateverTheSizeOfABatch() {
        for (long batch : new long[] {100, 700, 50_000, 3 * MIB}) {
            RateLimit each = new RateLimit();
            each.setRate(MIB, nowMs);
            long startMs = nowMs;
            long passed = 0;
            while (nowMs < startMs + 60_000) {
                while (each.available(nowMs) > 0) {
                    each.take(batch, nowMs);
                    passed += batch;
                }
                nowMs += each.waitMs(nowMs);
            }
            assertThat(passed).as("batches of " + batch).isBetween(59 * MIB, 64 * MIB);
        }
    }

    @Test
    void slowRatesAreExactToo() {
        rate(3);
        limit.take(limit.available(nowMs), nowMs);
        for (int i = 0; i < 10_000; i++) {
            nowMs++;
            if (limit.available(nowMs) > 0) {
                limit.take(1, nowMs);
            }
        }
        assertThat(limit.passedBytes()).isBetween(29L, 32L);
    }

    @Test
    void whatWasTakenInVainIsGivenBack() {
        rate(10_000);
        limit.take(1_000, nowMs);
        assertThat(limit.available(nowMs)).isZero();
        limit.take(-600, nowMs);
        assertThat(limit.available(nowMs)).isEqualTo(600);
        limit.take(-600, nowMs);
        assertThat(limit.available(nowMs)).as("never more than its burst").isEqualTo(1_000);
    }

    @Test
    void changedRatesHoldAtOnceAndTheDebtStays() {
        rate(1_000);
        limit.take(1_100, nowMs);
        rate(100_000);
        assertThat(limit.available(nowMs)).isEqualTo(-1_000);
        nowMs += 20;
        assertThat(limit.available(nowMs)).isEqualTo(1_000);
        rate(RateLimit.UNLIMITED);
        assertThat(limit.isLimited()).isFalse();
    }

    @Test
    void portionsFollowTheRateWithinTheirBounds() {
        assertThat(limit.portion(64, 1_000)).as("no limit").isEqualTo(1_000);
        rate(50_000);
        assertThat(limit.portion(64, 1_000)).isEqualTo(500);
        rate(10);
        assertThat(limit.portion(64, 1_000)).isEqualTo(64);
        rate(MIB);
        assertThat(limit.portion(64, 1_000)).isEqualTo(1_000);
    }

    @Test
    void thereIsNoRateBelowOneByte() {
        assertThatThrownBy(() -> rate(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
