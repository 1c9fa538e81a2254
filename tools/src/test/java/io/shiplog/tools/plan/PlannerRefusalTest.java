// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import static io.shiplog.tools.plan.Clusters.GIB;
import static io.shiplog.tools.plan.Clusters.SETTINGS;
import static io.shiplog.tools.plan.Clusters.busy;
import static io.shiplog.tools.plan.Clusters.ids;
import static io.shiplog.tools.plan.Clusters.leaderless;
import static io.shiplog.tools.plan.Clusters.node;
import static io.shiplog.tools.plan.Clusters.nodes;
import static io.shiplog.tools.plan.Clusters.partition;
import static io.shiplog.tools.plan.Clusters.refusal;
import static io.shiplog.tools.plan.Clusters.striped;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Each thing that stands in the way of a plan, alone: one line says what is wrong and what would be right. */
class PlannerRefusalTest {
    private static final PlanInput THREE = new PlanInput(nodes("", "", ""), striped("t", 3, GIB, 2, 3));

    @Test
    void unknownNodesAreNamedWithThoseThatThereAre() {
        String wrong = "node 9 is not registered; there are 1, 2, 3";
        assertThat(refusal(THREE, new Goal.AddNodes(ids(9)))).containsExactly(wrong);
        assertThat(refusal(THREE, new Goal.DrainNodes(ids(9)))).containsExactly(wrong);
        assertThat(refusal(THREE, new Goal.ReplaceNode(9, 1))).containsExactly(wrong);
        assertThat(refusal(THREE, new Goal.ReplaceNode(1, 9))).containsExactly(wrong);
        assertThat(refusal(THREE, new Goal.OffDirectory(9, "/data"))).containsExactly(wrong);
    }

    @ParameterizedTest
    @CsvSource({
        "DRAINING,draining,maintenance off 4",
        "CORDONED,cordoned,nodes uncordon 4",
        "FENCED,down,start it",
        "STOPPING,stopping,wait until"
    })
    void aTargetThatDoesNotServeIsRefusedWithItsRemedy(PlanNode.State state, String word, String remedy) {
        List<PlanNode> nodes = new ArrayList<>(nodes("", "", ""));
        nodes.add(node(4, "", state));
        PlanInput input = new PlanInput(nodes, striped("t", 3, GIB, 2, 3));
        for (Goal goal : List.of(
                new Goal.AddNodes(ids(4)),
                new Goal.ReplaceNode(1, 4),
                new Goal.Explicit(List.of(new Assignment("t", 0, List.of(1, 4)))))) {
            assertThat(refusal(input, goal)).singleElement().asString().contains("node 4", word, remedy);
        }
    }

    @Test
    void aNodeDoesNotReplaceItself() {
        assertThat(refusal(THREE, new Goal.ReplaceNode(1, 1)))
                .singleElement()
                .asString()
                .contains("replace itself");
    }

    @Test
    void unknownTopicsRacksAndDirectoriesAreNamed() {
        assertThat(refusal(THREE, new Goal.ReplicationFactor(new TreeSet<>(List.of("no")), 2)))
                .containsExactly("there is no topic no; shiplog topics lists them");
        assertThat(refusal(THREE, new Goal.OffRack("z"))).containsExactly("no node is in rack z; there are (none)");
        assertThat(refusal(THREE, new Goal.OffDirectory(1, "/no")))
                .containsExactly("node 1 has no directory /no; it has /data");
    }

    @Test
    void aFactorIsAtLeastOneAndAtMostTheNodes() {
        TreeSet<String> topics = new TreeSet<>(List.of("t"));
        assertThat(refusal(THREE, new Goal.ReplicationFactor(topics, 0)))
                .singleElement()
                .asString()
                .contains("1 is the least");
        assertThat(refusal(THREE, new Goal.ReplicationFactor(topics, 4)))
                .singleElement()
                .asString()
                .contains("takes 4 nodes, and there are 3");
    }

    @Test
    void aNodeThatIsNeededForTheFactorIsNotDrained() {
        PlanInput input = new PlanInput(nodes("", ""), striped("t", 12, GIB, 2, 2));
        List<String> problems = refusal(input, new Goal.DrainNodes(ids(2)));
        assertThat(problems).hasSize(11).last().isEqualTo("and 2 more");
        assertThat(problems.get(0)).contains("t-0 is to have 2 replicas", "add a node or lower");
    }

    @Test
    void nothingIsMovedWhereItDoesNotFit() {
        List<PlanNode> nodes = List.of(
                node(1, ""),
                new PlanNode(2, "", PlanNode.State.SERVING, List.of(new PlanDirectory("/d", 10 * GIB, 2 * GIB))));
        PlanInput input = new PlanInput(nodes, List.of(partition("t", 0, 3 * GIB, 1)));
        assertThat(refusal(input, new Goal.DrainNodes(ids(1))))
                .singleElement()
                .asString()
                .contains("t-0 (3.0 GiB)", "(2)", "a tenth of each directory");
        assertThat(refusal(input, new Goal.ReplaceNode(1, 2)))
                .singleElement()
                .asString()
                .contains("does not fit on node 2");
        assertThat(refusal(input, new Goal.Explicit(List.of(new Assignment("t", 0, List.of(2))))))
                .singleElement()
                .asString()
                .contains("node 2 would be full: 3.0 GiB would come, 1.0 GiB may be written");
    }

    @Test
    void racksAreNotGivenUpBecauseANodeIsDown() {
        List<PlanNode> nodes = new ArrayList<>(nodes("a", "b", "a"));
        nodes.add(node(4, "b", PlanNode.State.FENCED));
        PlanInput input = new PlanInput(nodes, List.of(partition("t", 0, GIB, 1, 2)));
        assertThat(refusal(input, new Goal.DrainNodes(ids(2))))
                .singleElement()
                .asString()
                .contains("1 racks instead of 2");
    }

    @Test
    void aReplacementInAnotherRackIsRefusedWhereRacksAreLost() {
        PlanInput input = new PlanInput(nodes("a", "b", "a", "b"), List.of(partition("t", 0, GIB, 1, 2)));
        assertThat(refusal(input, new Goal.ReplaceNode(2, 3)))
                .singleElement()
                .asString()
                .contains("take a node in rack b");
    }

    @Test
    void whatMovesAlreadyOrHasNoLeaderIsNotMovedAgain() {
        PlanInput busy = new PlanInput(nodes("", "", ""), List.of(busy("t", 0, "is part of job 3", 1)));
        PlanInput dead = new PlanInput(nodes("", "", ""), List.of(leaderless("t", 0, 1)));
        for (Goal goal : List.of(
                new Goal.DrainNodes(ids(1)),
                new Goal.ReplaceNode(1, 2),
                new Goal.OffDirectory(1, "/data"),
                new Goal.ReplicationFactor(new TreeSet<>(List.of("t")), 2),
                new Goal.Explicit(List.of(new Assignment("t", 0, List.of(2)))))) {
            assertThat(refusal(busy, goal)).first().asString().startsWith("t-0 is part of job 3; wait");
            assertThat(refusal(dead, goal))
                    .first()
                    .asString()
                    .startsWith("t-0 has no leader")
                    .contains("recover plan");
        }
    }

    @Test
    void assignmentsOfAFileAreCheckedOneByOne() {
        assertThat(refusal(THREE, explicit("t", 7, 1)))
                .containsExactly("t-7 does not exist: the topic has no such partition");
        assertThat(refusal(THREE, explicit("no", 0, 1))).containsExactly("no-0 does not exist: there is no topic no");
        assertThat(refusal(THREE, explicit("t", 0, 1, 1)))
                .singleElement()
                .asString()
                .contains("two replicas on one node");
        assertThat(refusal(THREE, explicit("t", 0))).singleElement().asString().contains("no replicas");
        assertThat(refusal(THREE, explicit("t", 0, 1, 9)))
                .singleElement()
                .asString()
                .contains("node 9", "there are 1, 2, 3");
        assertThat(refusal(
                        THREE,
                        new Goal.Explicit(
                                List.of(new Assignment("t", 0, List.of(1, 2)), new Assignment("t", 0, List.of(1, 2))))))
                .containsExactly("t-0 is named twice; name it once");
    }

    private static Goal explicit(String topic, int partition, Integer... replicas) {
        return new Goal.Explicit(List.of(new Assignment(topic, partition, List.of(replicas))));
    }

    @Test
    void moreMovesThanAJobHoldsArePlannedInPartsAndBalanceStopsThere() {
        PlanInput input = new PlanInput(nodes("", ""), striped("t", 20, GIB, 1, 1));
        PlanSettings few = new PlanSettings(0, SETTINGS.toleranceRatio(), 5);
        Plan part = (Plan) Planner.plan(input, new Goal.DrainNodes(ids(1)), few);
        assertThat(part.moves()).hasSize(5);
        assertThat(part.later()).isEqualTo(15);
        assertThat(part.kind())
                .as("what empties a node must leave nothing there")
                .isEqualTo(PlanKind.REASSIGN);
        assertThat(part.subjects()).isEmpty();
        assertThat(part.nodes().get(0).after().replicas()).as("what is left").isEqualTo(15);
        assertThat(part.notes()).anyMatch(note -> note.contains("15 more: when it is done, the same command"));
        assertThat(part.notes()).anyMatch(note -> note.contains("shiplog nodes cordon"));
        Plan balance = (Plan) Planner.plan(input, new Goal.Balance(), few);
        assertThat(balance.moves()).hasSize(5);
        assertThat(balance.notes()).singleElement().asString().contains("plan again");
    }

    @Test
    void aNodeThatWasForgottenWithReplicasCanBeFreedOfThem() {
        PlanInput input = new PlanInput(nodes("", "").subList(0, 2), striped("t", 3, GIB, 2, 3));
        Plan plan = (Plan) Planner.plan(input, new Goal.DrainNodes(ids(3)), SETTINGS);
        assertThat(plan.moves()).isNotEmpty().allMatch(move -> !move.replicas().contains(3));
        assertThat(plan.kind()).as("nobody is there to be emptied").isEqualTo(PlanKind.REASSIGN);
        assertThat(Planner.plan(input, new Goal.DrainNodes(ids(9)), SETTINGS)).isInstanceOf(PlanRefusal.class);
    }

    @Test
    void whatNobodySaysTheSizeOfIsNamed() {
        PlanPartition unknown =
                new PlanPartition("u", 0, List.of(1), 1, List.of(1), 0, null, new java.util.TreeMap<>());
        Plan plan = (Plan)
                Planner.plan(new PlanInput(nodes("", ""), List.of(unknown)), new Goal.DrainNodes(ids(1)), SETTINGS);
        assertThat(plan.notes()).singleElement().asString().contains("so they count as empty: u-0");
    }

    @Test
    void aPlanIsCheckedAgainstTheClusterAsItIsNow() {
        Plan plan = Clusters.plan(THREE, new Goal.DrainNodes(ids(1)));
        assertThat(PlanCheck.problems(THREE, plan.moves())).isEmpty();
        PlanInput changed = new PlanInput(THREE.nodes(), striped("t", 3, GIB, 3, 3));
        assertThat(PlanCheck.problems(changed, plan.moves())).hasSize(2).allMatch(line -> line.contains("plan again"));
        PlanInput busy = new PlanInput(THREE.nodes(), List.of(busy("t", 0, "is part of job 3", 1, 2, 3)));
        assertThat(PlanCheck.problems(busy, plan.moves()).get(0))
                .as("what can be done about it comes first")
                .startsWith("t-0 is part of job 3");
        PlanInput gone = new PlanInput(nodes("", ""), THREE.partitions());
        assertThat(PlanCheck.problems(gone, plan.moves())).isNotEmpty().allMatch(line -> line.contains("node 3"));
    }
}
