// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.simulation.mutant.MutantTrial.Found;
import java.util.List;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

class MutantTrialTest {
    private static final int MAX_SEEDS = 50;

    @Test
    void firstSeedThatOnlyTheMutantFailsCounts() {
        Found found = trial(seed -> seed >= 5 ? "S5 lost" : null, seed -> seed == 5 ? "S5 lost" : null);
        assertThat(found).isEqualTo(new Found(6, 6, 1, "", "S5", "lost"));
    }

    @Test
    void failureOfTheUnchangedCodeDoesNotCountWhateverItIs() {
        Found found = trial(seed -> seed == 3 ? "S5 lost" : null, seed -> "L2 slow");
        assertThat(found.isCaught()).isFalse();
        assertThat(found.known()).isEqualTo(1);
        assertThat(found.seeds()).isEqualTo(MAX_SEEDS);
    }

    @Test
    void unexpectedPromiseDoesNotCountAndIsTold() {
        Found found = trial(seed -> seed == 7 ? "L2 slow" : seed == 9 ? "S13 joined" : null, MutantTrialTest::clean);
        assertThat(found.seed()).isEqualTo(9);
        assertThat(found.unexpected()).isEqualTo("L2x1");
    }

    @Test
    void endsWhenTheExpectationIsWrong() {
        Found found = trial(seed -> "L2 slow", MutantTrialTest::clean);
        assertThat(found.isCaught()).isFalse();
        assertThat(found.unexpected()).isEqualTo("L2x10");
        assertThat(found.seeds()).isEqualTo(10);
    }

    @Test
    void startsHaveSeedsOfTheirOwn() {
        LongFunction<String> late = seed -> seed > 1_000_000 ? "S5 lost" : null;
        MutantTrial trial = new MutantTrial(late, MutantTrialTest::clean, List.of("S5"), MAX_SEEDS);
        assertThat(trial.run(0, seeds -> {}).isCaught()).isFalse();
        assertThat(trial.run(1, seeds -> {}).seed()).isEqualTo(1_000_001);
    }

    @Test
    void medianTakesStartsThatFoundNothingForTheMost() {
        Found early = new Found(4, 4, 0, "", "S5", "lost");
        Found late = new Found(9, 40, 0, "", "S5", "lost");
        Found never = new Found(-1, 10, 0, "L2x10", "", "");
        assertThat(MutantTrial.medianSeeds(List.of(never, early, late))).isEqualTo(40);
        assertThat(MutantTrial.medianSeeds(List.of(never, early, never))).isEqualTo(Integer.MAX_VALUE);
    }

    @Test
    void whatAChildSaysIsReadAgain() {
        Found caught = new Found(9, 40, 2, "L2x1,N1x3", "S5", "broker 1 has less");
        Found survived = new Found(-1, 50, 0, "", "", "");
        assertThat(MutantProcess.parse(MutantProcess.toLine(caught))).isEqualTo(caught);
        assertThat(MutantProcess.parse(MutantProcess.toLine(survived))).isEqualTo(survived);
    }

    private static String clean(long seed) {
        return null;
    }

    private static Found trial(LongFunction<String> mutant, LongFunction<String> unchanged) {
        return new MutantTrial(mutant, unchanged, List.of("S5", "S13"), MAX_SEEDS).run(0, seeds -> {});
    }
}
