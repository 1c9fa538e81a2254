// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.bench.harness.Figures;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tiny runs, so that the benchmarks work on the day on which somebody measures. */
class StorageBenchesRunTest {
    @TempDir
    Path directory;

    @Test
    void scaleFillsOpensAndMeasures() throws Exception {
        Figures figures = StorageScaleMain.measure(new StorageScaleMain.Options(
                20, 2 << 20, 1, "128m", Files.createDirectory(directory.resolve("s")), false));
        assertThat(figures.samples("ready, killed before")).hasSize(1).allMatch(ms -> ms > 0);
        assertThat(figures.samples("ready, stopped before")).hasSize(1);
        assertThat(figures.samples("read behind the flush marks, killed before"))
                .allMatch(kib -> kib > 0 && kib < 1_000, "only the tails");
        assertThat(figures.samples("memory maps of segments, killed before")).containsExactly(0.0);
    }

    @Test
    void badOptionsAreRefused() {
        assertThatThrownBy(() -> StorageScaleMain.parse(new String[] {"--partition", "3"}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--partition");
    }

    @Test
    void probeOfSyncsHasAllKinds() throws Exception {
        Figures figures = SyncProbeMain.probe(Files.createDirectory(directory.resolve("p")), 3, 512);
        assertThat(figures.samples("write and sync: grows, fdatasync")).hasSize(3);
        assertThat(figures.samples("write and sync: used again, fdatasync")).hasSize(3);
    }
}
