// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.PartitionIndex.Group;
import io.shiplog.metadata.proto.AlterReassignmentsCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.PartitionAlterationResult;
import io.shiplog.metadata.proto.PartitionError;
import io.shiplog.metadata.proto.Reassignment;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Reassignments from begin to end (KIP-455, KIP-860), each refusal with a request in which only that rule is broken. */
class ReassignmentDeciderTest {
    private TestCluster cluster;

    @BeforeEach
    void createTopic() {
        cluster = TestCluster.of(6);
        cluster.topicOn("t", TestCluster.ids(1, 2, 3));
    }

    private static Reassignment.Builder to(int... replicas) {
        Reassignment.Builder reassignment = Reassignment.newBuilder().setTopic("t");
        for (int replica : replicas) {
            reassignment.addReplicas(replica);
        }
        return reassignment;
    }

    private static Reassignment.Builder cancelled() {
        return Reassignment.newBuilder().setTopic("t").setCancel(true);
    }

    private PartitionError run(Reassignment.Builder reassignment, boolean anyFactor) {
        MetadataResult result = cluster.ok(TestCluster.own()
                .setAlterReassignments(AlterReassignmentsCommand.newBuilder()
                        .setAllowReplicationFactorChange(anyFactor)
                        .addPartitions(reassignment)));
        return result.getAlterReassignments().getPartitions(0);
    }

    private void accepted(Reassignment.Builder reassignment) {
        assertThat(run(reassignment, true))
                .isEqualTo(PartitionError.newBuilder().setTopic("t").build());
    }

    private void refused(Reassignment.Builder reassignment, boolean anyFactor, Errors expected) {
        long offset = cluster.image().offset();
        long hash = cluster.image().stateHash();
        PartitionError result = run(reassignment, anyFactor);
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(expected);
        assertThat(result.getMessage()).isNotEmpty();
        assertThat(cluster.image().offset()).isEqualTo(offset);
        assertThat(cluster.image().stateHash()).isEqualTo(hash);
    }

    private PartitionImage state() {
        return cluster.partition("t");
    }

    @Test
    void targetComesFirstAndThoseToLeaveStayBehindIt() {
        accepted(to(4, 2, 5));
        assertThat(state().replicas()).containsExactly(4, 2, 5, 1, 3);
        assertThat(state().adding()).containsExactly(4, 5);
        assertThat(state().removing()).containsExactly(1, 3);
        assertThat(state().isr()).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(state().leader()).isEqualTo(1);
        assertThat(state().leaderEpoch()).as("nobody left").isZero();
        assertThat(state().partitionEpoch()).isEqualTo(1);
        assertThat(cluster.image().index().size(Group.REASSIGNING, 0)).isEqualTo(1);
    }

    @Test
    void newReplicasRaiseNoMinIsrBeforeTheyAreInSync() {
        cluster.topicOn("one", TestCluster.ids(1));
        cluster.ok(TestCluster.own()
                .setAlterReassignments(AlterReassignmentsCommand.newBuilder()
                        .setAllowReplicationFactorChange(true)
                        .addPartitions(to(1, 2, 3).setTopic("one"))));
        assertThat(cluster.partition("one").replicationFactor()).isEqualTo(1);
        cluster.alterIsr("one", 1, 2);
        cluster.alterIsr("one", 1, 2, 3);
        assertThat(cluster.partition("one").replicationFactor()).isEqualTo(3);
        assertThat(cluster.partition("one").reassigning()).isFalse();
    }

    @Test
    void completesOnlyWhenTheWholeTargetIsInSync() {
        accepted(to(1, 4, 5));
        cluster.alterIsr("t", 1, 2, 3, 4);
        assertThat(state().reassigning()).as("5 is missing").isTrue();
        cluster.alterIsr("t", 2, 4, 5, 1);
        assertThat(state().reassigning()).isFalse();
        assertThat(state().replicas()).containsExactly(1, 4, 5);
        assertThat(state().isr()).containsExactly(1, 4, 5);
        assertThat(state().adding()).isEmpty();
        assertThat(state().removing()).isEmpty();
    }

    @Test
    void doesNotCompleteWhileATargetThatWasThereBeforeIsOutOfSync() {
        accepted(to(1, 2, 4));
        cluster.alterIsr("t", 1, 3, 4);
        assertThat(state().reassigning()).as("2 is missing (KAFKA-15665)").isTrue();
        cluster.alterIsr("t", 1, 2, 3, 4);
        assertThat(state().replicas()).containsExactly(1, 2, 4);
    }

    @Test
    void smallerSetWaitsForItsTargetToo() {
        cluster.alterIsr("t", 1, 3);
        accepted(to(1, 2));
        assertThat(state().reassigning()).isTrue();
        cluster.alterIsr("t", 1, 2, 3);
        assertThat(state().replicas()).containsExactly(1, 2);
    }

    @Test
    void removalOfAReplicaRaisesTheLeaderEpochThoughTheLeaderStays() {
        accepted(to(1, 2));
        assertThat(state().replicas()).containsExactly(1, 2);
        assertThat(state().leader()).isEqualTo(1);
        assertThat(state().leaderEpoch()).isEqualTo(1);
        assertThat(state().partitionEpoch()).isEqualTo(1);
    }

    @Test
    void proposalThatCompletesAndKeepsTheLeaderIsAnsweredWithTheNewReplicas() {
        accepted(to(1, 2, 4));
        PartitionAlterationResult result = cluster.alter(1, cluster.alteration("t", 1, 2, 3, 4));
        assertThat(result.getError()).isZero();
        assertThat(result.getReplicasList()).containsExactly(1, 2, 4);
        assertThat(result.getState().getIsrList()).containsExactly(1, 2, 4);
        assertThat(result.getState().getLeaderEpoch()).isEqualTo(1);
    }

    @Test
    void proposalThatCompletesAndMovesTheLeaderIsAnsweredNewLeaderElected() {
        accepted(to(4, 2, 3));
        PartitionAlterationResult result = cluster.alter(1, cluster.alteration("t", 1, 2, 3, 4));
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.NEW_LEADER_ELECTED);
        assertThat(result.hasState()).isFalse();
        assertThat(state().replicas()).containsExactly(4, 2, 3);
        assertThat(state().leader()).isEqualTo(4);
        assertThat(state().leaderEpoch()).isEqualTo(1);
    }

    @Test
    void anotherOrderOfTheSameReplicasIsDoneAtOnce() {
        accepted(to(3, 2, 1));
        assertThat(state().replicas()).containsExactly(3, 2, 1);
        assertThat(state().reassigning()).isFalse();
        assertThat(state().leader()).isEqualTo(1);
        assertThat(state().leaderEpoch()).isZero();
    }

    @Test
    void sameTargetAgainChangesNothing() {
        accepted(to(4, 2, 3));
        long offset = cluster.image().offset();
        accepted(to(4, 2, 3));
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    @Test
    void laterTargetDropsWhatAnEarlierOneAdded() {
        accepted(to(4, 5, 3));
        cluster.alterIsr("t", 1, 2, 3, 4);
        accepted(to(6, 2, 3));
        assertThat(state().replicas()).containsExactly(6, 2, 3, 1);
        assertThat(state().adding()).containsExactly(6);
        assertThat(state().removing()).containsExactly(1);
        assertThat(state().isr()).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(state().leaderEpoch()).as("4 and 5 left").isEqualTo(1);
    }

    @Test
    void cancelLeadsBackToWhereItBegan() {
        accepted(to(4, 5, 6));
        accepted(to(5, 6, 4));
        accepted(cancelled());
        assertThat(state().replicas()).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(state().reassigning()).isFalse();
        assertThat(state().isr()).containsExactlyInAnyOrder(1, 2, 3);
        assertThat(state().leader()).isEqualTo(1);
    }

    @Test
    void cancelTakesTheAddedOnesOutOfTheIsrAndTheLeadership() {
        accepted(to(4, 5, 6));
        cluster.alterIsr("t", 1, 2, 3, 4);
        cluster.fence(1);
        assertThat(state().leader()).isEqualTo(4);

        accepted(cancelled());

        assertThat(state().isr()).containsExactlyInAnyOrder(2, 3);
        assertThat(state().leader()).isIn(2, 3);
        assertThat(state().unclean()).isFalse();
    }

    /** Min ISR is 2: what is committed is on two disks, and one of them would be forgotten. */
    @Test
    void cancelThatWouldLeaveFewerThanMinIsrWhoHoldEverythingIsRefused() {
        accepted(to(4, 5, 6));
        cluster.alterIsr("t", 1, 4);
        refused(cancelled(), true, Errors.INVALID_REPLICA_ASSIGNMENT);
        cluster.fence(1);
        assertThat(state().elr()).containsExactly(1);
        refused(cancelled(), true, Errors.INVALID_REPLICA_ASSIGNMENT);
        cluster.start(1);
        cluster.alterIsr("t", 4, 1, 2);
        accepted(cancelled());
        assertThat(state().isr()).containsExactlyInAnyOrder(1, 2);
    }

    @Test
    void cancelThatLeavesFewerThanMinIsrIsTakenWhereLossIsAllowed() {
        ConfigDeciderTest.set(cluster, "t", "unclean.leader.election.enable", "true");
        accepted(to(4, 5, 6));
        cluster.alterIsr("t", 1, 4);
        accepted(cancelled());
        assertThat(state().isr()).containsExactly(1);
    }

    @Test
    void cancelThatWouldLoseAllWhoAreInSyncIsRefused() {
        accepted(to(4, 5, 6));
        cluster.alterIsr("t", 1, 4, 5);
        cluster.fence(1);
        assertThat(state().isr()).containsExactly(4, 5);
        assertThat(state().elr()).isEmpty();
        refused(cancelled(), true, Errors.INVALID_REPLICA_ASSIGNMENT);
    }

    @Test
    void cancelThatWouldLoseAllWhoAreInSyncIsAnUncleanElectionWhereThatIsAllowed() {
        ConfigDeciderTest.set(cluster, "t", "unclean.leader.election.enable", "true");
        accepted(to(4, 5, 6));
        cluster.alterIsr("t", 1, 4, 5);
        cluster.fence(1);
        accepted(cancelled());
        assertThat(state().leader()).isIn(2, 3);
        assertThat(state().unclean()).isTrue();
    }

    @Test
    void addedReplicaThatDiesOnlyDelaysIt() {
        accepted(to(4, 2, 3));
        cluster.fence(4);
        assertThat(state().replicas()).containsExactly(4, 2, 3, 1);
        assertThat(state().reassigning()).isTrue();
        cluster.start(4);
        cluster.alter(1, cluster.alteration("t", 1, 2, 3, 4));
        assertThat(state().replicas()).containsExactly(4, 2, 3);
    }

    @Test
    void leaderThatDiesMeanwhileIsReplacedAndItGoesOn() {
        accepted(to(4, 2, 3));
        cluster.fence(1);
        assertThat(state().leader()).isIn(2, 3);
        assertThat(state().adding()).containsExactly(4);
        cluster.alter(state().leader(), cluster.alteration("t", 2, 3, 4));
        assertThat(state().replicas()).containsExactly(4, 2, 3);
    }

    @Test
    void removedReplicaIsNotEligible() {
        accepted(to(4, 5, 6));
        cluster.alterIsr("t", 1);
        assertThat(state().elr()).containsExactly(2, 3);
        cluster.alterIsr("t", 1, 4);
        cluster.alter(1, cluster.alteration("t", 1, 4, 5, 6));
        assertThat(state().replicas()).containsExactly(4, 5, 6);
        assertThat(state().elr()).isEmpty();
    }

    @Test
    void electionOfAnEligibleOneThatIsTheWholeTargetCompletesIt() {
        accepted(to(2));
        assertThat(state().replicas()).as("2 is in sync").containsExactly(2);
        cluster.topicOn("u", TestCluster.ids(1, 2));
        cluster.fence(1, 2);
        cluster.ok(TestCluster.own()
                .setAlterReassignments(AlterReassignmentsCommand.newBuilder()
                        .setAllowReplicationFactorChange(true)
                        .addPartitions(to(2).setTopic("u"))));
        assertThat(cluster.partition("u").reassigning()).isTrue();
        cluster.unfence(2);
        assertThat(cluster.partition("u").leader()).isEqualTo(2);
        assertThat(cluster.partition("u").replicas()).containsExactly(2);
        assertThat(cluster.partition("u").elr()).isEmpty();
    }

    @Test
    void uncleanElectionDoesNotDeleteWhatItLeftBehind() {
        cluster.fence(1, 2, 3);
        accepted(to(4));
        ConfigDeciderTest.set(cluster, "t", "unclean.leader.election.enable", "true");
        assertThat(state().leader()).isEqualTo(4);
        assertThat(state().unclean()).isTrue();
        assertThat(state().replicas()).containsExactly(4, 1, 2, 3);
        accepted(to(4));
        assertThat(state().replicas()).as("asked for again").containsExactly(4);
    }

    // ---- refusals

    @Test
    void unknownPartition() {
        refused(to(1, 2, 4).setTopic("nobody"), true, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        refused(to(1, 2, 4).setPartition(1), true, Errors.UNKNOWN_TOPIC_OR_PARTITION);
        refused(cancelled().setPartition(-1), true, Errors.UNKNOWN_TOPIC_OR_PARTITION);
    }

    @Test
    void unknownBroker() {
        refused(to(1, 2, 9), true, Errors.INVALID_REPLICA_ASSIGNMENT);
        refused(to(1, 2, -1), true, Errors.INVALID_REPLICA_ASSIGNMENT);
    }

    @Test
    void brokerNamedTwice() {
        refused(to(1, 2, 2), true, Errors.INVALID_REPLICA_ASSIGNMENT);
    }

    @Test
    void noReplicas() {
        refused(to(), true, Errors.INVALID_REPLICA_ASSIGNMENT);
    }

    @Test
    void anotherReplicationFactorNeedsPermission() {
        refused(to(1, 2), false, Errors.INVALID_REPLICATION_FACTOR);
        refused(to(1, 2, 3, 4), false, Errors.INVALID_REPLICATION_FACTOR);
        assertThat(run(to(1, 2, 4), false).getError()).isZero();
        assertThat(run(to(1, 5, 6), false).getError())
                .as("compared with the target that it replaces")
                .isZero();
    }

    @Test
    void nothingToCancel() {
        refused(cancelled(), true, Errors.NO_REASSIGNMENT_IN_PROGRESS);
    }

    @Test
    void cancelNamesNoReplicas() {
        accepted(to(1, 2, 4));
        refused(cancelled().addReplicas(1), true, Errors.INVALID_REQUEST);
    }

    @Test
    void partitionNamedTwiceIsTakenOnce() {
        MetadataResult result = cluster.ok(TestCluster.own()
                .setAlterReassignments(AlterReassignmentsCommand.newBuilder()
                        .addPartitions(to(1, 2, 4))
                        .addPartitions(to(1, 2, 5))));
        assertThat(result.getAlterReassignments().getPartitions(0).getError()).isZero();
        assertThat(Errors.forCode(
                        (short) result.getAlterReassignments().getPartitions(1).getError()))
                .isEqualTo(Errors.INVALID_REQUEST);
        assertThat(state().adding()).containsExactly(4);
    }

    @Test
    void soManyPartitionsACallAndNoMore() {
        TestCluster small = new TestCluster(new ControllerSettings(1, 3, 2, 900_000, 5_000)).formed();
        AlterReassignmentsCommand.Builder command = AlterReassignmentsCommand.newBuilder();
        for (int i = 0; i < 3; i++) {
            command.addPartitions(to(1).setPartition(i));
        }
        MetadataResult result = small.run(TestCluster.own().setAlterReassignments(command));
        assertThat(Errors.forCode((short) result.getError())).isEqualTo(Errors.POLICY_VIOLATION);
    }
}
