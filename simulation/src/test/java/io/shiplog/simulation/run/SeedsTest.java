// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.fault.Profile;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** Some seeds in every build; {@code bin/sim run} runs many. */
class SeedsTest {
    private static final int SEEDS = Integer.getInteger("sim.seeds", 2_000);

    @Test
    void noPromiseIsBroken() {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        Options options = Options.parse(new String[] {
            "run",
            "--seeds",
            Integer.toString(SEEDS),
            "--threads",
            "2",
            "--from",
            Long.toString(Long.getLong("sim.from", 1))
        });
        int status =
                new ManySeeds(options, SimMain.watchers(), new PrintStream(told, true, StandardCharsets.UTF_8)).run();
        String output = told.toString(StandardCharsets.UTF_8);
        assertThat(status).as(output).isZero();
    }

    @Test
    void nearlyEverySeedHasEnoughOfEverything() {
        Runs runs = new Runs(SimMain.watchers());
        int counted = 0;
        for (long seed = 5_000; seed < 5_020; seed++) {
            counted += runs.run(Profile.PROCESS, seed).counts() ? 1 : 0;
        }
        assertThat(counted).isGreaterThan(14);
    }

    @Test
    void theSameSeedGoesTheSameWayAndAnotherOneDoesNot() {
        Runs runs = new Runs(SimMain.watchers());
        RunResult first = runs.run(Profile.DEFAULT, 77);
        assertThat(runs.run(Profile.DEFAULT, 77).traceHash()).isEqualTo(first.traceHash());
        assertThat(runs.run(Profile.DEFAULT, 78).traceHash()).isNotEqualTo(first.traceHash());
    }
}
