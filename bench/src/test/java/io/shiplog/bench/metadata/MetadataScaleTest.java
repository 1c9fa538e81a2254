// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.metadata;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.bench.harness.Figures;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MetadataScaleTest {
    @TempDir
    Path directory;

    /** The whole run, tiny, with real processes: so that it works on the day on which somebody measures. */
    @Test
    void everyPhaseRunsAndIsInTheTable() throws Exception {
        ScaleOptions tiny = new ScaleOptions(30, 4, 1, 1, 1, "128m", false);
        Figures figures = new MetadataScale(tiny, directory).run();
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        figures.print(new PrintStream(table, true, StandardCharsets.UTF_8));
        assertThat(table.toString(StandardCharsets.UTF_8))
                .contains("| round, back to back | ms | 4 |")
                .contains("creation of all, known to all nodes")
                .contains("partition changes")
                .contains("failover: out of every ISR, known to all nodes")
                .contains("snapshot loaded")
                .contains("snapshot pushed to a node that knows nothing");
        assertThat(figures.samples("partition changes, 1000 a command"))
                .hasSize(2)
                .allMatch(rate -> rate > 0);
    }

    @Test
    void tableShowsMedianQuantileAndGreatest() {
        Figures figures = new Figures();
        for (int i = 10; i >= 1; i--) {
            figures.add("something", "ms", "<= 3", i);
        }
        ByteArrayOutputStream table = new ByteArrayOutputStream();
        figures.print(new PrintStream(table, true, StandardCharsets.UTF_8));
        assertThat(table.toString(StandardCharsets.UTF_8))
                .contains("| something | ms | 10 | 5.50 | 9.00 | 10.00 | <= 3 |");
    }

    @Test
    void optionsAreReadAndBadOnesRefused() {
        ScaleOptions options = ScaleOptions.parse(new String[] {"--partitions", "300", "--keep", "--heap", "256m"});
        assertThat(options.partitions()).isEqualTo(300);
        assertThat(options.heap()).isEqualTo("256m");
        assertThat(options.keep()).isTrue();
        assertThat(options.rounds()).isEqualTo(ScaleOptions.DEFAULTS.rounds());
        assertThatThrownBy(() -> ScaleOptions.parse(new String[] {"--partitions", "0"}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--partitions");
        assertThatThrownBy(() -> ScaleOptions.parse(new String[] {"--failover", "2"}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--failover");
    }
}
