// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.result;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a unit came to.
 *
 * @param commit  of what was measured
 * @param machine a line about it
 * @param at      when it began, ISO 8601, UTC
 * @param seconds that it took
 * @param load    the load averages before it
 * @param failure why there are no figures; empty when there are
 * @param config  what else matters, by name
 * @param limits  those of the machine in the same run, by name
 * @param figures samples of each figure in the order in which they came
 * @param curves  percentile and milliseconds, by the name of what was recorded
 */
public record Result(
        UnitId unit,
        String commit,
        String machine,
        String at,
        double seconds,
        String load,
        String failure,
        Map<String, String> config,
        Map<String, Double> limits,
        Map<Figure, List<Double>> figures,
        Map<String, List<Point>> curves) {
    /** Of a latency curve: so many percent of all are not above so many milliseconds. */
    public record Point(double percentile, double ms) {}

    /** Whether it has figures. */
    public boolean ok() {
        return failure.isEmpty();
    }

    /** The samples of a figure; none when it has none. */
    public List<Double> samples(Figure figure) {
        return figures.getOrDefault(figure, List.of());
    }

    /** For JSON: maps, lists, strings and numbers. */
    public Map<String, Object> toMap() {
        Map<String, Object> map = new LinkedHashMap<>();
        map.put("row", unit.row());
        map.put("contestant", unit.contestant());
        map.put("repetition", unit.repetition());
        map.put("scale", unit.scale());
        map.put("commit", commit);
        map.put("machine", machine);
        map.put("at", at);
        map.put("seconds", seconds);
        map.put("load", load);
        map.put("failure", failure);
        map.put("config", config);
        map.put("limits", limits);
        Map<String, Object> byName = new LinkedHashMap<>();
        figures.forEach((figure, samples) -> byName.put(figure.toString(), samples));
        map.put("figures", byName);
        Map<String, Object> points = new LinkedHashMap<>();
        curves.forEach((name, curve) -> points.put(
                name,
                curve.stream()
                        .map(point -> List.of(point.percentile(), point.ms()))
                        .toList()));
        map.put("curves", points);
        return map;
    }

    /**
     * Of what {@link #toMap} gave, after a way through JSON.
     *
     * @throws RuntimeException when it is something else
     */
    public static Result of(Object parsed) {
        Map<?, ?> map = (Map<?, ?>) parsed;
        UnitId unit = new UnitId(
                text(map, "row"), text(map, "contestant"), (int) number(map.get("repetition")), text(map, "scale"));
        Map<String, String> config = new TreeMap<>();
        ((Map<?, ?>) map.get("config")).forEach((key, value) -> config.put((String) key, (String) value));
        Map<String, Double> limits = new LinkedHashMap<>();
        ((Map<?, ?>) map.get("limits")).forEach((key, value) -> limits.put((String) key, number(value)));
        Map<Figure, List<Double>> figures = new LinkedHashMap<>();
        ((Map<?, ?>) map.get("figures"))
                .forEach((key, value) -> figures.put(Figure.parse((String) key), numbers(value)));
        Map<String, List<Point>> curves = new LinkedHashMap<>();
        ((Map<?, ?>) map.get("curves")).forEach((key, value) -> curves.put((String) key, points(value)));
        return new Result(
                unit,
                text(map, "commit"),
                text(map, "machine"),
                text(map, "at"),
                number(map.get("seconds")),
                text(map, "load"),
                text(map, "failure"),
                config,
                limits,
                figures,
                curves);
    }

    private static String text(Map<?, ?> map, String key) {
        if (map.get(key) instanceof String text) {
            return text;
        }
        throw new IllegalArgumentException("no " + key + " in a result");
    }

    private static double number(Object value) {
        return ((Number) value).doubleValue();
    }

    private static List<Double> numbers(Object value) {
        List<Double> numbers = new ArrayList<>();
        ((List<?>) value).forEach(each -> numbers.add(number(each)));
        return numbers;
    }

    private static List<Point> points(Object value) {
        List<Point> points = new ArrayList<>();
        for (Object each : (List<?>) value) {
            List<Double> pair = numbers(each);
            points.add(new Point(pair.get(0), pair.get(1)));
        }
        return points;
    }
}
