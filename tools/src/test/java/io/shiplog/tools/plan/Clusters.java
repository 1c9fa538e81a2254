// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/** Clusters to plan on, made a line each. */
final class Clusters {
    static final long MIB = 1 << 20;
    static final long GIB = 1 << 30;
    static final PlanSettings SETTINGS = PlanSettings.of(50 * MIB);

    private Clusters() {}

    static PlanNode node(int id, String rack) {
        return node(id, rack, PlanNode.State.SERVING);
    }

    static PlanNode node(int id, String rack, PlanNode.State state) {
        return new PlanNode(id, rack, state, List.of(new PlanDirectory("/data", 1000 * GIB, 900 * GIB)));
    }

    static List<PlanNode> nodes(String... racks) {
        List<PlanNode> nodes = new ArrayList<>();
        for (int i = 0; i < racks.length; i++) {
            nodes.add(node(i + 1, racks[i]));
        }
        return nodes;
    }

    static PlanPartition partition(String topic, int partition, long bytes, Integer... replicas) {
        return with(topic, partition, bytes, null, replicas[0], replicas);
    }

    static PlanPartition busy(String topic, int partition, String busy, Integer... replicas) {
        return with(topic, partition, MIB, busy, replicas[0], replicas);
    }

    static PlanPartition leaderless(String topic, int partition, Integer... replicas) {
        return with(topic, partition, MIB, null, -1, replicas);
    }

    private static PlanPartition with(
            String topic, int partition, long bytes, String busy, int leader, Integer... replicas) {
        TreeMap<Integer, String> directories = new TreeMap<>();
        for (int id : replicas) {
            directories.put(id, "/data");
        }
        return new PlanPartition(
                topic, partition, List.of(replicas), leader, List.of(replicas), bytes, busy, directories);
    }

    /** {@code count} partitions of a topic, each of {@code bytes}, in the order of the nodes. */
    static List<PlanPartition> striped(String topic, int count, long bytes, int factor, int nodes) {
        List<PlanPartition> partitions = new ArrayList<>();
        for (int p = 0; p < count; p++) {
            Integer[] replicas = new Integer[factor];
            for (int i = 0; i < factor; i++) {
                replicas[i] = (p + i) % nodes + 1;
            }
            partitions.add(partition(topic, p, bytes, replicas));
        }
        return partitions;
    }

    static SortedSet<Integer> ids(Integer... ids) {
        return new TreeSet<>(List.of(ids));
    }

    static Plan plan(PlanInput input, Goal goal) {
        PlanAnswer answer = Planner.plan(input, goal, SETTINGS);
        if (answer instanceof PlanRefusal refusal) {
            throw new AssertionError("refused: " + refusal.problems());
        }
        return (Plan) answer;
    }

    static List<String> refusal(PlanInput input, Goal goal) {
        PlanAnswer answer = Planner.plan(input, goal, SETTINGS);
        if (answer instanceof PlanRefusal refusal) {
            return refusal.problems();
        }
        throw new AssertionError("planned: " + answer);
    }

    /** The cluster when the plan has been carried out. */
    static PlanInput after(PlanInput input, Plan plan) {
        TreeMap<String, PlannedMove> moves = new TreeMap<>();
        plan.moves().forEach(move -> moves.put(move.name(), move));
        List<PlanPartition> partitions = new ArrayList<>();
        for (PlanPartition each : input.partitions()) {
            PlannedMove move = moves.get(each.name());
            partitions.add(
                    move == null
                            ? each
                            : partition(
                                    each.topic(),
                                    each.partition(),
                                    each.bytes(),
                                    move.replicas().toArray(Integer[]::new)));
        }
        return new PlanInput(input.nodes(), partitions);
    }

    static NodeChange change(Plan plan, int id) {
        return plan.nodes().stream()
                .filter(each -> each.node() == id)
                .findFirst()
                .orElseThrow();
    }
}
