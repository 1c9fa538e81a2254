// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CompareOptionsTest {
    @Test
    void resultsAreNamedByTheirSizeUnlessTheyHaveAName() {
        assertThat(CompareOptions.parse("--quick").name()).isEqualTo("quick");
        assertThat(CompareOptions.parse().name()).isEqualTo("full");
        assertThat(CompareOptions.parse("--name", "before", "--top", "/x").results())
                .hasToString("/x/var/bench/compare/before/results.jsonl");
    }

    @ParameterizedTest
    @CsvSource({
        "--runs, 0, 1 to 100",
        "--runs, many, 1 to 100",
        "--rows, (, regular expression",
        "--name, ../etc, letters",
        "--what, x, unknown option"
    })
    void whatIsWrongIsSaid(String option, String value, String message) {
        assertThatThrownBy(() -> CompareOptions.parse(option, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(message);
    }

    @Test
    void anOptionWithoutItsValueIsRefused() {
        assertThatThrownBy(() -> CompareOptions.parse("--rows")).hasMessageContaining("--rows");
    }
}
