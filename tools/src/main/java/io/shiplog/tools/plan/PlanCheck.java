// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import io.shiplog.tools.text.Units;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Whether moves can be begun on a cluster as it is: they may have been planned a while ago, or by hand. */
public final class PlanCheck {
    private final PlanInput input;
    private final Map<String, PlanPartition> partitions = new HashMap<>();
    private final Set<String> topics = new HashSet<>();
    private final TreeMap<Integer, Long> incoming = new TreeMap<>();
    private final TreeMap<Integer, Long> largest = new TreeMap<>();
    private final Problems problems = new Problems();

    private PlanCheck(PlanInput input) {
        this.input = input;
        for (PlanPartition partition : input.partitions()) {
            partitions.put(partition.name(), partition);
            topics.add(partition.topic());
        }
    }

    /** What is wrong, a line each (at most ten, and how many more there are); empty when nothing is. */
    public static List<String> problems(PlanInput input, List<PlannedMove> moves) {
        return new PlanCheck(input).check(moves).lines();
    }

    static Problems check(PlanInput input, List<PlannedMove> moves) {
        return new PlanCheck(input).check(moves);
    }

    private Problems check(List<PlannedMove> moves) {
        Set<String> named = new HashSet<>();
        for (PlannedMove move : moves) {
            String problem = named.add(move.name()) ? problem(move) : "is named twice; name it once";
            if (problem != null) {
                problems.add(move.name() + " " + problem);
            }
        }
        for (Map.Entry<Integer, Long> each : incoming.entrySet()) {
            checkRoom(input.node(each.getKey()), each.getValue());
        }
        return problems;
    }

    private String problem(PlannedMove move) {
        PlanPartition partition = partitions.get(move.name());
        if (partition == null) {
            return topics.contains(move.topic())
                    ? "does not exist: the topic has no such partition"
                    : "does not exist: there is no topic " + move.topic();
        }
        String problem = wrongReplicas(move, partition);
        if (problem != null) {
            return problem;
        }
        for (int id : move.replicas()) {
            PlanNode node = input.node(id);
            if (node == null) {
                return "is to be on node " + id + ", which is not registered; there are " + input.nodeIds();
            }
            if (!partition.replicas().contains(id)) {
                if (!node.serves()) {
                    return "is to get a replica on node " + id + ", which is " + NodeRules.refused(node);
                }
                incoming.merge(id, partition.bytes(), Long::sum);
                largest.merge(id, partition.bytes(), Math::max);
            }
        }
        return null;
    }

    private static String wrongReplicas(PlannedMove move, PlanPartition partition) {
        if (move.replicas().isEmpty()) {
            return "is to have no replicas; name at least one";
        }
        if (new HashSet<>(move.replicas()).size() < move.replicas().size()) {
            return "is to have two replicas on one node " + move.replicas() + "; name each node once";
        }
        if (partition.busy() != null) {
            return partition.busy() + "; wait for that, or cancel it";
        }
        if (!move.expected().equals(partition.replicas())) {
            return "has replicas " + partition.replicas() + ", and " + move.expected()
                    + " when this was planned; plan again";
        }
        return partition.leader() < 0 && !partition.replicas().containsAll(move.replicas())
                ? NodeRules.leaderless()
                : null;
    }

    private void checkRoom(PlanNode node, long bytes) {
        long free = 0;
        long most = 0;
        for (PlanDirectory directory : node.directories()) {
            if (!directory.isSized()) {
                return;
            }
            free += Room.free(directory);
            most = Math.max(most, Room.free(directory));
        }
        if (!node.directories().isEmpty() && (bytes > free || largest.get(node.id()) > most)) {
            problems.add(
                    "node " + node.id() + " would be full: " + Units.bytes(bytes) + " would come, " + Units.bytes(free)
                            + " may be written (a tenth of each directory stays free); make room there or take another node");
        }
    }
}
