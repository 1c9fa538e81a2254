// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain;

import io.shiplog.metadata.proto.HistoryLine;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What changed of partitions and nodes, as a quorum node has kept it.
 *
 * @param lines newest first
 * @param missing why there are none, or not all; empty when nothing is missing
 */
record Timeline(List<HistoryLine> lines, String missing) {
    static final long UNKNOWN = -1;

    private static final Pattern LEADER = Pattern.compile("(?:^|, )leader (-?\\d+)");
    private static final Pattern ISR = Pattern.compile(", isr \\[([^\\]]*)\\]");
    private static final Pattern REPLICAS = Pattern.compile(", replicas \\[([^\\]]*)\\]");

    Timeline {
        lines = List.copyOf(lines);
    }

    static Timeline unknown(String why) {
        return new Timeline(List.of(), why);
    }

    /** A partition's state as a line has it. */
    record State(int leader, List<Integer> isr, List<Integer> replicas) {
        boolean isWhole() {
            return leader >= 0 && isr.size() >= replicas.size();
        }
    }

    /** Changes of one partition, newest first. */
    List<HistoryLine> ofPartition(String name) {
        return lines.stream()
                .filter(line -> line.getKind() == HistoryLine.Kind.PARTITION
                        && line.getName().equals(name))
                .toList();
    }

    /** Since when a partition lacks a leader or an in-sync replica without a break; {@link #UNKNOWN} when the lines do not go back so far. */
    long notWholeSince(String name) {
        long since = UNKNOWN;
        for (HistoryLine line : ofPartition(name)) {
            State state = parse(line.getNewValue());
            if (state == null || state.isWhole()) {
                return since;
            }
            since = line.getTimeMs();
        }
        return UNKNOWN;
    }

    /** Since when a node has been out of the ISR of a partition without a break. */
    long outSince(String name, int node) {
        long since = UNKNOWN;
        for (HistoryLine line : ofPartition(name)) {
            State state = parse(line.getNewValue());
            if (state == null || state.isr().contains(node)) {
                return since;
            }
            since = line.getTimeMs();
        }
        return UNKNOWN;
    }

    /** Since when a node is fenced. */
    long fencedSince(int node) {
        long since = UNKNOWN;
        for (HistoryLine line : lines) {
            if (line.getKind() == HistoryLine.Kind.BROKER && line.getName().equals(Integer.toString(node))) {
                if (!isFenced(line.getNewValue())) {
                    return since;
                }
                since = line.getTimeMs();
            }
        }
        return since;
    }

    /** Why the controller fenced the node, in its words; empty when that is not known. */
    String fencedBecause(int node) {
        String because = "";
        for (HistoryLine line : lines) {
            if (line.getKind() == HistoryLine.Kind.BROKER && line.getName().equals(Integer.toString(node))) {
                if (!isFenced(line.getNewValue())) {
                    return because;
                }
                because = line.getCause();
            }
        }
        return because;
    }

    private static boolean isFenced(String state) {
        return state.contains("fenced") && !state.contains("unfenced");
    }

    /** Null when it is no state of a partition. */
    static State parse(String text) {
        Matcher leader = LEADER.matcher(text);
        Matcher isr = ISR.matcher(text);
        Matcher replicas = REPLICAS.matcher(text);
        if (!leader.find() || !isr.find() || !replicas.find()) {
            return null;
        }
        return new State(Integer.parseInt(leader.group(1)), ids(isr.group(1)), ids(replicas.group(1)));
    }

    private static List<Integer> ids(String text) {
        List<Integer> ids = new ArrayList<>();
        for (String each : text.split(",", -1)) {
            if (!each.isBlank()) {
                ids.add(Integer.parseInt(each.trim()));
            }
        }
        return ids;
    }
}
