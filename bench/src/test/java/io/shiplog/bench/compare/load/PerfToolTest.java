// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.load;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PerfToolTest {
    @Test
    void theLastLineCounts() {
        String out =
                "250000 records sent, 49990.0 records/sec (48.82 MB/sec), 400.1 ms avg latency, 900.0 ms max latency.\n"
                        + "393216 records sent, 91234.567890 records/sec (89.10 MB/sec), 310.20 ms avg latency, 900.00 ms max latency,"
                        + " 250 ms 50th, 600 ms 95th, 800 ms 99th, 890 ms 99.9th.\n";
        assertThat(PerfTool.parse(out)).isEqualTo(new PerfTool.Outcome(393_216, 89.10));
    }

    @Test
    void aToolThatSaysNothingHasSentNothing() {
        assertThat(PerfTool.parse("org.apache.kafka.common.errors.TimeoutException\n")
                        .records())
                .isZero();
    }
}
