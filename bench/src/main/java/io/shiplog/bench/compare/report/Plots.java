// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.report;

import io.shiplog.bench.compare.cluster.Contestant;
import io.shiplog.bench.compare.result.Figure;
import io.shiplog.bench.compare.result.Measure;
import io.shiplog.bench.compare.result.Result;
import io.shiplog.bench.compare.row.LatencyRow;
import io.shiplog.bench.compare.row.ProduceRow;
import io.shiplog.bench.limits.LimitsMain;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** The pictures of the report: latency by percentile, and processor time for a GiB. */
final class Plots {
    private static final int WIDTH = 760;
    private static final int HEIGHT = 400;
    private static final int LEFT = 64;
    private static final int RIGHT = 180;
    private static final int TOP = 40;
    private static final int BOTTOM = 44;
    /** One in so many records is slower: where the plot of percentiles ends. */
    private static final double RAREST = 10_000;

    private static final double[] MARKED = {50, 90, 99, 99.9, 99.99};
    private static final double MIN_MS = 0.1;
    private static final int BAR = 22;
    private static final int NAMES = 190;
    private static final double HUNDRED = 100;

    private Plots() {}

    /** By file name. */
    static Map<String, String> all(Board board) {
        Map<String, String> plots = new LinkedHashMap<>();
        for (int rate : List.of(1_000, 10_000)) {
            for (String kind : List.of("ack", "end-to-end")) {
                String curve = LatencyRow.phase(rate) + " " + kind;
                latency(board, curve).ifPresent(svg -> plots.put("latency-" + rate + "-" + kind + ".svg", svg));
            }
        }
        for (String phase : List.of(ProduceRow.FIRST, ProduceRow.WARM)) {
            cpu(board, phase).ifPresent(svg -> plots.put("cpu-" + phase.replace(' ', '-') + ".svg", svg));
        }
        return plots;
    }

    /** They can be told apart on white and on black, and by those who see no red. */
    private static String colour(Contestant contestant) {
        return switch (contestant) {
            case KAFKA -> "#e07b00";
            case KAFKA_TUNED -> "#c79a4b";
            case KAFKA_FSYNC -> "#a8552a";
            case SHIPLOG -> "#1f8fd1";
            case SHIPLOG_REPLICATED -> "#15a089";
            case SHIPLOG_APART -> "#7d6bd6";
        };
    }

    /** Percentiles to the right, each further nine as far as the one before; milliseconds up, on a log axis. Of several runs the median. */
    static Optional<String> latency(Board board, String curve) {
        Map<Contestant, Map<Double, Double>> lines = new TreeMap<>();
        for (Contestant contestant : Contestant.values()) {
            Map<Double, Double> line = medianCurve(board.of(LatencyRow.NAME, contestant), curve);
            if (!line.isEmpty()) {
                lines.put(contestant, line);
            }
        }
        if (lines.isEmpty()) {
            return Optional.empty();
        }
        double top = lines.values().stream()
                .flatMap(line -> line.values().stream())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(1);
        double decades = Math.max(1, Math.ceil(Math.log10(top / MIN_MS)));
        Svg svg = new Svg(
                WIDTH,
                HEIGHT,
                "Latency at " + curve.replace(" ack", ", until acknowledged").replace(" end-to-end", ", until seen"));
        axes(svg, decades);
        int number = 0;
        for (Map.Entry<Contestant, Map<Double, Double>> line : lines.entrySet()) {
            StringBuilder points = new StringBuilder();
            line.getValue()
                    .forEach((percentile, ms) ->
                            points.append(String.format(Locale.ROOT, "%.1f,%.1f ", x(percentile), y(ms, decades))));
            String colour = colour(line.getKey());
            svg.curve(points.toString().strip(), colour);
            double at = TOP + 10 + 20 * number++;
            svg.bar(WIDTH - RIGHT + 14, at - 9, 14, 10, colour);
            svg.text(WIDTH - RIGHT + 34, at, "start", line.getKey().label());
        }
        return Optional.of(svg.finish());
    }

    private static Map<Double, Double> medianCurve(List<Result> results, String curve) {
        Map<Double, List<Double>> all = new TreeMap<>();
        for (Result result : results) {
            for (Result.Point point : result.curves().getOrDefault(curve, List.of())) {
                all.computeIfAbsent(point.percentile(), key -> new ArrayList<>())
                        .add(point.ms());
            }
        }
        Map<Double, Double> line = new TreeMap<>();
        all.forEach((percentile, ms) -> Summary.of(ms).ifPresent(summary -> line.put(percentile, summary.median())));
        return line;
    }

    private static void axes(Svg svg, double decades) {
        for (int decade = 0; decade <= decades; decade++) {
            double ms = MIN_MS * Math.pow(10, decade);
            svg.line("grid", LEFT, y(ms, decades), WIDTH - RIGHT, y(ms, decades));
            svg.text(
                    LEFT - 8,
                    y(ms, decades) + 4,
                    "end",
                    ms >= 1 ? Numbers.of(ms).replaceAll("\\.0+$", "") : "0.1");
        }
        for (double percentile : MARKED) {
            svg.line("grid", x(percentile), TOP, x(percentile), HEIGHT - BOTTOM);
            svg.text(
                    x(percentile),
                    HEIGHT - BOTTOM + 18,
                    "middle",
                    "p" + String.format(Locale.ROOT, "%.2f", percentile).replaceAll("\\.?0+$", ""));
        }
        svg.line("axis", LEFT, TOP, LEFT, HEIGHT - BOTTOM);
        svg.line("axis", LEFT, HEIGHT - BOTTOM, WIDTH - RIGHT, HEIGHT - BOTTOM);
        svg.text(16, TOP - 4, "start", "ms");
    }

    private static double x(double percentile) {
        double rare = Math.min(RAREST, HUNDRED / Math.max(HUNDRED / RAREST, HUNDRED - percentile));
        return LEFT + (WIDTH - RIGHT - LEFT) * Math.log10(rare) / Math.log10(RAREST);
    }

    private static double y(double ms, double decades) {
        double up = Math.log10(Math.max(MIN_MS, ms) / MIN_MS) / decades;
        return HEIGHT - BOTTOM - (HEIGHT - BOTTOM - TOP) * up;
    }

    /** A bar for each contestant, and a line where no broker can come below. */
    static Optional<String> cpu(Board board, String phase) {
        Map<Contestant, Summary> bars = new TreeMap<>();
        for (Contestant contestant : Contestant.values()) {
            board.summary(ProduceRow.NAME, contestant, new Figure(phase, Measure.CPU_PER_GIB))
                    .ifPresent(summary -> bars.put(contestant, summary));
        }
        if (bars.isEmpty()) {
            return Optional.empty();
        }
        double top = bars.values().stream().mapToDouble(Summary::median).max().orElse(1);
        double wide = WIDTH - NAMES - 70;
        Svg svg = new Svg(
                WIDTH,
                TOP + bars.size() * (BAR + 10) + 34,
                "Processor time of all brokers, s per GiB produced (" + phase + ")");
        double y = TOP;
        for (Map.Entry<Contestant, Summary> bar : bars.entrySet()) {
            double length = wide * bar.getValue().median() / top;
            svg.text(NAMES - 10, y + 15, "end", bar.getKey().label());
            svg.bar(NAMES, y, length, BAR, colour(bar.getKey()));
            svg.text(
                    NAMES + length + 8,
                    y + 15,
                    "start",
                    Numbers.of(bar.getValue().median()));
            y += BAR + 10;
        }
        double bottom = y;
        board.limit(ProduceRow.NAME, LimitsMain.FLOOR).ifPresent(floor -> {
            double at = NAMES + wide * floor / top;
            svg.line("axis", at, TOP - 6, at, bottom);
            svg.text(at, bottom + 16, "middle", "floor " + Numbers.of(floor));
        });
        return Optional.of(svg.finish());
    }
}
