// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.row;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.shiplog.bench.compare.Scale;
import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.cluster.LocalCluster;
import io.shiplog.bench.compare.load.PerfTool;
import io.shiplog.bench.compare.result.Figure;
import io.shiplog.bench.compare.result.Measure;
import io.shiplog.bench.compare.result.Result;
import io.shiplog.bench.harness.DiskWatch;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramLogReader;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunTest {
    @TempDir
    Path temp;

    @Test
    void latenciesBecomeFiguresAndACurveAndAFileThatOthersRead() throws IOException {
        Histogram acks = new Histogram(3);
        for (int ms = 1; ms <= 1_000; ms++) {
            acks.recordValue(ms * 1_000_000L);
        }
        try (DiskWatch disk = DiskWatch.of(temp);
                LocalCluster none = new LocalCluster(Contestant.SHIPLOG, temp, temp.resolve("cluster"))) {
            Run run = new Run(Scale.TINY, none, new PerfTool(""), temp.resolve("latency-shiplog-1"), disk);
            run.noteLatencies("1,000/s", acks);

            assertThat(run.figures().get(new Figure("1,000/s", Measure.ACK_P99)))
                    .singleElement()
                    .satisfies(ms -> assertThat(ms).isCloseTo(990, within(1.0)));
            List<Result.Point> curve = run.curves().get("1,000/s ack");
            assertThat(curve).isSortedAccordingTo((a, b) -> Double.compare(a.percentile(), b.percentile()));
            assertThat(curve.get(curve.size() - 1).percentile()).isEqualTo(99.99);
        }
        try (var files = Files.list(temp)) {
            Path file = files.findFirst().orElseThrow();
            assertThat(file).hasFileName("latency-shiplog-1-1-000-s-ack.hlog");
            HistogramLogReader reader = new HistogramLogReader(file.toFile());
            assertThat(((Histogram) reader.nextIntervalHistogram()).getTotalCount())
                    .isEqualTo(1_000);
        }
    }
}
