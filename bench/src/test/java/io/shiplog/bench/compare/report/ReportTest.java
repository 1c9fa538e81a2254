// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.bench.compare.Fixtures;
import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.result.Figure;
import io.shiplog.bench.compare.result.Measure;
import io.shiplog.bench.compare.result.Result;
import io.shiplog.bench.limits.LimitsMain;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import javax.xml.parsers.DocumentBuilderFactory;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static final Map<String, Double> LIMITS =
            Map.of(LimitsMain.FLOOR, 1.5, LimitsMain.SYNC_P99, 300.0, LimitsMain.ROUND_TRIP, 50.0);

    private static Result produce(Contestant contestant, int repetition, double cpu, double mib) {
        return Fixtures.result(
                "produce",
                contestant,
                repetition,
                Map.of(
                        new Figure("warm", Measure.CPU_PER_GIB),
                        List.of(cpu),
                        new Figure("warm", Measure.THROUGHPUT),
                        List.of(mib)),
                LIMITS);
    }

    private static Result latency(Contestant contestant, double p50) {
        return Fixtures.result(
                "latency", contestant, 1, Map.of(new Figure("1,000/s", Measure.ACK_P50), List.of(p50)), LIMITS);
    }

    private static final List<Result> RESULTS = List.of(
            produce(Contestant.KAFKA, 1, 9, 100),
            produce(Contestant.SHIPLOG, 1, 2, 140),
            produce(Contestant.SHIPLOG, 2, 4, 140),
            produce(Contestant.SHIPLOG, 3, 2.5, 145),
            latency(Contestant.KAFKA, 0.6),
            latency(Contestant.SHIPLOG, 0.75),
            Fixtures.failed("idle", Contestant.SHIPLOG, 1, "no end after 600 s"));

    private static String page() {
        return Report.of(RESULTS, "full", "### By hand\n\nA reason.").page();
    }

    @Test
    void targetsHaveTheirVerdicts() {
        assertThat(page())
                .contains(
                        "| broker CPU per GiB produced, warm | ≤ 1/3 of Kafka's | 2.50 s/GiB | 9.00 s/GiB | 0.28 | reached |")
                .contains(
                        "| producer throughput, Kafka's perf tool | ≥ 1.50 × Kafka's without fsync | 140 MiB/s | 100 MiB/s | 1.40 | **missed** |")
                .containsPattern("cold start to the first ack, three combined .*\\| not measured \\|");
    }

    @Test
    void aFigureHasItsMedianItsRangeAndItsRatios() {
        assertThat(page())
                .contains("| warm: CPU of all brokers, s/GiB | 9.00 | 2.50 (2.00 to 4.00, 3) | 0.28 | 1.67 |")
                .contains("| 1,000/s: ack latency, p50, ms | 0.60 | 0.75 | 1.25 | 7.50 |");
    }

    @Test
    void whereWeAreWorseIsSaid() {
        String losses = page().substring(page().indexOf("## Where we lose"));
        assertThat(losses)
                .contains("| latency, 1,000/s: ack latency, p50, ms | Shiplog 0.75 | Kafka 0.60 | 1.25 |")
                .doesNotContain("| produce, warm");
    }

    @Test
    void notesAndFailuresAndLimitsAreThere() {
        assertThat(page())
                .contains("### By hand\n\nA reason.")
                .contains("- idle, shiplog, 1: no end after 600 s")
                .contains("| " + LimitsMain.FLOOR + " | 1.50 |")
                .contains("commit: abc1234");
    }

    @Test
    void aReportOfASmallerSizeSaysWhatItsVerdictsAreWorth() {
        assertThat(Report.of(RESULTS, "quick", "").page()).contains("Not the full size");
        assertThat(page()).doesNotContain("Not the full size");
    }

    @Test
    void whoNeverLosesIsToldSo() {
        String page = Report.of(RESULTS.subList(0, 2), "full", "").page();
        assertThat(page).contains("In no figure that was measured.");
    }

    @Test
    void plotsAreWholeAndThePageShowsThem() throws Exception {
        Report.Pages pages = Report.of(RESULTS, "full", "");
        assertThat(pages.plots()).containsOnlyKeys("latency-1000-ack.svg", "cpu-warm.svg");
        for (Map.Entry<String, String> plot : pages.plots().entrySet()) {
            assertThat(pages.page()).contains("(benchmarks/" + plot.getKey() + ")");
            DocumentBuilderFactory.newInstance()
                    .newDocumentBuilder()
                    .parse(new ByteArrayInputStream(plot.getValue().getBytes(StandardCharsets.UTF_8)));
        }
        assertThat(pages.plots().get("cpu-warm.svg")).contains("floor 1.50").contains("prefers-color-scheme:dark");
    }
}
