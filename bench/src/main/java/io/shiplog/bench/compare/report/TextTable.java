// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.report;

import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.result.Figure;
import io.shiplog.bench.compare.result.Result;
import io.shiplog.bench.compare.row.Row;
import io.shiplog.bench.compare.row.Rows;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The medians on a screen: a line for each figure, a column for each contestant. */
public final class TextTable {
    private TextTable() {}

    /** Of all results of that scale. */
    public static String of(List<Result> results, String scale) {
        Board board = new Board(results, scale);
        StringBuilder out = new StringBuilder();
        for (Row row : Rows.all()) {
            if (!board.of(row.name()).isEmpty()) {
                table(out, board, row);
            }
        }
        for (Result failure : board.failed()) {
            out.append("FAILED ")
                    .append(failure.unit())
                    .append(": ")
                    .append(failure.failure())
                    .append('\n');
        }
        return out.toString();
    }

    private static void table(StringBuilder out, Board board, Row row) {
        List<Contestant> present = Arrays.stream(Contestant.values())
                .filter(contestant -> !board.of(row.name(), contestant).isEmpty())
                .toList();
        out.append(String.format(Locale.ROOT, "%-70s", row.name()));
        present.forEach(contestant -> out.append(String.format(Locale.ROOT, " %20s", contestant.label())));
        out.append('\n');
        for (Figure figure : board.figures(row.name())) {
            List<String> cells = new ArrayList<>();
            for (Contestant contestant : present) {
                cells.add(board.summary(row.name(), contestant, figure)
                        .map(summary ->
                                Numbers.of(summary.median()) + (summary.count() > 1 ? " n=" + summary.count() : ""))
                        .orElse("-"));
            }
            out.append(String.format(
                    Locale.ROOT,
                    "  %-68s",
                    figure.phase() + ": " + figure.measure().title() + ", "
                            + figure.measure().unit()));
            cells.forEach(cell -> out.append(String.format(Locale.ROOT, " %20s", cell)));
            out.append('\n');
        }
        out.append('\n');
    }
}
