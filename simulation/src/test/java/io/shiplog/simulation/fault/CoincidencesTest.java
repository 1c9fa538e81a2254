// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class CoincidencesTest {
    private static final int PRODUCES = 170;

    @Test
    void bringFaultsTogetherAndLoseNoProduce() {
        for (long seed = 1; seed <= 200; seed++) {
            Setup setup = Profile.COINCIDENCE.setup(seed);
            List<Step> steps = Profile.COINCIDENCE.schedule(setup).steps();
            assertThat(steps).as("seed " + seed).allMatch(step -> step.atMs() >= 0);
            assertThat(steps.stream().filter(CoincidencesTest::isProduce).count())
                    .as("seed " + seed)
                    .isGreaterThanOrEqualTo(PRODUCES);
            if (setup.storageNodes() > 1) {
                assertThat(steps.stream().filter(step -> step instanceof Fault).count())
                        .as("seed " + seed)
                        .isGreaterThanOrEqualTo(1);
            }
        }
    }

    @Test
    void areInSomeRunsOfTheDefaultProfileAndNotInAll() {
        int with = 0;
        for (long seed = 1; seed <= 500; seed++) {
            Setup setup = Profile.DEFAULT.setup(seed);
            with += Profile.DEFAULT.schedule(setup).steps().stream().anyMatch(CoincidencesTest::isPartial) ? 1 : 0;
        }
        assertThat(with).isBetween(20, 300);
    }

    private static boolean isProduce(Step step) {
        return step instanceof Action action && action.kind() == ActionKind.PRODUCE;
    }

    private static boolean isPartial(Step step) {
        return step instanceof Fault fault && fault.kind().faultClass() == FaultClass.PARTIAL;
    }
}
