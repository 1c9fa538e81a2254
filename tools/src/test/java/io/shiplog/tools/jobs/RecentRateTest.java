// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentRateTest {
    private static final double AVERAGE = 77;

    private final RecentRate rate = new RecentRate();

    private void watch(long fromMs, long untilMs, long bytesPerSecond, long already) {
        for (long at = fromMs; at <= untilMs; at += 1_000) {
            rate.add(at, already + (at - fromMs) * bytesPerSecond / 1_000);
        }
    }

    @Test
    void whileItHasHardlyWatchedItIsTheAverage() {
        assertThat(rate.bytesPerSecond(AVERAGE)).isEqualTo(AVERAGE);
        watch(0, 9_000, 10, 0);
        assertThat(rate.bytesPerSecond(AVERAGE)).isEqualTo(AVERAGE);
        watch(10_000, 10_000, 10, 100);
        assertThat(rate.bytesPerSecond(AVERAGE)).isEqualTo(10);
    }

    @Test
    void theSlowBeginningOfAJobIsForgottenAfterTwiceAsLongATime() {
        watch(0, 20_000, 10, 0);
        watch(21_000, 63_000, 1_000, 1_200);
        assertThat(rate.bytesPerSecond(AVERAGE)).isEqualTo(1_000);
    }

    @Test
    void whatIsOlderThanTwoMinutesNeverCounts() {
        watch(0, 600_000, 1_000, 0);
        watch(601_000, 721_000, 10, 600_010);
        assertThat(rate.bytesPerSecond(AVERAGE)).isEqualTo(10);
    }

    @Test
    void whoLooksSeldomSeesTheTimeBetweenTwoLooks() {
        rate.add(0, 0);
        rate.add(150_000, 1_000_000);
        rate.add(300_000, 1_750_000);
        assertThat(rate.bytesPerSecond(AVERAGE)).isEqualTo(5_000);
    }

    @Test
    void bytesThatAreGoneAgainAreNoRate() {
        rate.add(0, 1_000);
        rate.add(10_000, 500);
        assertThat(rate.bytesPerSecond(AVERAGE)).isZero();
    }
}
