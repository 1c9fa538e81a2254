// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.formation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Deque;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormationTest {
    static List<List<Integer>> ordersOfThree() {
        return FormationModel.orders(3);
    }

    private static FormationModel formed(int nodes) {
        FormationModel model = new FormationModel(nodes);
        for (int id = 1; id <= nodes; id++) {
            model.start(id);
        }
        model.settle();
        return model;
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 3, 5})
    void emptyNodesFormOneClusterWhenAllAreThere(int nodes) {
        FormationModel model = formed(nodes);
        assertThat(model.everFormed()).hasSize(1);
        assertThat(model.phases()).containsOnly(Phase.FORMED);
        assertThat(model.disk(1).peerIds()).hasSize(nodes);
        for (int id = 2; id <= nodes; id++) {
            assertThat(model.disk(id).peerIds()).isEqualTo(model.disk(1).peerIds());
        }
    }

    @ParameterizedTest
    @MethodSource("ordersOfThree")
    void nothingFormsBeforeTheLastNodeIsThere(List<Integer> order) {
        FormationModel model = new FormationModel(3);
        for (int id : order) {
            assertThat(model.everFormed()).isEmpty();
            assertThat(model.phases()).doesNotContain(Phase.PREPARED);
            model.start(id);
            model.settle();
        }
        assertThat(model.everFormed()).hasSize(1);
    }

    /** One crash, at every point of every start order, of every node, before or after its disk was written. */
    @ParameterizedTest
    @MethodSource("ordersOfThree")
    void aCrashAtAnyPointEndsInTheOneCluster(List<Integer> order) {
        for (int crashing = 1; crashing <= 3; crashing++) {
            for (int point = 0; point < 12; point++) {
                for (boolean beforeConfirming : new boolean[] {true, false}) {
                    FormationModel model = new FormationModel(3);
                    order.forEach(model::start);
                    runWithCrash(model, order, crashing, point, beforeConfirming);
                    model.start(crashing);
                    model.settle();
                    assertThat(model.phases())
                            .as("crash of %s at %s", crashing, point)
                            .containsOnly(Phase.FORMED);
                    assertThat(model.everFormed()).hasSize(1);
                }
            }
        }
    }

    private static void runWithCrash(
            FormationModel model, List<Integer> order, int crashing, int point, boolean beforeConfirming) {
        int step = 0;
        for (int round = 0; round < 2; round++) {
            for (int asking : order) {
                for (int asked : order) {
                    if (asking != asked) {
                        model.exchange(asking, asked);
                    }
                }
                if (step++ == point) {
                    model.crash(crashing);
                }
                model.persist(asking, asking == crashing && step == point && beforeConfirming);
                if (step++ == point) {
                    model.crash(crashing);
                }
            }
        }
    }

    @ParameterizedTest
    @MethodSource("ordersOfThree")
    void twoOfThreeWipedDisksMakeNoSecondClusterWhateverTheOrder(List<Integer> order) {
        for (int survivor = 1; survivor <= 3; survivor++) {
            FormationModel model = formed(3);
            String cluster = model.disk(1).clusterId();
            for (int id = 1; id <= 3; id++) {
                model.crash(id);
                if (id != survivor) {
                    model.wipe(id);
                }
            }
            for (int id : order) {
                model.start(id);
                model.settle();
            }
            assertThat(model.everFormed()).containsExactly(cluster);
            for (int id = 1; id <= 3; id++) {
                assertThat(model.disk(id).phase()).isEqualTo(id == survivor ? Phase.FORMED : Phase.JOINING);
                assertThat(model.disk(id).clusterId()).isEqualTo(cluster);
            }
        }
    }

    @Test
    void twoWipedNodesAloneWait() {
        FormationModel model = formed(3);
        model.crash(1);
        for (int id = 2; id <= 3; id++) {
            model.wipe(id);
            model.start(id);
        }
        model.settle();
        assertThat(model.phases()).containsExactly(Phase.FORMED, Phase.EMPTY, Phase.EMPTY);
        assertThat(model.node(2).waitingFor()).contains("not reached").contains("host1");
    }

    /** Crashes, wipes and messages in any order: fewer wipes than disks never give two clusters. */
    @Test
    void randomCrashesAndWipesNeverFormTwoClusters() {
        for (int seed = 0; seed < 20_000; seed++) {
            Random random = new Random(seed);
            FormationModel model = new FormationModel(3);
            int wipes = 0;
            for (int step = 0; step < 60; step++) {
                int id = 1 + random.nextInt(3);
                switch (random.nextInt(10)) {
                    case 0 -> model.crash(id);
                    case 1 -> {
                        if (wipes < 2) {
                            wipes++;
                            model.wipe(id);
                        }
                    }
                    case 2, 3, 4 -> {
                        if (!model.runs(id)) {
                            model.start(id);
                        }
                    }
                    case 5, 6, 7 -> model.exchange(id, 1 + (id + random.nextInt(2)) % 3);
                    default -> model.persist(id, random.nextInt(4) == 0);
                }
            }
            assertThat(model.everFormed()).as("seed %s", seed).hasSizeLessThanOrEqualTo(1);
            if (wipes == 0) {
                for (int id = 1; id <= 3; id++) {
                    model.start(id);
                }
                model.settle();
                assertThat(model.phases()).as("seed %s", seed).containsOnly(Phase.FORMED);
            }
        }
    }

    /** Two nodes and one wipe, by breadth: every state that differs in what is on the disks or in what a node would do next. */
    @Test
    void noReachableStateOfTwoNodesHasTwoClusters() {
        Deque<List<Integer>> paths = new ArrayDeque<>();
        paths.add(List.of());
        Set<String> seen = new HashSet<>();
        while (!paths.isEmpty()) {
            List<Integer> path = paths.poll();
            FormationModel model = new FormationModel(2);
            int wipes = 0;
            for (int action : path) {
                wipes += act(model, action) ? 1 : 0;
            }
            assertThat(model.everFormed()).as("path %s", path).hasSizeLessThanOrEqualTo(1);
            boolean isNew = seen.add(describe(model) + wipes);
            for (int action = 0; isNew && action < 12; action++) {
                if (action / 2 != 5 || wipes == 0) {
                    List<Integer> next = new ArrayList<>(path);
                    next.add(action);
                    paths.add(next);
                }
            }
        }
        assertThat(seen).hasSizeGreaterThan(100);
    }

    private static boolean act(FormationModel model, int action) {
        int id = 1 + action % 2;
        switch (action / 2) {
            case 0 -> {
                if (!model.runs(id)) {
                    model.start(id);
                }
            }
            case 1 -> model.crash(id);
            case 2 -> model.exchange(id, 3 - id);
            case 3 -> model.persist(id, false);
            case 4 -> model.persist(id, true);
            default -> {
                model.wipe(id);
                return true;
            }
        }
        return false;
    }

    private static String describe(FormationModel model) {
        StringBuilder text = new StringBuilder();
        for (int id = 1; id <= model.nodes; id++) {
            text.append(model.disk(id))
                    .append(
                            model.runs(id)
                                    ? model.node(id).next() + model.node(id).waitingFor()
                                    : "down");
        }
        return text.toString();
    }

    private static SortedMap<Integer, String> voters() {
        SortedMap<Integer, String> voters = new TreeMap<>();
        voters.put(1, "a");
        voters.put(2, "b");
        return voters;
    }

    @Test
    void nodesWithOtherVotersAreNotFormedWith() {
        Formation one = new Formation(voters(), Stamp.empty(1, "1-x"));
        SortedMap<Integer, String> others = voters();
        others.put(3, "c");
        one.onReport(new Formation(others, Stamp.empty(2, "2-x")).self());
        assertThat(one.next()).isEmpty();
        assertThat(one.waitingFor()).contains("quorum.voters");
    }

    @Test
    void anUnreachableNodeCountsNoMore() {
        Formation one = new Formation(voters(), Stamp.empty(1, "1-x"));
        one.onReport(new Formation(voters(), Stamp.empty(2, "2-x")).self());
        assertThat(one.next()).isPresent();
        one.onUnreachable(2);
        assertThat(one.next()).isEmpty();
    }

    @Test
    void reportsOfStrangersAndOfOneselfAreIgnored() {
        Formation one = new Formation(voters(), Stamp.empty(1, "1-x"));
        String digest = one.self().votersDigest();
        one.onReport(new Report(1, "1-y", Phase.FORMED, "c", digest));
        one.onReport(new Report(7, "7-y", Phase.FORMED, "c", digest));
        assertThat(one.next()).isEmpty();
    }

    @Test
    void aDiskLostDuringTheFirstFormationIsToldToPeople() {
        FormationModel model = new FormationModel(2);
        model.start(1);
        model.start(2);
        model.exchange(1, 2);
        model.persist(1, false);
        model.wipe(2);
        model.start(2);
        model.settle();
        assertThat(model.phases()).containsExactly(Phase.PREPARED, Phase.EMPTY);
        assertThat(model.everFormed()).isEmpty();
        assertThat(model.node(1).waitingFor()).contains("lost its disk");
        assertThat(model.node(2).waitingFor()).contains("disk that is gone");
    }

    @Test
    void twoClustersAtOnceAreJoinedByNobody() {
        SortedMap<Integer, String> voters = voters();
        voters.put(3, "c");
        Formation one = new Formation(voters, Stamp.empty(1, "1-x"));
        String digest = one.self().votersDigest();
        one.onReport(new Report(2, "2-x", Phase.FORMED, "A", digest));
        one.onReport(new Report(3, "3-x", Phase.FORMED, "B", digest));
        assertThat(one.next()).isEmpty();
        assertThat(one.waitingFor()).contains("another cluster");
    }

    @Test
    void aNodeThatIsNotConfiguredFormsNothingAndJoinsWhatRuns() {
        Formation outside = new Formation(voters(), Stamp.empty(9, "9-x"));
        String digest = outside.self().votersDigest();
        voters().keySet().forEach(id -> outside.onReport(new Report(id, id + "-x", Phase.EMPTY, "", digest)));
        assertThat(outside.next()).isEmpty();
        assertThat(outside.waitingFor()).contains("joins a quorum that runs");
        outside.onReport(new Report(1, "1-x", Phase.FORMED, "A", digest));
        assertThat(outside.next()).hasValueSatisfying(stamp -> {
            assertThat(stamp.phase()).isEqualTo(Phase.JOINING);
            assertThat(stamp.clusterId()).isEqualTo("A");
        });
    }

    @Test
    void aNodeThatWasTakenOutNeverRunsAgain() {
        Stamp removed = new Stamp(1, "1-x", Phase.REMOVED, "A", Collections.emptySortedMap());
        Formation node = new Formation(voters(), removed);
        node.onReport(new Report(2, "2-x", Phase.FORMED, "A", node.self().votersDigest()));
        assertThat(node.next()).isEmpty();
        assertThat(node.stamp().phase().runs()).isFalse();
    }

    @Test
    void phasesKeepTheirNumbers() {
        assertThat(Arrays.stream(Phase.values()).map(Phase::number)).containsExactly(0, 1, 2, 3, 4);
        assertThat(Phase.ofNumber(17)).isEqualTo(Phase.PREPARED);
        assertThat(Collections.max(Arrays.asList(Phase.values()))).isEqualTo(Phase.REMOVED);
    }
}
