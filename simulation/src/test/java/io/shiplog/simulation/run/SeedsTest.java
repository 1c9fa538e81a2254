// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.fault.Profile;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Some seeds in every build; {@code bin/sim run} runs many. */
class SeedsTest {
    private static final int SEEDS = Integer.getInteger("sim.seeds", 500);

    /**
     * Seeds of the first 500 that break a promise on this commit, for reasons that are known and not mended (docs/simulation.md, "Not mended yet").
     * Each has to go from here; one that is mended, or another one that fails, fails this test.
     */
    private static final Set<Long> NOT_MENDED = Set.of(207L, 222L);

    private static final Pattern FAILURE = Pattern.compile("^SIM-FAIL (?:seed=(\\d+) )?", Pattern.MULTILINE);

    @Test
    void noPromiseIsBrokenButWhereItIsKnown() {
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
        Set<Long> failed = new TreeSet<>();
        Matcher matcher = FAILURE.matcher(output);
        // A failure that names no seed is none of those that are known.
        while (matcher.find()) failed.add(matcher.group(1) == null ? -1 : Long.parseLong(matcher.group(1)));
        assertThat(status).as(output).isEqualTo(failed.isEmpty() ? 0 : 1);
        assertThat(failed).as(output).isEqualTo(NOT_MENDED);
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
