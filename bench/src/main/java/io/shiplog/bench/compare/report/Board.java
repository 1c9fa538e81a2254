// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.report;

import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.result.Figure;
import io.shiplog.bench.compare.result.Result;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** All results of one scale, to be asked for figures. Of a unit that was measured more than once the last counts. */
final class Board {
    private final List<Result> results;
    private final List<Result> failed;

    Board(List<Result> all, String scale) {
        Map<Object, Result> last = new LinkedHashMap<>();
        for (Result result : all) {
            if (result.unit().scale().equals(scale)) {
                last.remove(result.unit());
                last.put(result.unit(), result);
            }
        }
        results = last.values().stream().filter(Result::ok).toList();
        failed = last.values().stream().filter(result -> !result.ok()).toList();
    }

    List<Result> results() {
        return results;
    }

    /** Units whose last try failed. */
    List<Result> failed() {
        return failed;
    }

    /** Those of a row, with any contestant that took part. */
    List<Result> of(String row) {
        return results.stream()
                .filter(result -> result.unit().row().equals(row))
                .toList();
    }

    List<Result> of(String row, Contestant contestant) {
        return of(row).stream()
                .filter(result -> result.unit().contestant().equals(contestant.id()))
                .toList();
    }

    /** The figures of a row that anybody has, in the order in which they were measured. */
    Set<Figure> figures(String row) {
        Set<Figure> figures = new LinkedHashSet<>();
        of(row).forEach(result -> figures.addAll(result.figures().keySet()));
        return figures;
    }

    Optional<Summary> summary(String row, Contestant contestant, Figure figure) {
        List<Double> samples = new ArrayList<>();
        of(row, contestant).forEach(result -> samples.addAll(result.samples(figure)));
        return Summary.of(samples);
    }

    /** The median of a limit of the machine over the runs of a row. */
    Optional<Double> limit(String row, String limit) {
        return Summary.of(of(row).stream()
                        .map(result -> result.limits().get(limit))
                        .filter(value -> value != null)
                        .toList())
                .map(Summary::median);
    }
}
