// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.harness;

import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was measured, by name in the order of the first sample, as a table. */
public final class Figures {
    private static final double P90 = 0.9;

    private record Series(String unit, String target, List<Double> samples) {}

    private final Map<String, Series> series = new LinkedHashMap<>();

    /** Adds a sample; unit and target as the first sample of that name said. */
    public void add(String name, String unit, String target, double value) {
        series.computeIfAbsent(name, first -> new Series(unit, target, new ArrayList<>()))
                .samples()
                .add(value);
    }

    /** The samples of a name, in the order in which they came; empty when there is none. */
    public List<Double> samples(String name) {
        Series found = series.get(name);
        return found == null ? List.of() : List.copyOf(found.samples());
    }

    /** The median of each, in the order of the first samples. */
    public Map<String, Double> medians() {
        Map<String, Double> medians = new LinkedHashMap<>();
        series.forEach((name, each) -> medians.put(
                name,
                median(each.samples().stream()
                        .mapToDouble(Double::doubleValue)
                        .sorted()
                        .toArray())));
        return medians;
    }

    /** A Markdown table; p90 is the sample that at least nine tenths of the samples do not exceed. */
    public void print(PrintStream out) {
        out.println("| figure | unit | n | median | p90 | max | target |");
        out.println("|---|---|---|---|---|---|---|");
        series.forEach((name, each) -> {
            double[] sorted =
                    each.samples().stream().mapToDouble(Double::doubleValue).toArray();
            Arrays.sort(sorted);
            out.println("| " + name + " | " + each.unit() + " | " + sorted.length + " | " + number(median(sorted))
                    + " | " + number(quantile(sorted, P90)) + " | " + number(sorted[sorted.length - 1]) + " | "
                    + each.target() + " |");
        });
    }

    public static double median(double[] sorted) {
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }

    public static double quantile(double[] sorted, double share) {
        int rank = (int) Math.ceil(share * sorted.length);
        return sorted[Math.max(0, rank - 1)];
    }

    private static String number(double value) {
        if (value >= 1_000) {
            return String.format(Locale.ROOT, "%,.0f", value);
        }
        return String.format(Locale.ROOT, value >= 100 ? "%.0f" : "%.2f", value);
    }
}
