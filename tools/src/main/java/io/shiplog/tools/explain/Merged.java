// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Findings of many partitions told once for each cause and node, the most pressing first. Pure. */
final class Merged {
    private static final int NAMED = 5;
    private static final int EVIDENCE = 6;
    private static final Comparator<Finding> PRESSING = Comparator.comparing(Finding::severity)
            .reversed()
            .thenComparing(Finding::cause)
            .thenComparing(Finding::node);

    /** What makes findings one. */
    private record Key(Cause cause, int node) {}

    private final Map<Key, List<Finding>> findings = new LinkedHashMap<>();
    private final Map<Key, Set<String>> partitions = new LinkedHashMap<>();

    /** Adds a finding that stands for itself. */
    void add(Finding finding) {
        findings.computeIfAbsent(key(finding), any -> new ArrayList<>()).add(finding);
    }

    /** Adds a finding about a partition. */
    void add(Finding finding, String partition) {
        add(finding);
        partitions.computeIfAbsent(key(finding), any -> new LinkedHashSet<>()).add(partition);
    }

    private static Key key(Finding finding) {
        // Rates are of nodes and names of topics: it takes both to say whom a throttle holds back.
        boolean everybodys = finding.cause() == Cause.THROTTLE_LEFT_OVER;
        return new Key(finding.cause(), everybodys ? Finding.UNKNOWN : finding.node());
    }

    List<Finding> all() {
        List<Finding> all = new ArrayList<>();
        findings.forEach((key, same) -> all.add(one(same, partitions.getOrDefault(key, Set.of()))));
        all.sort(PRESSING);
        return all;
    }

    private static Finding one(List<Finding> same, Set<String> affected) {
        Finding first = same.get(0);
        Severity severity = first.severity();
        Set<String> why = new LinkedHashSet<>();
        Set<String> remedy = new LinkedHashSet<>();
        Set<String> subjects = new LinkedHashSet<>();
        Set<String> whats = new LinkedHashSet<>();
        Finding waits = first;
        long sinceMs = first.sinceMs();
        int node = first.node();
        for (Finding each : same) {
            severity = each.severity().compareTo(severity) > 0 ? each.severity() : severity;
            subjects.add(each.subject());
            each.why().stream().filter(line -> why.size() < EVIDENCE).forEach(why::add);
            each.remedy().stream().filter(line -> remedy.size() < EVIDENCE).forEach(remedy::add);
            waits = waits.safeToWait() && !each.safeToWait() ? each : waits;
            sinceMs = sinceMs == Finding.UNKNOWN ? each.sinceMs() : sinceMs;
            node = node == Finding.UNKNOWN ? each.node() : node;
        }
        // Other directories, jobs or voters with the same trouble; partitions are named below.
        same.stream()
                .filter(each ->
                        !affected.contains(each.subject()) && !each.what().equals(first.what()))
                .limit(EVIDENCE)
                .forEach(each -> whats.add(each.what()));
        boolean many = affected.size() > 1;
        String what = many && subjects.size() > 1
                ? first.what() + ", and so for " + (affected.size() - 1) + " more"
                : first.what();
        Finding.Builder merged = Finding.of(
                        first.cause(),
                        severity,
                        subjects.size() > 1 && !affected.isEmpty() ? affected.size() + " partitions" : first.subject(),
                        what)
                .node(node)
                .since(sinceMs)
                .waiting(waits.safeToWait(), waits.waitReason());
        whats.forEach(merged::why);
        why.forEach(merged::why);
        remedy.forEach(merged::remedy);
        if (many) {
            merged.why(affected.size() + " partitions are affected: " + named(affected));
        }
        return merged.build();
    }

    private static String named(Set<String> names) {
        String some = String.join(", ", names.stream().limit(NAMED).toList());
        return names.size() > NAMED ? some + ", ..." : some;
    }
}
