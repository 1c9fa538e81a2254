// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.bench.compare.Fixtures;
import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.result.Figure;
import io.shiplog.bench.compare.result.Measure;
import io.shiplog.bench.compare.result.Result;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CheckTest {
    private static final String ROW = "latency";
    private static final String PHASE = "1,000/s";
    private static final String LIMIT = "p99 of a sync";

    private static Check check(Check.Judge judge) {
        return Check.of("latency", "low", ROW, PHASE, Measure.ACK_P99, judge);
    }

    private static Board board(double ours, double kafkas, double limit) {
        return new Board(
                List.of(measured(Contestant.SHIPLOG, limit, ours), measured(Contestant.KAFKA, limit, kafkas)), "full");
    }

    private static Result measured(Contestant contestant, double limit, double... samples) {
        List<Double> all = new ArrayList<>();
        Arrays.stream(samples).forEach(all::add);
        return Fixtures.result(
                ROW, contestant, 1, Map.of(new Figure(PHASE, Measure.ACK_P99), all), Map.of(LIMIT, limit));
    }

    @Test
    void aRatioIsReachedAtItsBoundAndMissedBeyondIt() {
        assertThat(check(Check.ratioAtMost(0.5)).verdict(board(5, 10, 1))).isEqualTo(Check.Verdict.REACHED);
        assertThat(check(Check.ratioAtMost(0.5)).verdict(board(5.1, 10, 1))).isEqualTo(Check.Verdict.MISSED);
        assertThat(check(Check.ratioAtLeast(1.5)).verdict(board(15, 10, 1))).isEqualTo(Check.Verdict.REACHED);
        assertThat(check(Check.ratioAtLeast(1.5)).verdict(board(14.9, 10, 1))).isEqualTo(Check.Verdict.MISSED);
    }

    @Test
    void anAbsoluteTargetNeedsNoKafka() {
        Board alone = new Board(List.of(measured(Contestant.SHIPLOG, 1, 3)), "full");
        assertThat(check(Check.atMost(3)).verdict(alone)).isEqualTo(Check.Verdict.REACHED);
        assertThat(check(Check.ratioAtMost(0.5)).verdict(alone)).isEqualTo(Check.Verdict.NOT_MEASURED);
    }

    @Test
    void nothingIsReachedByWhoWasNotMeasured() {
        Board kafkaAlone = new Board(List.of(measured(Contestant.KAFKA, 1, 3)), "full");
        assertThat(check(Check.atMost(3)).verdict(kafkaAlone)).isEqualTo(Check.Verdict.NOT_MEASURED);
    }

    @Test
    void theLimitOfTheSameRunsMayExcuse() {
        Check either = check(Check.ratioAtMost(0.2)).or(Check.atMostTimes(2, ROW, LIMIT));
        assertThat(either.verdict(board(3, 10, 1.5))).isEqualTo(Check.Verdict.REACHED);
        assertThat(either.verdict(board(2, 10, 0.1))).isEqualTo(Check.Verdict.REACHED);
        assertThat(either.verdict(board(3.1, 10, 1.5))).isEqualTo(Check.Verdict.MISSED);
    }

    @Test
    void whatOneSideOfTwoSaysIsNotEnoughToMiss() {
        Check either = check(Check.ratioAtMost(0.2)).or(Check.atMostTimes(2, ROW, LIMIT));
        Board alone = new Board(List.of(measured(Contestant.SHIPLOG, 1, 3)), "full");
        assertThat(either.verdict(alone)).isEqualTo(Check.Verdict.NOT_MEASURED);
    }

    @Test
    void theMedianOfAllSamplesIsJudged() {
        Board board = new Board(
                List.of(measured(Contestant.SHIPLOG, 1, 1, 2, 100), measured(Contestant.KAFKA, 1, 10)), "full");
        assertThat(check(Check.ratioAtMost(0.2)).verdict(board)).isEqualTo(Check.Verdict.REACHED);
    }

    @Test
    void ofAUnitThatWasMeasuredTwiceTheLastCounts() {
        Board board =
                new Board(List.of(measured(Contestant.SHIPLOG, 1, 9), measured(Contestant.SHIPLOG, 1, 3)), "full");
        assertThat(check(Check.atMost(3)).verdict(board)).isEqualTo(Check.Verdict.REACHED);
    }

    @Test
    void otherSizesDoNotMix() {
        Board board = new Board(List.of(measured(Contestant.SHIPLOG, 1, 3)), "quick");
        assertThat(check(Check.atMost(3)).verdict(board)).isEqualTo(Check.Verdict.NOT_MEASURED);
    }
}
