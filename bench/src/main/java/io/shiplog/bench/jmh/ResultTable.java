// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.jmh;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.infra.BenchmarkParams;
import org.openjdk.jmh.results.Result;
import org.openjdk.jmh.results.RunResult;

/**
 * Results in a line each. A method whose name ends in {@code Kafka} does the same with Apache Kafka's classes as the one without: where both
 * were run with the same parameters, ours says how many times better it is than Kafka's (below 1: worse).
 */
final class ResultTable {
    private static final String KAFKA = "Kafka";
    private static final String ALLOCATED = "gc.alloc.rate.norm";
    private static final List<String> HEADER =
            List.of("benchmark", "parameters", "score", "error", "unit", "B/op", "Kafka/ours");

    private final List<List<String>> rows = new ArrayList<>();

    private ResultTable() {}

    /** The lines, each with its end. */
    static String of(Collection<RunResult> results) {
        Map<String, Double> kafkas = new HashMap<>();
        for (RunResult result : results) {
            if (name(result).endsWith(KAFKA)) {
                kafkas.put(
                        name(result) + parameters(result),
                        result.getPrimaryResult().getScore());
            }
        }
        ResultTable table = new ResultTable();
        table.rows.add(HEADER);
        results.forEach(result -> table.add(result, kafkas.get(name(result) + KAFKA + parameters(result))));
        return table.text();
    }

    private void add(RunResult result, Double kafkas) {
        Result<?> primary = result.getPrimaryResult();
        Result<?> allocated = result.getSecondaryResults().get(ALLOCATED);
        rows.add(List.of(
                name(result),
                parameters(result),
                number(primary.getScore()),
                number(primary.getScoreError()),
                primary.getScoreUnit(),
                allocated == null ? "" : number(allocated.getScore()),
                kafkas == null ? "" : number(times(result.getParams().getMode(), primary.getScore(), kafkas))));
    }

    /** How many times better ours is. */
    private static double times(Mode mode, double ours, double kafkas) {
        return mode == Mode.Throughput ? ours / kafkas : kafkas / ours;
    }

    private static String name(RunResult result) {
        String full = result.getParams().getBenchmark();
        int method = full.lastIndexOf('.');
        return full.substring(full.lastIndexOf('.', method - 1) + 1);
    }

    private static String parameters(RunResult result) {
        BenchmarkParams params = result.getParams();
        StringBuilder text = new StringBuilder();
        for (String key : params.getParamsKeys()) {
            text.append(text.isEmpty() ? "" : " ").append(key).append('=').append(params.getParam(key));
        }
        return text.toString();
    }

    private static String number(double value) {
        if (Double.isNaN(value)) {
            return "";
        }
        int decimals = value >= 1_000 ? 0 : value >= 10 ? 1 : 3;
        return String.format(Locale.ROOT, "%,." + decimals + "f", value);
    }

    private String text() {
        int[] widths = new int[HEADER.size()];
        for (List<String> row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row.get(i).length());
            }
        }
        StringBuilder text = new StringBuilder();
        for (List<String> row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                boolean left = i < 2 || i == 4;
                String padding = " ".repeat(widths[i] - row.get(i).length());
                line.append(left ? row.get(i) + padding : padding + row.get(i)).append("  ");
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
