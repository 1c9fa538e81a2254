// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.controller.RestartSafety.Forbidding;
import io.shiplog.metadata.controller.RestartSafety.Verdict;
import org.junit.jupiter.api.Test;

class RestartSafetyTest {
    private final TestCluster cluster = TestCluster.of(4);

    private Verdict verdict(int brokerId) {
        return RestartSafety.of(cluster.image(), brokerId);
    }

    @Test
    void nodeThatEveryPartitionCanSpareMayBeRestarted() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.topicOn("wide", TestCluster.ids(1, 2, 3, 4));
        Verdict verdict = verdict(1);
        assertThat(verdict.safe()).isTrue();
        assertThat(verdict.margin()).as("t is left with 2 of 2").hasValue(0);
        assertThat(verdict.partitions()).isEqualTo(2);
        assertThat(verdict.forbidding()).isZero();
        assertThat(verdict(4).margin()).as("wide is left with 3 of 2").hasValue(1);
    }

    @Test
    void partitionThatWouldGoBelowMinIsrForbidsIt() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.fence(3);
        Verdict verdict = verdict(1);
        assertThat(verdict.safe()).isFalse();
        assertThat(verdict.margin()).hasValue(-1);
        assertThat(verdict.named()).containsExactly(new Forbidding("t", 0, 2, 1, "3 is fenced"));
    }

    @Test
    void memberThatIsStoppingDoesNotCount() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.ok(cluster.change(3, false, true));
        assertThat(verdict(1).safe()).isFalse();
        assertThat(verdict(1).named().get(0).reason()).isEqualTo("3 is stopping");
    }

    @Test
    void memberThatIsNotBackInSyncDoesNotCount() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.fence(3);
        cluster.unfence(3);
        assertThat(verdict(2).named().get(0).reason()).isEqualTo("3 is not in sync yet");
        cluster.alterIsr("t", 1, 2, 3);
        assertThat(verdict(2).safe()).isTrue();
    }

    @Test
    void minIsrIsTheTopics() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3), "min.insync.replicas", "3");
        assertThat(verdict(1).safe()).isFalse();
        assertThat(verdict(1).named()).containsExactly(new Forbidding("t", 0, 3, 2, "it has too few other replicas"));
        ConfigDeciderTest.set(cluster, "t", "min.insync.replicas", "1");
        assertThat(verdict(1).margin()).hasValue(1);
    }

    @Test
    void onlyReplicaForbidsIt() {
        cluster.topicOn("t", TestCluster.ids(1));
        assertThat(verdict(1).safe()).isFalse();
        assertThat(verdict(1).named().get(0).reason()).isEqualTo("it has too few other replicas");
    }

    @Test
    void drainingMemberStaysInSyncAndCounts() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.ok(cluster.drain(3, true));
        assertThat(verdict(1).safe()).isTrue();
    }

    @Test
    void partitionThatTheNodeIsNotInSyncWithDoesNotCount() {
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
        cluster.alterIsr("t", 1, 2);
        assertThat(verdict(3).safe()).isTrue();
        assertThat(verdict(3).margin()).isEmpty();
        assertThat(verdict(3).partitions()).isZero();
    }

    @Test
    void unknownNodeIsNotSafe() {
        assertThat(verdict(9).known()).isFalse();
        assertThat(verdict(9).safe()).isFalse();
    }

    @Test
    void onlySoManyPartitionsAreNamed() {
        cluster.create(cluster.newTopic("t", 100, 1));
        Verdict verdict = verdict(1);
        assertThat(verdict.forbidding())
                .isEqualTo(cluster.image().index().leaderships(1))
                .isGreaterThan(20);
        assertThat(verdict.named()).hasSize(RestartSafety.MAX_NAMED);
    }
}
