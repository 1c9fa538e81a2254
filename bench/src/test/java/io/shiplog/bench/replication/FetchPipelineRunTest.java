// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** The benchmark runs, tiny, so that it does not rot between the days on which somebody measures. */
class FetchPipelineRunTest {
    private final FetchPipelineMain tiny = new FetchPipelineMain(200, 1);

    @Test
    void recordsAreCommitted() throws Exception {
        assertThat(tiny.commits(1, 0, 4, 2)).isPositive();
    }

    @Test
    void aFollowerCatchesUp() throws Exception {
        assertThat(tiny.catchUp(1, 250)).isGreaterThan(900_000);
    }
}
