// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.row;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class SoakRowTest {
    @Test
    void growthIsWhatComesAfterTheFirstQuarter() {
        List<Double> samples = List.of(10.0, 100.0, 200.0, 200.0, 201.0, 210.0, 206.0, 206.0);
        assertThat(SoakRow.growth(samples)).isEqualTo(6.0);
    }
}
