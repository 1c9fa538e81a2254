// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static io.shiplog.metadata.proto.ControlJobCommand.Action.CANCEL_BACK;
import static io.shiplog.metadata.proto.ControlJobCommand.Action.CANCEL_KEEP;
import static io.shiplog.metadata.proto.JobRecord.Kind.DRAIN_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.proto.AlterReassignmentsCommand;
import io.shiplog.metadata.proto.Reassignment;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What stands still takes no room from others, and nothing stands still for ever without a way out. Topics a and b are on 1, 2 and 3 of six nodes, e and f on 1. */
class JobStandstillTest {
    private TestCluster cluster;
    private TestJobs jobs;

    @BeforeEach
    void createTopics() {
        cluster = TestCluster.of(6);
        jobs = new TestJobs(cluster);
        cluster.topicOn("a", TestCluster.ids(1, 2, 3));
        cluster.topicOn("b", TestCluster.ids(1, 2, 3));
        cluster.topicOn("e", TestCluster.ids(1));
        cluster.topicOn("f", TestCluster.ids(1));
    }

    /** a is on its way to 4, 5 and 6, of which 4 and 5 hold all; 6 is forgotten, and the nodes where it was are down. */
    private long betweenTwoPlacesThatAreGone() {
        long id = jobs.start(jobs.moving("a", 4, 5, 6));
        jobs.advance();
        cluster.alterIsr("a", 1, 2, 3, 4, 5);
        cluster.fence(1, 2, 3, 6);
        jobs.unregister(6);
        jobs.advance();
        return id;
    }

    @Test
    void moveThatMayYetGoBackIsWaitedFor() {
        long id = betweenTwoPlacesThatAreGone();
        assertThat(jobs.state(id, "a")).isEqualTo(MoveState.MOVING);
        assertThat(jobs.waits(id, 0))
                .startsWith("node 6 is not registered, and it cannot go back: None of the replicas that would remain");
        cluster.unfence(1);
        cluster.unfence(2);
        cluster.unfence(3);
        cluster.alterIsr("a", 1, 2, 3, 4, 5);
        jobs.advance();
        assertThat(jobs.state(id, "a")).isEqualTo(MoveState.FAILED);
        assertThat(jobs.replicas("a")).containsExactly(1, 2, 3);
    }

    @Test
    void moveThatCanNeitherArriveNorGoBackLetsThePartitionGo() {
        long id = betweenTwoPlacesThatAreGone();
        jobs.unregister(2);
        jobs.advance();
        assertThat(jobs.state(id, "a")).isEqualTo(MoveState.FAILED);
        jobs.is(id, JobState.FAILED);
        assertThat(cluster.partition("a").isr()).as("as it is").containsExactly(4, 5);
        var byHand = cluster.ok(TestCluster.own()
                        .setAlterReassignments(AlterReassignmentsCommand.newBuilder()
                                .setAllowReplicationFactorChange(true)
                                .addPartitions(Reassignment.newBuilder()
                                        .setTopic("a")
                                        .addReplicas(4)
                                        .addReplicas(5))))
                .getAlterReassignments()
                .getPartitions(0);
        assertThat(byHand.getError()).as(byHand.getMessage()).isZero();
        assertThat(jobs.replicas("a")).containsExactly(4, 5);
    }

    @Test
    void cancelledJobLetsSuchAPartitionGoToo() {
        long id = betweenTwoPlacesThatAreGone();
        jobs.tell(id, CANCEL_KEEP);
        jobs.advance();
        jobs.is(id, JobState.CANCELLING);
        jobs.unregister(2);
        jobs.advance();
        jobs.is(id, JobState.CANCELLED);
    }

    @Test
    void moveOfAPartitionWithoutALeaderDoesNotBegin() {
        cluster.topicOn("g", TestCluster.ids(2));
        long id = jobs.start(jobs.moving("e", 4).addMoves(jobs.move("g", 4)).setSettings(TestJobs.atATime(1, 1)));
        cluster.fence(1);
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(1);
        assertThat(jobs.waits(id, 0)).isEqualTo("nobody leads the partition, so there is nobody to copy from");
        jobs.sync("g");
        jobs.advance();
        cluster.unfence(1);
        jobs.finish(id);
        jobs.is(id, JobState.DONE);
    }

    @Test
    void moveThatLostItsLeaderTakesNoRoom() {
        cluster.topicOn("g", TestCluster.ids(2));
        long id = jobs.start(jobs.moving("e", 4).addMoves(jobs.move("g", 4)).setSettings(TestJobs.atATime(1, 1)));
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(0);
        cluster.fence(1);
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(0, 1);
        assertThat(jobs.waits(id, 0)).isEqualTo("nobody leads the partition, so there is nobody to copy from");
    }

    @Test
    void replicaThatHasItsCopyTakesNoRoomWhileAnotherOfItsMoveIsDown() {
        long id = jobs.start(
                jobs.moving("a", 4, 5, 6).addMoves(jobs.move("b", 4, 5, 3)).setSettings(TestJobs.atATime(1, 1)));
        jobs.advance();
        cluster.fence(6);
        cluster.alterIsr("a", 1, 2, 3, 4);
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).as("5 still copies").containsExactly(0);
        cluster.alterIsr("a", 1, 2, 3, 4, 5);
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(0, 1);
    }

    @Test
    void partitionOfADeletedTopicIsSkippedAlthoughItsTargetIsDown() {
        long id = jobs.start(jobs.moving("e", 4));
        cluster.fence(4);
        jobs.delete("e");
        jobs.advance();
        assertThat(jobs.job(id).counts().moves(MoveState.SKIPPED)).isEqualTo(1);
        jobs.is(id, JobState.DONE);
    }

    // ---- repair

    @Test
    void replicaThatNobodyLeadsIsNoRepair() {
        cluster.topicOn("g", TestCluster.ids(1, 2));
        cluster.alterIsr("g", 1);
        assertThat(RepairWatch.first(cluster.image())).isEqualTo("g-0 lacks node 2");
        cluster.fence(1);
        assertThat(cluster.partition("g").hasLeader()).isFalse();
        assertThat(RepairWatch.first(cluster.image())).isNull();
        cluster.alterIsr("b", 2);
        assertThat(RepairWatch.first(cluster.image()))
                .as("the others are looked at")
                .isEqualTo("b-0 lacks node 3");
    }

    /** Or the ten minutes would take as long as the clocks differ. */
    @Test
    void controllerWhoseClockIsBehindWaitsNoLongerForARepair() {
        long id = jobs.start(jobs.moving("a", 4, 5, 6));
        jobs.advance(TestJobs.step().setRepair(true));
        jobs.wallClockMs -= 500_000;
        jobs.advance(TestJobs.step().setRepair(true));
        jobs.wallClockMs += 599_999;
        jobs.advance(TestJobs.step().setRepair(true));
        assertThat(jobs.job(id).inFlight()).isEmpty();
        jobs.wallClockMs++;
        jobs.advance(TestJobs.step().setRepair(true));
        assertThat(jobs.job(id).inFlight()).hasSize(1);
    }

    // ---- cordons

    @Test
    void cordonOfAnOperatorOutlastsACancelledJob() {
        cluster.ok(jobs.cordon(1, true));
        long id = jobs.start(jobs.job(DRAIN_NODE).addNodes(1).addMoves(jobs.move("e", 4)));
        jobs.tell(id, CANCEL_BACK);
        assertThat(cluster.broker(1).cordoned()).isTrue();
    }
}
