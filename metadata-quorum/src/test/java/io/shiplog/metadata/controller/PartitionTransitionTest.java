// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.PartitionImage;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PartitionTransitionTest {
    private static final TopicPolicy COMMIT = TopicPolicy.of(new TreeMap<>());

    private static TopicPolicy policy(String... settings) {
        TreeMap<String, String> overrides = new TreeMap<>();
        for (int i = 0; i < settings.length; i += 2) {
            overrides.put(settings[i], settings[i + 1]);
        }
        return TopicPolicy.of(overrides);
    }

    private static int[] ids(int... ids) {
        return ids;
    }

    /** Replicas 1, 2, 3, led by the first of the ISR in leader epoch 5, partition epoch 9, durable. */
    private static PartitionImage state(int[] isr, int[] elr) {
        int leader = isr.length == 0 ? PartitionImage.NO_LEADER : isr[0];
        return new PartitionImage(ids(1, 2, 3), isr, elr, ids(), leader, 5, 9, true, false);
    }

    private static PartitionImage next(PartitionImage before, TopicPolicy policy, int... active) {
        return new PartitionTransition(before, policy, id -> Replicas.contains(active, id)).next();
    }

    @Test
    void nothingToChangeIsTheSameState() {
        PartitionImage before = state(ids(1, 2, 3), ids());
        assertThat(next(before, COMMIT, 1, 2, 3)).isSameAs(before);
    }

    @Test
    void fencedFollowerLeavesTheIsrWithoutANewLeaderEpoch() {
        PartitionImage after = next(state(ids(1, 2, 3), ids()), COMMIT, 1, 3);
        assertThat(after).isEqualTo(new PartitionImage(ids(1, 2, 3), ids(1, 3), ids(), ids(), 1, 5, 10, true, false));
    }

    @Test
    void fencedLeaderIsReplacedInANewLeaderEpoch() {
        PartitionImage after = next(state(ids(1, 2, 3), ids()), COMMIT, 2, 3);
        assertThat(after).isEqualTo(new PartitionImage(ids(1, 2, 3), ids(2, 3), ids(), ids(), 2, 6, 10, true, false));
    }

    @Test
    void fencingBelowMinIsrMakesEligible() {
        assertThat(next(state(ids(1, 2, 3), ids()), COMMIT, 2).elr()).containsExactly(1, 3);
        assertThat(next(state(ids(1, 2), ids()), COMMIT, 2).elr()).containsExactly(1);
    }

    @Test
    void minIsrIsNeverMoreThanThereAreReplicas() {
        PartitionImage pair = new PartitionImage(ids(1, 2), ids(1, 2), ids(), ids(), 1, 5, 9, true, false);
        assertThat(next(pair, policy("min.insync.replicas", "3"), 1).elr()).containsExactly(2);
        PartitionImage alone = new PartitionImage(ids(1), ids(1), ids(), ids(), 1, 5, 9, true, false);
        assertThat(next(alone, policy("min.insync.replicas", "3"), 1)).isSameAs(alone);
    }

    @Test
    void lastInSyncReplicaThatIsFencedStaysEligibleAndIsRemembered() {
        PartitionImage after = next(state(ids(3), ids(2)), COMMIT);
        assertThat(after).isEqualTo(new PartitionImage(ids(1, 2, 3), ids(), ids(2, 3), ids(3), -1, 6, 10, true, false));
    }

    @Test
    void electionFromTheElrStartsANewIsrAndKeepsTheOthersEligible() {
        PartitionImage after = next(state(ids(), ids(2, 3)), COMMIT, 1, 3);
        assertThat(after).isEqualTo(new PartitionImage(ids(1, 2, 3), ids(3), ids(2), ids(), 3, 6, 10, true, false));
    }

    @Test
    void electionFromTheElrThatReachesMinIsrEndsEligibility() {
        PartitionImage after = next(state(ids(), ids(2, 3)), policy("min.insync.replicas", "1"), 2, 3);
        assertThat(after.isr()).containsExactly(2);
        assertThat(after.elr()).as("2 commits alone from here on").isEmpty();
    }

    @Test
    void newLeaderEndsTheMemoryOfTheLastKnownOne() {
        PartitionImage offline = new PartitionImage(ids(1, 2, 3), ids(), ids(2), ids(3), -1, 5, 9, true, false);
        assertThat(next(offline, COMMIT, 2).lastKnownElr()).isEmpty();
    }

    @Test
    void firstLastKnownLeaderIsTheOneThatIsRemembered() {
        PartitionImage offline = new PartitionImage(ids(1, 2, 3), ids(), ids(2), ids(3), -1, 5, 9, true, false);
        PartitionTransition transition = new PartitionTransition(offline, COMMIT, id -> false);
        assertThat(transition.distrusting(2, false).next().lastKnownElr()).containsExactly(3, 2);
        transition = new PartitionTransition(offline, COMMIT, id -> false);
        assertThat(transition.distrusting(2, true).next().lastKnownElr())
                .as("its disk is worthless")
                .containsExactly(3);
    }

    @Test
    void uncleanElectionIsRecordedAndEndsDurability() {
        PartitionImage after = next(state(ids(1), ids()), policy("unclean.leader.election.enable", "true"), 3);
        assertThat(after).isEqualTo(new PartitionImage(ids(1, 2, 3), ids(3), ids(), ids(), 3, 6, 10, false, true));
    }

    @Test
    void uncleanFlagOutlivesCleanElections() {
        PartitionImage unclean = new PartitionImage(ids(1, 2, 3), ids(1, 2), ids(), ids(), 1, 5, 9, false, true);
        PartitionImage after = next(unclean, COMMIT, 2);
        assertThat(after.leader()).isEqualTo(2);
        assertThat(after.unclean()).isTrue();
    }

    @Test
    void distrustedBrokerIsNeitherInSyncNorEligible() {
        PartitionImage after = new PartitionTransition(state(ids(1, 2), ids(3)), COMMIT, id -> id != 2)
                .distrusting(2, false)
                .next();
        assertThat(after.isr()).containsExactly(1);
        assertThat(after.elr()).containsExactly(3);
        after = new PartitionTransition(state(ids(1), ids(2, 3)), COMMIT, id -> true)
                .distrusting(2, false)
                .next();
        assertThat(after.elr()).containsExactly(3);
    }

    @Test
    void distrustedLeaderIsLastKnownUnlessItsDiskIsWorthless() {
        TopicPolicy replicated = policy("flush.policy", "replicated");
        PartitionTransition transition = new PartitionTransition(state(ids(1), ids()), replicated, id -> id != 1);
        assertThat(transition.distrusting(1, false).next().lastKnownElr()).containsExactly(1);
        transition = new PartitionTransition(state(ids(1), ids()), replicated, id -> id != 1);
        assertThat(transition.distrusting(1, true).next().lastKnownElr()).isEmpty();
    }

    @Test
    void distrustedBrokerIsNotElectedEvenUncleanly() {
        TopicPolicy unclean = policy("unclean.leader.election.enable", "true");
        PartitionImage after = new PartitionTransition(state(ids(1), ids()), unclean, id -> id == 1)
                .distrusting(1, false)
                .next();
        assertThat(after.hasLeader()).isFalse();
    }

    @Test
    void isrIsKeptInTheOrderOfAssignment() {
        PartitionImage after = new PartitionTransition(state(ids(1), ids(2, 3)), COMMIT, id -> true)
                .withIsr(ids(3, 2, 1))
                .next();
        assertThat(after.isr()).containsExactly(1, 2, 3);
    }
}
