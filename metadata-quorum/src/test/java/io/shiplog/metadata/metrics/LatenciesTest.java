// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LatenciesTest {
    private final Latencies latencies = new Latencies();

    @Test
    void nothingYetIsNothing() {
        assertThat(latencies.count()).isZero();
        assertThat(latencies.quantileMicros(0.5)).isZero();
        assertThat(latencies.maxMicros()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 1, 3, 4, 5, 7, 8, 63, 64, 100, 1_000, 12_345, 999_999, 60_000_000, 3_600_000_000L})
    void aQuantileIsTrueToAQuarter(long micros) {
        latencies.record(micros * 1_000);
        latencies.record(100_000_000_000_000L);
        assertThat(latencies.quantileMicros(0.5)).isBetween(micros, micros + micros / 4);
    }

    @Test
    void quantilesFollowTheSamples() {
        for (int micros = 1; micros <= 1_000; micros++) {
            latencies.record(micros * 1_000L);
        }
        assertThat(latencies.count()).isEqualTo(1_000);
        assertThat(latencies.quantileMicros(0.5)).isBetween(500L, 625L);
        assertThat(latencies.quantileMicros(0.99)).isBetween(990L, 1_000L);
        assertThat(latencies.maxMicros()).isEqualTo(1_000);
    }

    @Test
    void aClockThatWentBackCountsAsNothing() {
        latencies.record(-5);
        assertThat(latencies.maxMicros()).isZero();
        assertThat(latencies.count()).isEqualTo(1);
    }
}
