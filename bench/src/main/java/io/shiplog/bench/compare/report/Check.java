// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.report;

import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.result.Figure;
import io.shiplog.bench.compare.result.Measure;
import java.util.Optional;

/**
 * One number of a target.
 *
 * @param what   it is about
 * @param target in words
 * @param ours   what is judged
 * @param theirs what it is compared with
 * @param judge  when it is reached
 */
record Check(String what, String target, Side ours, Optional<Side> theirs, Judge judge) {
    /** A figure of a contestant in a row. */
    record Side(String row, Contestant contestant, Figure figure) {
        Optional<Summary> summary(Board board) {
            return board.summary(row, contestant, figure);
        }
    }

    /** Decides by the medians. */
    interface Judge {
        /**
         * Nothing when something that it needs was not measured.
         *
         * @param theirs the median of what it is compared with, if there is any
         */
        Optional<Boolean> reached(double ours, Optional<Double> theirs, Board board);
    }

    /** How it stands. */
    enum Verdict {
        REACHED("reached"),
        MISSED("**missed**"),
        NOT_MEASURED("not measured");

        private final String text;

        Verdict(String text) {
            this.text = text;
        }

        String text() {
            return text;
        }
    }

    static Check of(String what, String target, String row, String phase, Measure measure, Judge judge) {
        return of(what, target, row, phase, measure, Contestant.SHIPLOG, judge);
    }

    /** Against Kafka as it comes. */
    static Check of(
            String what, String target, String row, String phase, Measure measure, Contestant ours, Judge judge) {
        Figure figure = new Figure(phase, measure);
        return new Check(
                what, target, new Side(row, ours, figure), Optional.of(new Side(row, Contestant.KAFKA, figure)), judge);
    }

    static Judge ratioAtMost(double ratio) {
        return (ours, theirs, board) -> theirs.map(value -> ours <= ratio * value);
    }

    static Judge ratioAtLeast(double ratio) {
        return (ours, theirs, board) -> theirs.map(value -> ours >= ratio * value);
    }

    static Judge atMost(double value) {
        return (ours, theirs, board) -> Optional.of(ours <= value);
    }

    /** So many times a limit of the machine, as the runs of a row had it. */
    static Judge atMostTimes(double times, String row, String limit) {
        return (ours, theirs, board) -> board.limit(row, limit).map(value -> ours <= times * value);
    }

    /** One of the two is enough; without Kafka's figure nobody knows. */
    Check or(Judge other) {
        return new Check(what, target, ours, theirs, (mine, others, board) -> {
            Optional<Boolean> first = judge.reached(mine, others, board);
            Optional<Boolean> second = other.reached(mine, others, board);
            if (first.orElse(false) || second.orElse(false)) {
                return Optional.of(true);
            }
            return first.isPresent() && second.isPresent() ? Optional.of(false) : Optional.empty();
        });
    }

    Verdict verdict(Board board) {
        Optional<Double> mine = ours.summary(board).map(Summary::median);
        Optional<Double> others = theirs.flatMap(side -> side.summary(board)).map(Summary::median);
        return mine.flatMap(value -> judge.reached(value, others, board))
                .map(reached -> reached ? Verdict.REACHED : Verdict.MISSED)
                .orElse(Verdict.NOT_MEASURED);
    }
}
