// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare;

import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.result.Figure;
import io.shiplog.bench.compare.result.Result;
import io.shiplog.bench.compare.result.UnitId;
import java.util.List;
import java.util.Map;

/** Results that nobody measured. */
public final class Fixtures {
    public static final String COMMIT = "abc1234";

    private Fixtures() {}

    public static Result result(String row, Contestant contestant, int repetition, Map<Figure, List<Double>> figures) {
        return result(row, contestant, repetition, figures, Map.of());
    }

    public static Result result(
            String row,
            Contestant contestant,
            int repetition,
            Map<Figure, List<Double>> figures,
            Map<String, Double> limits) {
        return new Result(
                new UnitId(row, contestant.id(), repetition, "full"),
                COMMIT,
                "2 cores of something",
                "2026-11-21T18:00:00Z",
                12.5,
                "0.10 0.20 0.30 1/100 4711",
                "",
                Map.of("a setting", "its value"),
                limits,
                figures,
                Map.of("1,000/s ack", List.of(new Result.Point(50, 0.5), new Result.Point(99.9, 12))));
    }

    public static Result failed(String row, Contestant contestant, int repetition, String why) {
        return new Result(
                new UnitId(row, contestant.id(), repetition, "full"),
                COMMIT,
                "",
                "2026-11-21T18:00:00Z",
                0,
                "",
                why,
                Map.of(),
                Map.of(),
                Map.of(),
                Map.of());
    }
}
