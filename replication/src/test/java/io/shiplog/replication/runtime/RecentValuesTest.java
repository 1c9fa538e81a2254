// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecentValuesTest {
    private final RecentValues values = new RecentValues(4);

    @Test
    void nothingIsKnownBeforeTheFirst() {
        assertThat(values.mean()).isEqualTo(AdaptiveRate.UNKNOWN);
        assertThat(values.percentile(90)).isEqualTo(AdaptiveRate.UNKNOWN);
    }

    @Test
    void theOldestIsForgotten() {
        for (int i = 1; i <= 5; i++) {
            values.add(i);
        }
        assertThat(values.mean()).isEqualTo(3.5);
    }

    @Test
    void whatWasNotToBeSeenIsNotANumber() {
        values.add(6);
        values.add(AdaptiveRate.UNKNOWN);
        values.add(2);
        assertThat(values.mean()).isEqualTo(4);
        assertThat(values.percentile(50)).isEqualTo(2);
        assertThat(values.percentile(100)).isEqualTo(6);
    }

    @Test
    void aSingleLargeOneInTwentyDoesNotShowInNinetyOfAHundred() {
        RecentValues twenty = new RecentValues(20);
        for (int i = 0; i < 20; i++) {
            twenty.add(i == 7 ? 500 : 1);
        }
        assertThat(twenty.percentile(90)).isEqualTo(1);
        twenty.add(300);
        twenty.add(300);
        assertThat(twenty.percentile(90)).isEqualTo(300);
    }
}
