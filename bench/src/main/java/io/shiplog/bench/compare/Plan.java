// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare;

import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.result.UnitId;
import io.shiplog.bench.compare.row.Row;
import io.shiplog.bench.compare.row.Rows;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Which units there are, in order: row by row, and in each one repetition after the other, there and back, so that no contestant is always the first. */
final class Plan {
    private Plan() {}

    /** A unit and what measures it. */
    record Step(UnitId id, Row row, Contestant contestant) {}

    static List<Step> of(CompareOptions options) {
        List<Step> steps = new ArrayList<>();
        for (Row row : Rows.all()) {
            if (options.rows().matcher(row.name()).find()) {
                for (int repetition = 1; repetition <= options.runs(); repetition++) {
                    steps.addAll(repetition(options, row, repetition));
                }
            }
        }
        return steps;
    }

    private static List<Step> repetition(CompareOptions options, Row row, int repetition) {
        List<Step> steps = new ArrayList<>();
        for (Contestant contestant : row.contestants(options.scale())) {
            if (options.contestants().matcher(contestant.id()).find() && repetition <= runs(options, row, contestant)) {
                UnitId id = new UnitId(
                        row.name(), contestant.id(), repetition, options.scale().id());
                steps.add(new Step(id, row, contestant));
            }
        }
        if (repetition % 2 == 0) {
            Collections.reverse(steps);
        }
        return steps;
    }

    /** Targets are about these; the others show what a setting is worth, and once is enough. */
    private static int runs(CompareOptions options, Row row, Contestant contestant) {
        boolean often = row.isHeadline()
                && (contestant == Contestant.KAFKA
                        || contestant == Contestant.SHIPLOG
                        || contestant == Contestant.SHIPLOG_REPLICATED);
        return often ? options.runs() : 1;
    }
}
