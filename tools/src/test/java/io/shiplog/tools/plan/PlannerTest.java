// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import static io.shiplog.tools.plan.Clusters.GIB;
import static io.shiplog.tools.plan.Clusters.MIB;
import static io.shiplog.tools.plan.Clusters.after;
import static io.shiplog.tools.plan.Clusters.busy;
import static io.shiplog.tools.plan.Clusters.change;
import static io.shiplog.tools.plan.Clusters.ids;
import static io.shiplog.tools.plan.Clusters.leaderless;
import static io.shiplog.tools.plan.Clusters.node;
import static io.shiplog.tools.plan.Clusters.nodes;
import static io.shiplog.tools.plan.Clusters.partition;
import static io.shiplog.tools.plan.Clusters.plan;
import static io.shiplog.tools.plan.Clusters.striped;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** What each goal leads to on small clusters. */
class PlannerTest {
    @Test
    void balanceOfABalancedClusterIsEmpty() {
        PlanInput input = new PlanInput(nodes("a", "b", "c"), striped("t", 30, GIB, 2, 3));
        Plan plan = plan(input, new Goal.Balance());
        assertThat(plan.moves()).isEmpty();
        assertThat(plan.bytesToMove()).isZero();
    }

    @Test
    void addedNodesGetTheirShareAndNothingElseMoves() {
        PlanInput input = new PlanInput(nodes("", "", "", "", ""), striped("t", 200, 10 * MIB, 3, 3));
        Plan plan = plan(input, new Goal.AddNodes(ids(4, 5)));
        for (int id = 1; id <= 5; id++) {
            assertThat(change(plan, id).after().replicas()).isBetween(114, 126);
            assertThat(change(plan, id).after().leaders()).isBetween(34, 46);
        }
        assertThat(plan.replicasToMove()).isBetween(228, 240);
        assertThat(plan.moves()).allSatisfy(move -> assertThat(move.added()).isSubsetOf(4, 5));
    }

    @Test
    void balanceEvensOutBytesNotOnlyNumbers() {
        List<PlanPartition> partitions = new ArrayList<>(striped("small", 30, MIB, 1, 3));
        for (int p = 0; p < 6; p++) {
            partitions.add(partition("large", p, 10 * GIB, 1));
        }
        Plan plan = plan(new PlanInput(nodes("", "", ""), partitions), new Goal.Balance());
        assertThat(plan.moves()).hasSize(4).allMatch(move -> move.topic().equals("large"));
        assertThat(change(plan, 1).after().bytes()).isBetween(20 * GIB, 21 * GIB);
    }

    @Test
    void balanceOfLeadersMovesNoBytes() {
        List<PlanPartition> partitions = new ArrayList<>();
        for (int p = 0; p < 30; p++) {
            partitions.add(partition("t", p, GIB, 1, 2, 3));
        }
        Plan plan = plan(new PlanInput(nodes("", "", ""), partitions), new Goal.Balance());
        assertThat(plan.bytesToMove()).isZero();
        assertThat(plan.moves()).allMatch(move -> move.stage() == 1);
        for (int id = 1; id <= 3; id++) {
            assertThat(change(plan, id).after().leaders()).isBetween(8, 12);
        }
    }

    @Test
    void balanceLeavesWhatMovesAlreadyAndSaysSo() {
        PlanInput input = new PlanInput(
                nodes("", ""),
                List.of(busy("t", 0, "is part of job 3", 1), partition("t", 1, MIB, 1), leaderless("t", 2, 1)));
        Plan plan = plan(input, new Goal.Balance());
        assertThat(plan.moves()).extracting(PlannedMove::name).containsExactly("t-1");
        assertThat(plan.notes()).singleElement().asString().contains("t-0, t-2");
    }

    @Test
    void balanceGivesNothingToNodesThatDoNotServe() {
        List<PlanNode> nodes = new ArrayList<>(nodes("", ""));
        nodes.add(node(3, "", PlanNode.State.CORDONED));
        nodes.add(node(4, "", PlanNode.State.DRAINING));
        nodes.add(node(5, "", PlanNode.State.FENCED));
        Plan plan = plan(new PlanInput(nodes, striped("t", 10, GIB, 1, 1)), new Goal.Balance());
        assertThat(plan.moves())
                .hasSize(5)
                .allSatisfy(move -> assertThat(move.added()).containsExactly(2));
    }

    @Test
    void drainLeavesNothingAndMovesOnlyWhatTheNodeHad() {
        PlanInput input = new PlanInput(nodes("", "", "", "", ""), striped("t", 50, GIB, 3, 5));
        Plan plan = plan(input, new Goal.DrainNodes(ids(2)));
        assertThat(change(plan, 2).after()).isEqualTo(new NodeChange.Load(0, 0, 0));
        assertThat(plan.replicasToMove()).isEqualTo(30);
        assertThat(plan.bytesToMove()).isEqualTo(30 * GIB);
        assertThat(plan.moves()).allSatisfy(move -> assertThat(move.removed()).containsExactly(2));
        for (int id : List.of(1, 3, 4, 5)) {
            assertThat(change(plan, id).after().replicas()).isBetween(37, 38);
            assertThat(change(plan, id).after().leaders()).isBetween(11, 14);
        }
    }

    @Test
    void aDeadNodeCanBeDrainedWhileOthersLead() {
        List<PlanNode> nodes = new ArrayList<>(nodes("", "", ""));
        nodes.add(node(4, "", PlanNode.State.FENCED));
        PlanPartition led =
                new PlanPartition("t", 0, List.of(4, 1), 1, List.of(1), GIB, null, new java.util.TreeMap<>());
        Plan plan = plan(new PlanInput(nodes, List.of(led)), new Goal.DrainNodes(ids(4)));
        assertThat(plan.moves()).singleElement().satisfies(move -> {
            assertThat(move.source()).isEqualTo(1);
            assertThat(move.replicas()).hasSize(2).contains(1).doesNotContain(4);
        });
    }

    @Test
    void drainOfAWholeRackLeavesTheOthersAndSaysSo() {
        PlanInput input = new PlanInput(
                nodes("a", "b", "c", "a", "b"),
                List.of(partition("t", 0, GIB, 1, 2, 3), partition("t", 1, GIB, 4, 5, 3)));
        Plan plan = plan(input, new Goal.OffRack("c"));
        assertThat(plan.moves()).hasSize(2);
        assertThat(plan.notes()).anyMatch(note -> note.contains("fewer racks"));
    }

    @Test
    void nodesThatStayOpenForNewTopicsAreNoted() {
        PlanInput input = new PlanInput(nodes("a", "b", "c", "a"), striped("t", 8, GIB, 1, 4));
        assertThat(plan(input, new Goal.DrainNodes(ids(1, 2))).notes())
                .anyMatch(note -> note.contains("nodes 1, 2; shiplog nodes cordon"));
        assertThat(plan(input, new Goal.OffRack("a")).notes()).anyMatch(note -> note.contains("nodes 1, 4"));
        assertThat(plan(input, new Goal.DrainNodes(ids(1))).notes()).isEmpty();
    }

    @Test
    void replaceMovesWhatTheNodeHadToTheOtherAndKeepsPlaces() {
        PlanInput input = new PlanInput(
                nodes("a", "b", "c", "b"), List.of(partition("t", 0, GIB, 1, 2, 3), partition("t", 1, GIB, 2, 3, 1)));
        Plan plan = plan(input, new Goal.ReplaceNode(2, 4));
        assertThat(plan.moves())
                .extracting(PlannedMove::replicas)
                .containsExactlyInAnyOrder(List.of(1, 4, 3), List.of(4, 3, 1));
    }

    @Test
    void replaceSendsElsewhereWhatTheSuccessorHasAlready() {
        PlanInput input = new PlanInput(
                nodes("", "", "", ""), List.of(partition("t", 0, GIB, 1, 2), partition("t", 1, GIB, 1, 3)));
        Plan plan = plan(input, new Goal.ReplaceNode(1, 2));
        assertThat(change(plan, 1).after().replicas()).isZero();
        assertThat(after(input, plan).partitions().get(0).replicas())
                .contains(2)
                .doesNotContain(1);
        assertThat(after(input, plan).partitions().get(1).replicas()).containsExactly(2, 3);
    }

    @Test
    void higherFactorAddsInOtherRacksAndKeepsTheLeader() {
        PlanInput input = new PlanInput(nodes("a", "b", "c", "a"), striped("t", 12, GIB, 1, 4));
        Plan plan = plan(input, new Goal.ReplicationFactor(new TreeSet<>(List.of("t")), 3));
        assertThat(plan.moves()).hasSize(12).allSatisfy(move -> {
            assertThat(move.replicas()).hasSize(3).contains(2, 3);
            assertThat(move.replicas().get(0)).isEqualTo(move.expected().get(0));
            assertThat(move.bytes()).isEqualTo(2 * GIB);
        });
    }

    @Test
    void lowerFactorGivesUpWhoIsOutOfSyncAndNeverTheLeader() {
        PlanPartition partition =
                new PlanPartition("t", 0, List.of(1, 2, 3), 3, List.of(1, 3), GIB, null, new java.util.TreeMap<>());
        PlanInput input = new PlanInput(nodes("", "", ""), List.of(partition));
        Plan two = plan(input, new Goal.ReplicationFactor(new TreeSet<>(List.of("t")), 2));
        assertThat(two.moves().get(0).replicas()).containsExactly(1, 3);
        Plan one = plan(input, new Goal.ReplicationFactor(new TreeSet<>(List.of("t")), 1));
        assertThat(one.moves().get(0).replicas()).containsExactly(3);
        assertThat(one.bytesToMove()).isZero();
    }

    @Test
    void moreReplicasThanRacksArePlannedAndNoted() {
        PlanInput input = new PlanInput(nodes("a", "b", "a", "b"), striped("t", 2, GIB, 2, 4));
        Plan plan = plan(input, new Goal.ReplicationFactor(new TreeSet<>(List.of("t")), 3));
        assertThat(plan.notes()).anyMatch(note -> note.contains("3 replicas in 2 racks"));
    }

    @Test
    void offDirectoryMovesWhatLiesThereToOtherNodes() {
        java.util.TreeMap<Integer, String> first = new java.util.TreeMap<>();
        first.put(1, "/disk1");
        java.util.TreeMap<Integer, String> second = new java.util.TreeMap<>();
        second.put(1, "/disk2");
        PlanInput input = new PlanInput(
                nodes("", "", ""),
                List.of(
                        new PlanPartition("t", 0, List.of(1), 1, List.of(1), GIB, null, first),
                        new PlanPartition("t", 1, List.of(1), 1, List.of(1), GIB, null, second),
                        partition("big", 0, 5 * GIB, 2),
                        partition("big", 1, 5 * GIB, 3)));
        Plan plan = plan(input, new Goal.OffDirectory(1, "/disk1"));
        assertThat(plan.moves()).singleElement().satisfies(move -> {
            assertThat(move.name()).isEqualTo("t-0");
            assertThat(move.replicas()).doesNotContain(1);
        });
    }

    @Test
    void explicitReplicasAreTakenAsTheyAreAndWhatIsSoAlreadyIsNoMove() {
        PlanInput input = new PlanInput(nodes("", "", ""), striped("t", 2, GIB, 2, 3));
        Plan plan = plan(
                input,
                new Goal.Explicit(
                        List.of(new Assignment("t", 0, List.of(3, 1)), new Assignment("t", 1, List.of(2, 3)))));
        assertThat(plan.moves()).singleElement().satisfies(move -> {
            assertThat(move.expected()).containsExactly(1, 2);
            assertThat(move.replicas()).containsExactly(3, 1);
            assertThat(move.added()).containsExactly(3);
            assertThat(move.removed()).containsExactly(2);
        });
    }

    @Test
    void timeIsThatOfTheBusiestNode() {
        List<PlanPartition> partitions = striped("t", 4, 100 * MIB, 1, 1);
        Plan plan = plan(new PlanInput(nodes("", ""), partitions), new Goal.DrainNodes(ids(1)));
        assertThat(plan.secondsAt(50 * MIB)).isEqualTo(8);
        assertThat(plan.secondsAt(0)).isEqualTo(-1);
        assertThat(change(plan, 1).outgoingBytes()).isEqualTo(400 * MIB);
        assertThat(change(plan, 2).incomingBytes()).isEqualTo(400 * MIB);
    }

    @Test
    void fullNodesArePassedOver() {
        List<PlanNode> nodes = new ArrayList<>(nodes("", ""));
        nodes.add(
                new PlanNode(3, "", PlanNode.State.SERVING, List.of(new PlanDirectory("/data", 100 * GIB, 12 * GIB))));
        Plan plan = plan(new PlanInput(nodes, striped("t", 5, GIB, 1, 1)), new Goal.DrainNodes(ids(1)));
        assertThat(change(plan, 3).incomingBytes()).isEqualTo(2 * GIB);
        assertThat(change(plan, 2).incomingBytes()).isEqualTo(3 * GIB);
    }

    @Test
    void aPartitionFitsIntoOneDirectoryOrNotAtAll() {
        List<PlanNode> nodes = new ArrayList<>(nodes("", ""));
        PlanDirectory small = new PlanDirectory("/a", 10 * GIB, 5 * GIB);
        nodes.add(new PlanNode(3, "", PlanNode.State.SERVING, List.of(small, small)));
        Plan plan = plan(new PlanInput(nodes, List.of(partition("t", 0, 6 * GIB, 1))), new Goal.DrainNodes(ids(1)));
        assertThat(plan.moves().get(0).replicas()).containsExactly(2);
    }

    @Test
    void nodesThatDoNotSayTheirRoomAreNoted() {
        List<PlanNode> nodes = new ArrayList<>(nodes(""));
        nodes.add(new PlanNode(2, "", PlanNode.State.SERVING, List.of()));
        Plan plan = plan(new PlanInput(nodes, striped("t", 1, GIB, 1, 1)), new Goal.DrainNodes(ids(1)));
        assertThat(plan.moves()).hasSize(1);
        assertThat(plan.notes()).singleElement().asString().contains("not said by node 2");
    }

    @Test
    void theSameInputGivesTheSamePlan() {
        PlanInput input = new PlanInput(nodes("a", "b", "c", "a", "b"), striped("t", 60, GIB, 3, 3));
        assertThat(plan(input, new Goal.Balance())).isEqualTo(plan(input, new Goal.Balance()));
    }
}
