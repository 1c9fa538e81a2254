// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.catchup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.bench.catchup.CatchUpMain.Way;
import io.shiplog.bench.harness.Figures;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A tiny run, so that the benchmark works on the day on which somebody measures. */
class CatchUpRunTest {
    @TempDir
    Path directory;

    @Test
    void aNodeLosesItsDiskAndReturns() throws Exception {
        CatchUpOptions options = new CatchUpOptions(6, 2, 1 << 20, 1, directory);
        Figures figures = CatchUpMain.measure(options, List.of(Way.SHIPPED));
        assertThat(figures.samples("until in sync, shipped")).hasSize(1).allMatch(ms -> ms > 0);
        assertThat(figures.samples("CPU of the other two, shipped")).hasSize(1);
    }

    @Test
    void badOptionsAreRefused() {
        assertThatThrownBy(() -> CatchUpOptions.parse(new String[] {"--gigs", "3"}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--gigs");
        assertThatThrownBy(() -> CatchUpOptions.parse(new String[] {"--gib", "many"}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("--gib");
    }
}
