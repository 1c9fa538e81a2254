// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.sim;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RandomClusterTest {
    private static final int SEEDS = Integer.getInteger("sim.seeds", 300);
    private static final int STEPS = 1_500;

    /** {@code -Dsim.seeds=N} runs more of them, {@code -Dsim.from=SEED -Dsim.seeds=1} replays one. */
    @Test
    void nothingAcknowledgedIsEverLostAndEveryClusterHeals() {
        long from = Long.getLong("sim.from", 1);
        long acknowledged = 0;
        long crashes = 0;
        long elections = 0;
        long deletions = 0;
        for (long seed = from; seed < from + SEEDS; seed++) {
            SimCluster cluster = new SimCluster(seed);
            try {
                cluster.run(STEPS);
                cluster.heal();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + e.getMessage(), e);
            }
            acknowledged += cluster.acknowledgedCount();
            crashes += cluster.crashes();
            elections += cluster.elections();
            deletions += cluster.deletions();
        }
        if (SEEDS >= 100) {
            assertThat(acknowledged).as("records acknowledged").isGreaterThan(SEEDS * 5L);
            assertThat(crashes).as("crashes").isGreaterThan(SEEDS);
            assertThat(elections).as("elections").isGreaterThan(SEEDS);
            assertThat(deletions).as("deletions answered").isGreaterThan(SEEDS);
        }
    }
}
