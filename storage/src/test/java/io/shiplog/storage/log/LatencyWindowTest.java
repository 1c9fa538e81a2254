// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class LatencyWindowTest {
    private final LatencyWindow window = new LatencyWindow();

    private void add(int times, long ms) {
        for (int i = 0; i < times; i++) window.add(ms);
    }

    @Test
    void nothingTakesNoTime() {
        assertThat(window.p99Ms()).isZero();
        add(100, 0);
        assertThat(window.p99Ms()).isZero();
    }

    @Test
    void oneInAHundredIsPassedOverAndTwoAreNot() {
        add(99, 3);
        add(1, 700);
        assertThat(window.p99Ms()).isEqualTo(3);
        add(2, 700);
        assertThat(window.p99Ms()).isEqualTo(1023);
    }

    @Test
    void theWindowBeforeCountsAndWhatIsOlderDoesNot() {
        add(10, 700);
        window.turn();
        assertThat(window.p99Ms()).isEqualTo(1023);
        add(10, 1);
        assertThat(window.p99Ms()).isEqualTo(1023);
        window.turn();
        assertThat(window.p99Ms()).isEqualTo(1);
    }

    @Test
    void aDiskThatHungForDaysIsCountedToo() {
        add(1, Long.MAX_VALUE);
        assertThat(window.p99Ms()).isEqualTo((1L << 23) - 1);
    }
}
