// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** How often each kind of fault took effect, and in which situations. Not thread-safe. */
public final class Coverage {
    private final Map<FaultKind, Map<Situation, Integer>> met = new EnumMap<>(FaultKind.class);
    private final Map<FaultKind, Integer> effective = new EnumMap<>(FaultKind.class);

    /** A fault took effect while all these held. */
    public void note(FaultKind kind, Set<Situation> situations) {
        effective.merge(kind, 1, Integer::sum);
        Map<Situation, Integer> row = row(kind);
        situations.forEach(each -> row.merge(each, 1, Integer::sum));
    }

    /** What was met in another run as well. */
    public void add(Coverage other) {
        other.effective.forEach((kind, count) -> effective.merge(kind, count, Integer::sum));
        other.met.forEach((kind, counts) -> {
            Map<Situation, Integer> row = row(kind);
            counts.forEach((situation, count) -> row.merge(situation, count, Integer::sum));
        });
    }

    private Map<Situation, Integer> row(FaultKind kind) {
        return met.computeIfAbsent(kind, any -> new EnumMap<>(Situation.class));
    }

    /** How many faults of each kind took effect; kinds that did not are not in it. */
    public Map<FaultKind, Integer> effective() {
        return effective;
    }

    /** How many faults of a kind took effect in a situation. */
    public int met(FaultKind kind, Situation situation) {
        return row(kind).getOrDefault(situation, 0);
    }

    /** A line for each kind, a column for each situation; then, for each kind that some were not met by, their names. */
    public List<String> table() {
        List<String> lines = new ArrayList<>();
        StringBuilder head = new StringBuilder(String.format("%-20s%8s", "fault", "all"));
        for (Situation each : Situation.values()) {
            head.append(String.format("%10s", each.label()));
        }
        lines.add(head.toString());
        List<String> never = new ArrayList<>();
        StringBuilder absent = new StringBuilder();
        for (FaultKind kind : FaultKind.values()) {
            if (!effective.containsKey(kind)) {
                absent.append(' ').append(kind);
                continue;
            }
            StringBuilder line = new StringBuilder(String.format("%-20s%8d", kind, effective.getOrDefault(kind, 0)));
            StringBuilder missing = new StringBuilder();
            for (Situation each : Situation.values()) {
                line.append(String.format("%10d", met(kind, each)));
                if (met(kind, each) == 0 && !kind.rulesOut(each)) {
                    missing.append(' ').append(each.label());
                }
            }
            lines.add(line.toString());
            if (missing.length() > 0) {
                never.add("never met: " + kind + ":" + missing);
            }
        }
        lines.addAll(never);
        if (absent.length() > 0) {
            lines.add("without effect, or not drawn:" + absent);
        }
        return lines;
    }
}
