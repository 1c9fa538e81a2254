// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class TableTest {
    private static List<Comparison> comparisons(String... lines) {
        return Comparison.of(Result.of(List.of(lines)));
    }

    private static String line(String cluster, String name, String verdict) {
        return String.join(
                "\t", cluster, "kcat", "groups", name, verdict, "12", verdict.equals("fail") ? "no answer" : "");
    }

    @Test
    void onlyWhatPassesOnKafkaIsAFault() {
        assertThat(comparisons(
                        line("kafka", "a", "pass"), line("shiplog", "a", "fail"),
                        line("kafka", "b", "fail"), line("shiplog", "b", "fail"),
                        line("kafka", "c", "fail"), line("shiplog", "c", "pass"),
                        line("kafka", "d", "pass"), line("shiplog", "d", "pass"),
                        line("kafka", "e", "none"), line("shiplog", "e", "none")))
                .extracting(Comparison::outcome)
                .containsExactly(
                        Comparison.Outcome.FAULT,
                        Comparison.Outcome.NEITHER,
                        Comparison.Outcome.BEYOND,
                        Comparison.Outcome.SAME,
                        Comparison.Outcome.NONE);
    }

    @Test
    void withoutKafkaEveryFailureIsAFault() {
        assertThat(comparisons(line("shiplog", "a", "fail"), line("shiplog", "b", "pass")))
                .extracting(Comparison::outcome)
                .containsExactly(Comparison.Outcome.FAULT, Comparison.Outcome.SAME);
    }

    @Test
    void differencesSayWhatEachClusterSaid() {
        Table table = new Table(
                comparisons(line("kafka", "a", "pass"), line("shiplog", "a", "fail"), line("kafka", "b", "pass")));
        assertThat(table.differences()).containsExactly("NO: kcat, groups: a", "    shiplog: no answer");
        assertThat(table.summary()).contains("| kcat | 2 | 1 | 0 | 1 | 0 |");
    }

    @Test
    void aRowHasAColumnForEachClientOfItsArea() {
        Table table = new Table(comparisons(
                line("kafka", "a", "pass"),
                line("shiplog", "a", "pass"),
                line("shiplog", "b|c", "fail").replace("kcat", "KafkaJS")));
        assertThat(table.details())
                .isEqualTo("\n| groups | kcat | KafkaJS |\n|---|---|---|\n| a | yes |  |\n| b\\|c |  | NO |\n");
    }

    @Test
    void aLineThatIsNoResultIsRefused() {
        assertThatThrownBy(() -> comparisons("kafka\tkcat\tgroups\ta\tgood\t1\t"))
                .hasMessageContaining("no result");
        assertThatThrownBy(() -> comparisons("kafka\tkcat")).hasMessageContaining("no result");
    }
}
