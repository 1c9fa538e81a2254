// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.report;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All comparisons as Markdown: a summary, then a table per area with a column per client. */
final class Table {
    private final List<Comparison> comparisons;

    Table(List<Comparison> comparisons) {
        this.comparisons = comparisons;
    }

    /** One line per client: how many cases, and how they went. */
    String summary() {
        Map<String, Map<Comparison.Outcome, Integer>> clients = new LinkedHashMap<>();
        for (Comparison each : comparisons) {
            clients.computeIfAbsent(each.client(), client -> new EnumMap<>(Comparison.Outcome.class))
                    .merge(each.outcome(), 1, Integer::sum);
        }
        StringBuilder text = new StringBuilder(
                "| client | cases | pass on both | fail on both | only Kafka passes | only Shiplog passes |\n|---|---|---|---|---|---|\n");
        clients.forEach((client, counts) -> {
            int all = 0;
            for (Map.Entry<Comparison.Outcome, Integer> each : counts.entrySet()) {
                all += each.getKey() == Comparison.Outcome.NONE ? 0 : each.getValue();
            }
            text.append("| ").append(client).append(" | ").append(all);
            for (Comparison.Outcome each : List.of(
                    Comparison.Outcome.SAME,
                    Comparison.Outcome.NEITHER,
                    Comparison.Outcome.FAULT,
                    Comparison.Outcome.BEYOND)) {
                text.append(" | ").append(counts.getOrDefault(each, 0));
            }
            text.append(" |\n");
        });
        return text.toString();
    }

    /** A row per case. Clients that share no case with an area have no column in it. */
    String details() {
        Map<String, Map<String, Map<String, Comparison.Outcome>>> areas = new LinkedHashMap<>();
        Map<String, Set<String>> columns = new LinkedHashMap<>();
        for (Comparison each : comparisons) {
            columns.computeIfAbsent(each.area(), area -> new LinkedHashSet<>()).add(each.client());
            areas.computeIfAbsent(each.area(), area -> new LinkedHashMap<>())
                    .computeIfAbsent(each.name(), name -> new LinkedHashMap<>())
                    .put(each.client(), each.outcome());
        }
        StringBuilder text = new StringBuilder();
        areas.forEach((area, rows) -> {
            Set<String> clients = columns.get(area);
            text.append("\n| ")
                    .append(area)
                    .append(" | ")
                    .append(String.join(" | ", clients))
                    .append(" |\n|---|");
            text.append("---|".repeat(clients.size())).append('\n');
            rows.forEach((name, outcomes) -> {
                text.append("| ").append(name.replace("|", "\\|"));
                for (String client : clients) {
                    Comparison.Outcome outcome = outcomes.getOrDefault(client, Comparison.Outcome.NONE);
                    text.append(" | ").append(outcome.shown());
                }
                text.append(" |\n");
            });
        });
        return text.toString();
    }

    /** What does not pass on both, with what each cluster said. */
    List<String> differences() {
        List<String> lines = new ArrayList<>();
        for (Comparison each : comparisons) {
            Comparison.Outcome outcome = each.outcome();
            if (outcome == Comparison.Outcome.SAME || outcome == Comparison.Outcome.NONE) {
                continue;
            }
            lines.add(outcome.shown() + ": " + each.client() + ", " + each.area() + ": " + each.name());
            addDetail(lines, "kafka", each.kafka());
            addDetail(lines, "shiplog", each.shiplog());
        }
        return lines;
    }

    private static void addDetail(List<String> lines, String cluster, Result result) {
        if (result != null && result.failed()) {
            lines.add("    " + cluster + ": " + result.detail());
        }
    }
}
