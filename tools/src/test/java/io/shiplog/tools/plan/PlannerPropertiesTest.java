// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** What holds of every plan, on clusters of any shape. */
class PlannerPropertiesTest {
    /** A cluster that serves: nodes in racks, partitions of any size anywhere; from numbers alone, so that a failure can be replayed. */
    private static PlanInput cluster(int nodeCount, int rackCount, int factor, long seed) {
        Random random = new Random(seed);
        List<PlanNode> nodes = new ArrayList<>();
        for (int id = 1; id <= nodeCount; id++) {
            nodes.add(Clusters.node(id, "r" + random.nextInt(rackCount)));
        }
        List<PlanPartition> partitions = new ArrayList<>();
        for (int p = 0; p < 40; p++) {
            TreeSet<Integer> replicas = new TreeSet<>();
            while (replicas.size() < factor) {
                replicas.add(1 + (int) (nodeCount * random.nextDouble() * random.nextDouble()));
            }
            List<Integer> order = new ArrayList<>(replicas);
            java.util.Collections.shuffle(order, random);
            partitions.add(
                    Clusters.partition("t", p, random.nextInt(1000) * Clusters.MIB, order.toArray(Integer[]::new)));
        }
        return new PlanInput(nodes, partitions);
    }

    private static void assertSound(PlanInput input, Plan plan) {
        long bytes = 0;
        Map<String, PlanPartition> partitions = new HashMap<>();
        input.partitions().forEach(each -> partitions.put(each.name(), each));
        for (PlannedMove move : plan.moves()) {
            PlanPartition before = partitions.get(move.name());
            assertThat(move.expected()).isEqualTo(before.replicas());
            assertThat(move.replicas()).doesNotHaveDuplicates().isNotEqualTo(before.replicas());
            bytes += before.bytes() * move.added().size();
        }
        assertThat(plan.bytesToMove()).isEqualTo(bytes);
        assertThat(plan.nodes().stream().mapToLong(NodeChange::incomingBytes).sum())
                .isEqualTo(bytes);
        assertThat(plan.nodes().stream().mapToLong(NodeChange::outgoingBytes).sum())
                .isEqualTo(bytes);
        assertThat(PlanCheck.problems(input, plan.moves())).isEmpty();
    }

    private static void assertRacksKept(PlanInput input, Plan plan, Set<Integer> leaving) {
        int racks = racks(input, input.nodes().stream().map(PlanNode::id).toList());
        int left = racks(
                input,
                input.nodes().stream()
                        .map(PlanNode::id)
                        .filter(id -> !leaving.contains(id))
                        .toList());
        for (PlannedMove move : plan.moves()) {
            int before = racks(input, move.expected());
            int needed = before >= Math.min(move.expected().size(), racks)
                    ? move.replicas().size()
                    : before;
            assertThat(racks(input, move.replicas())).isGreaterThanOrEqualTo(Math.min(needed, left));
        }
    }

    private static int racks(PlanInput input, List<Integer> ids) {
        TreeSet<String> racks = new TreeSet<>();
        ids.forEach(id -> racks.add(input.node(id).rack()));
        return racks.size();
    }

    /** Nobody who gained would be relieved by giving what was added to a node that may have it and has less. */
    private static void assertNothingWouldLieBetter(PlanInput input, Plan plan, Set<Integer> leaving) {
        PlanInput after = Clusters.after(input, plan);
        Map<Integer, Long> load = new HashMap<>();
        long sum = input.partitions().stream()
                .mapToLong(each -> each.bytes() * each.replicas().size())
                .sum();
        long count = input.partitions().stream()
                .mapToLong(each -> each.replicas().size())
                .sum();
        long least = Math.max(Clusters.MIB, sum / count / 10);
        input.nodes().forEach(node -> load.put(node.id(), 0L));
        after.partitions()
                .forEach(each -> each.replicas().forEach(id -> load.merge(id, each.bytes() + least, Long::sum)));
        for (PlannedMove move : plan.moves()) {
            long weight = move.partitionBytes() + least;
            for (int added : move.added()) {
                for (PlanNode other : input.nodes()) {
                    List<Integer> otherwise = new ArrayList<>(move.replicas());
                    otherwise.replaceAll(id -> id == added ? other.id() : id);
                    boolean may = !leaving.contains(other.id())
                            && !move.replicas().contains(other.id())
                            && !move.expected().contains(other.id())
                            && racks(input, otherwise) >= racks(input, move.replicas());
                    assertThat(may && load.get(other.id()) + weight < load.get(added))
                            .as("%s rather on %s than on %s", move, other.id(), added)
                            .isFalse();
                }
            }
        }
    }

    @Property
    void drainLeavesNothingAndKeepsRacks(
            @ForAll @IntRange(min = 4, max = 12) int nodes,
            @ForAll @IntRange(min = 1, max = 4) int racks,
            @ForAll @IntRange(min = 1, max = 3) int factor,
            @ForAll long seed) {
        PlanInput input = cluster(nodes, racks, factor, seed);
        TreeSet<Integer> leaving = new TreeSet<>(List.of(1));
        PlanAnswer answer = Planner.plan(input, new Goal.DrainNodes(leaving), Clusters.SETTINGS);
        assertThat(answer).isInstanceOf(Plan.class);
        Plan plan = (Plan) answer;
        assertSound(input, plan);
        assertRacksKept(input, plan, leaving);
        assertThat(Clusters.change(plan, 1).after()).isEqualTo(new NodeChange.Load(0, 0, 0));
        assertThat(plan.moves()).allSatisfy(move -> assertThat(move.removed()).containsExactly(1));
        assertNothingWouldLieBetter(input, plan, leaving);
    }

    @Property
    void growthOfTheFactorIsEvenAndKeepsRacks(
            @ForAll @IntRange(min = 4, max = 12) int nodes,
            @ForAll @IntRange(min = 1, max = 4) int racks,
            @ForAll @IntRange(min = 1, max = 2) int factor,
            @ForAll long seed) {
        PlanInput input = cluster(nodes, racks, factor, seed);
        Plan plan = Clusters.plan(input, new Goal.ReplicationFactor(new TreeSet<>(List.of("t")), factor + 1));
        assertSound(input, plan);
        assertRacksKept(input, plan, new TreeSet<>());
        assertNothingWouldLieBetter(input, plan, new TreeSet<>());
        assertThat(plan.moves()).hasSize(40).allSatisfy(move -> {
            assertThat(move.replicas().subList(0, factor)).isEqualTo(move.expected());
        });
    }

    @Property
    void balanceKeepsRacksAndIsDoneWhenItIsDone(
            @ForAll @IntRange(min = 2, max = 12) int nodes,
            @ForAll @IntRange(min = 1, max = 4) int racks,
            @ForAll @IntRange(min = 1, max = 2) int factor,
            @ForAll long seed) {
        PlanInput input = cluster(nodes, racks, factor, seed);
        Plan plan = Clusters.plan(input, new Goal.Balance());
        assertSound(input, plan);
        assertRacksKept(input, plan, new TreeSet<>());
        assertThat(Clusters.plan(Clusters.after(input, plan), new Goal.Balance())
                        .bytesToMove())
                .isZero();
        assertThat(spread(plan, false)).isLessThanOrEqualTo(spread(plan, true));
    }

    @Property
    void addedNodesGainNoMoreThanTheirShareAndOnePartition(
            @ForAll @IntRange(min = 3, max = 10) int nodes,
            @ForAll @IntRange(min = 1, max = 3) int factor,
            @ForAll long seed) {
        PlanInput input = cluster(nodes, 1, factor, seed);
        List<PlanNode> more = new ArrayList<>(input.nodes());
        more.add(Clusters.node(nodes + 1, "r0"));
        PlanInput grown = new PlanInput(more, input.partitions());
        Plan plan = Clusters.plan(grown, new Goal.AddNodes(new TreeSet<>(List.of(nodes + 1))));
        assertSound(grown, plan);
        assertThat(plan.moves()).allSatisfy(move -> assertThat(move.added()).isSubsetOf(nodes + 1));
        long largest = grown.partitions().stream()
                .mapToLong(PlanPartition::bytes)
                .max()
                .orElse(0);
        long sum =
                plan.nodes().stream().mapToLong(node -> node.before().bytes()).sum();
        assertThat(Clusters.change(plan, nodes + 1).after().bytes())
                .isLessThanOrEqualTo(sum / (nodes + 1) * 11 / 10 + largest);
    }

    /** Distance of the fullest node from the emptiest. */
    private static long spread(Plan plan, boolean before) {
        long least = Long.MAX_VALUE;
        long most = 0;
        for (NodeChange node : plan.nodes()) {
            long bytes = (before ? node.before() : node.after()).bytes();
            least = Math.min(least, bytes);
            most = Math.max(most, bytes);
        }
        return most - least;
    }
}
