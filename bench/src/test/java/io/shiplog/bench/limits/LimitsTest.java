// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.limits;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.bench.harness.Figures;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LimitsTest {
    @TempDir
    Path temp;

    @Test
    void everyLimitIsMeasuredAndNothingIsLeftBehind() throws IOException {
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        Figures figures = LimitsMain.measure(temp, 1, new PrintStream(printed, true, StandardCharsets.UTF_8));
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .contains("| memcpy of 64 KiB, hot | GB/s | 1 |")
                .contains("fdatasync")
                .contains("sendfile");
        assertThat(figures.samples("pwrite of 64 KiB at the end of a file")).allMatch(us -> us > 0);
        try (var left = Files.list(temp)) {
            assertThat(left).isEmpty();
        }
    }
}
