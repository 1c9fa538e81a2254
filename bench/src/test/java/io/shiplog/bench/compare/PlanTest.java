// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class PlanTest {
    private static List<String> units(String... arguments) {
        return Plan.of(CompareOptions.parse(arguments)).stream()
                .map(step -> step.id().toString())
                .toList();
    }

    @Test
    void contestantsTakeTurnsThereAndBack() {
        assertThat(units("--rows", "^produce$", "--contestants", "^(kafka|shiplog)$", "--runs", "3"))
                .containsExactly(
                        "produce, kafka, 1",
                        "produce, shiplog, 1",
                        "produce, shiplog, 2",
                        "produce, kafka, 2",
                        "produce, kafka, 3",
                        "produce, shiplog, 3");
    }

    @Test
    void headlineRowsAreMeasuredFiveTimesAndOtherConfigurationsOnce() {
        assertThat(units("--rows", "^latency$").stream().filter(unit -> unit.contains(", shiplog,")))
                .hasSize(5);
        assertThat(units("--rows", "^latency$").stream().filter(unit -> unit.contains(", kafka-tuned,")))
                .hasSize(1);
        assertThat(units("--rows", "^idle$")).containsExactly("idle, kafka, 1", "idle, shiplog, 1");
    }

    @Test
    void theQuickRunIsThoughtToTakeTenMinutesAtMost() {
        double seconds = Plan.of(CompareOptions.parse("--quick")).stream()
                .mapToInt(step -> step.row().estimateS(step.contestant(), Scale.QUICK))
                .sum();
        assertThat(seconds).isLessThan(600);
    }

    @Test
    void theFullRunIsThoughtToTakeFiveHoursAtMost() {
        double seconds = Plan.of(CompareOptions.parse()).stream()
                .mapToInt(step -> step.row().estimateS(step.contestant(), Scale.FULL))
                .sum();
        assertThat(seconds).isLessThan(5 * 3_600);
    }
}
