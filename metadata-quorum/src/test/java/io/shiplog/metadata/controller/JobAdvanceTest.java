// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static io.shiplog.metadata.proto.ControlJobCommand.Action.CANCEL_BACK;
import static io.shiplog.metadata.proto.ControlJobCommand.Action.CANCEL_KEEP;
import static io.shiplog.metadata.proto.ControlJobCommand.Action.PAUSE;
import static io.shiplog.metadata.proto.ControlJobCommand.Action.RESUME;
import static io.shiplog.metadata.proto.JobRecord.Kind.DRAIN_NODE;
import static io.shiplog.metadata.proto.JobRecord.Kind.REASSIGN;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.JobThrottle;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.proto.StartJobCommand;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Jobs from their start to their end. Topics a to d are on 1, 2 and 3 of six nodes; nothing but the image is remembered between steps. */
class JobAdvanceTest {
    private TestCluster cluster;
    private TestJobs jobs;

    @BeforeEach
    void createTopics() {
        cluster = TestCluster.of(6);
        jobs = new TestJobs(cluster);
        for (String topic : new String[] {"a", "b", "c", "d"}) {
            cluster.topicOn(topic, TestCluster.ids(1, 2, 3));
        }
    }

    /** All four topics to 4, 5 and 6. */
    private StartJobCommand.Builder all() {
        return jobs.moving("a", 4, 5, 6)
                .addMoves(jobs.move("b", 4, 5, 6))
                .addMoves(jobs.move("c", 4, 5, 6))
                .addMoves(jobs.move("d", 4, 5, 6));
    }

    private JobThrottle throttle(String topic) {
        return cluster.image()
                .jobs()
                .throttleOf(new PartitionId(cluster.image().topic(topic).id(), 0));
    }

    @Test
    void moveBeginsArrivesAndEndsTheJob() {
        long id = jobs.start(jobs.moving("a", 4, 5, 6));
        jobs.advance();
        assertThat(jobs.state(id, "a")).isEqualTo(MoveState.MOVING);
        assertThat(cluster.partition("a").adding()).containsExactly(4, 5, 6);
        assertThat(throttle("a").kind()).isEqualTo(JobThrottle.Kind.ADAPTIVE);
        jobs.sync("a");
        jobs.advance();
        assertThat(jobs.state(id, "a")).isEqualTo(MoveState.DONE);
        jobs.is(id, JobState.DONE);
        assertThat(jobs.replicas("a")).containsExactly(4, 5, 6);
        assertThat(throttle("a")).isNull();
        assertThat(jobs.job(id).message()).isEmpty();
    }

    @Test
    void moveIsNotDoneBeforeAllOfItsTargetIsInSync() {
        long id = jobs.start(jobs.moving("a", 4, 5, 6));
        jobs.advance();
        cluster.alterIsr("a", 1, 2, 3, 4, 5);
        jobs.advance();
        assertThat(jobs.state(id, "a")).isEqualTo(MoveState.MOVING);
        assertThat(jobs.waits(id, 0)).isEqualTo("node 6 is not in sync yet");
    }

    @Test
    void anotherOrderIsThereAtOnce() {
        long id = jobs.start(jobs.moving("a", 3, 2, 1));
        jobs.advance(TestJobs.step());
        jobs.is(id, JobState.DONE);
        assertThat(jobs.replicas("a")).containsExactly(3, 2, 1);
    }

    @Test
    void noMoreMovesAreUnderWayThanAllowed() {
        long id = jobs.start(all().setSettings(TestJobs.atATime(2, 100)));
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(0, 1);
        assertThat(jobs.waits(id, 2)).isEqualTo("2 moves are under way, its limit");
        jobs.sync("a");
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(1, 2);
        jobs.finish(id);
        jobs.is(id, JobState.DONE);
    }

    /** Nodes that have not moved anything for weeks are not to begin with twenty at once. */
    @Test
    void aJobBeginsWithTwoMovesAndMayHaveTwoMoreEachSecond() {
        long id = jobs.start(all().setSettings(TestJobs.atATime(100, 100)));
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(0, 1);
        jobs.wallClockMs += 499;
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(0, 1);
        jobs.wallClockMs += 1;
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(0, 1, 2);
    }

    /** A controller whose clock is behind that of the one before. */
    @Test
    void aJobOfTheFutureBeginsLikeAnyOther() {
        long id = jobs.start(all().setSettings(TestJobs.atATime(100, 100)));
        jobs.wallClockMs -= 1_000_000;
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(0, 1);
    }

    @Test
    void noNodeTakesPartInMoreMovesThanAllowed() {
        long id = jobs.start(all().setSettings(TestJobs.atATime(100, 3)));
        jobs.wallClockMs += 10_000;
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(0, 1, 2);
        assertThat(jobs.waits(id, 3)).isEqualTo("node 4 takes part in 3 moves already, its limit");
    }

    @Test
    void movesOfOtherJobsCountOnANode() {
        long first = jobs.start(jobs.moving("a", 4, 5, 6).setSettings(TestJobs.atATime(100, 1)));
        long second = jobs.start(jobs.moving("b", 2, 3, 6).setSettings(TestJobs.atATime(100, 1)));
        jobs.advance();
        assertThat(jobs.job(first).inFlight()).hasSize(1);
        assertThat(jobs.job(second).inFlight()).isEmpty();
    }

    @Test
    void leaderIsASourceAndCountsToo() {
        cluster.topicOn("e", TestCluster.ids(1));
        cluster.topicOn("f", TestCluster.ids(1));
        long id = jobs.start(jobs.moving("e", 4).addMoves(jobs.move("f", 5)).setSettings(TestJobs.atATime(100, 1)));
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(0);
        assertThat(jobs.waits(id, 1)).contains("node 1 takes part");
    }

    @Test
    void stageBeginsWhenTheOneBeforeHasEnded() {
        long id = jobs.start(jobs.job(REASSIGN)
                .addMoves(jobs.move("a", 4, 5, 6))
                .addMoves(jobs.move("b", 4, 5, 6).setStage(1)));
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(0);
        assertThat(jobs.waits(id, 1)).isEqualTo("it is of stage 1, and stage 0 has not ended");
        jobs.sync("a");
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(1);
    }

    // ---- what goes wrong

    @Test
    void targetThatDiesIsWaitedFor() {
        long id = jobs.start(jobs.moving("a", 4, 5, 6));
        jobs.advance();
        cluster.fence(6);
        cluster.alterIsr("a", 1, 2, 3, 4, 5);
        jobs.advance();
        assertThat(jobs.state(id, "a")).isEqualTo(MoveState.MOVING);
        assertThat(jobs.waits(id, 0)).isEqualTo("node 6 is down");
        cluster.unfence(6);
        jobs.finish(id);
        jobs.is(id, JobState.DONE);
    }

    @Test
    void moveToATargetThatIsDownDoesNotBegin() {
        long id = jobs.start(jobs.moving("a", 4, 5, 6).addMoves(jobs.move("b", 1, 2, 4)));
        cluster.fence(6);
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(1);
        assertThat(jobs.waits(id, 0)).isEqualTo("node 6 is down");
        cluster.unfence(6);
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(0, 1);
    }

    @Test
    void movesToADeadNodeKeepNoOthersAway() {
        long id = jobs.start(
                jobs.moving("a", 1, 2, 6).addMoves(jobs.move("b", 1, 2, 5)).setSettings(TestJobs.atATime(1, 1)));
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(0);
        cluster.fence(6);
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).containsExactly(0, 1);
    }

    @Test
    void targetThatIsUnregisteredFailsItsMovesAndThePartitionIsBack() {
        long id = jobs.start(jobs.moving("a", 4, 5, 6)
                .addMoves(jobs.move("b", 1, 2, 6).setStage(1))
                .addMoves(jobs.move("c", 1, 2, 4).setStage(1)));
        jobs.advance();
        cluster.fence(6);
        jobs.unregister(6);
        jobs.finish(id);
        assertThat(jobs.state(id, "a")).isEqualTo(MoveState.FAILED);
        assertThat(jobs.state(id, "b")).isEqualTo(MoveState.FAILED);
        assertThat(jobs.state(id, "c")).isEqualTo(MoveState.DONE);
        assertThat(jobs.replicas("a")).containsExactly(1, 2, 3);
        assertThat(cluster.partition("a").reassigning()).isFalse();
        jobs.is(id, JobState.FAILED);
        assertThat(jobs.job(id).message()).startsWith("2 of 3 moves could not be made");
    }

    @Test
    void partitionsOfDeletedTopicsAreSkipped() {
        long id = jobs.start(jobs.moving("a", 4, 5, 6)
                .addMoves(jobs.move("b", 4, 5, 6).setStage(1))
                .addMoves(jobs.move("c", 4, 5, 6).setStage(1)));
        jobs.advance();
        jobs.delete("a");
        jobs.delete("b");
        jobs.finish(id);
        assertThat(jobs.job(id).counts().moves(MoveState.SKIPPED)).isEqualTo(2);
        assertThat(jobs.job(id).counts().moves(MoveState.DONE)).isEqualTo(1);
        jobs.is(id, JobState.DONE);
    }

    @Test
    void returnThatWouldLoseWhatOnlyTheTargetHoldsWaits() {
        long id = jobs.start(jobs.moving("a", 4, 5, 6));
        jobs.advance();
        cluster.alterIsr("a", 1, 2, 3, 4, 5);
        cluster.fence(1, 2, 3);
        jobs.tell(id, CANCEL_BACK);
        jobs.advance();
        assertThat(jobs.state(id, "a")).isEqualTo(MoveState.MOVING);
        assertThat(jobs.waits(id, 0)).startsWith("it cannot go back: None of the replicas that would remain");
        cluster.unfence(1);
        cluster.unfence(2);
        cluster.alterIsr("a", 1, 2, 4, 5);
        jobs.advance();
        jobs.is(id, JobState.CANCELLED);
        assertThat(jobs.replicas("a")).containsExactly(1, 2, 3);
    }

    @Test
    void decisionThatIsCutOffIsTakenUpAgain() {
        for (int records = 1; records < 4; records++) {
            createTopics();
            long id = jobs.start(jobs.moving("a", 4, 5, 6).addMoves(jobs.move("b", 4, 5, 6)));
            Decision decision = cluster.decide(TestCluster.own().setAdvanceJobs(TestJobs.step()));
            assertThat(decision.divisible()).isTrue();
            cluster.apply(decision, records);
            jobs.finish(id);
            jobs.is(id, JobState.DONE);
            assertThat(jobs.replicas("a")).containsExactly(4, 5, 6);
            assertThat(jobs.replicas("b")).containsExactly(4, 5, 6);
        }
    }

    @Test
    void cutOffReturnIsTakenUpAgain() {
        for (int records = 0; records < 2; records++) {
            createTopics();
            long id = jobs.start(jobs.moving("a", 4, 5, 6));
            jobs.advance();
            jobs.tell(id, CANCEL_BACK);
            cluster.apply(cluster.decide(TestCluster.own().setAdvanceJobs(TestJobs.step())), records);
            jobs.finish(id);
            jobs.is(id, JobState.CANCELLED);
            assertThat(jobs.state(id, "a")).isEqualTo(MoveState.REVERTED);
            assertThat(jobs.replicas("a")).containsExactly(1, 2, 3);
        }
    }

    @Test
    void stepIsBounded() {
        long id = jobs.start(all());
        jobs.advance(TestJobs.step().setMaxChanges(1));
        assertThat(jobs.job(id).inFlight()).hasSize(1);
    }

    // ---- pause, cancel

    @Test
    void pausedJobHoldsWhatIsUnderWayAndBeginsNothing() {
        long id = jobs.start(all().setSettings(TestJobs.atATime(1, 5)));
        jobs.advance();
        jobs.tell(id, PAUSE);
        assertThat(throttle("a").kind()).isEqualTo(JobThrottle.Kind.HELD);
        jobs.sync("a");
        jobs.advance();
        assertThat(jobs.state(id, "a")).as("what arrives all the same is done").isEqualTo(MoveState.DONE);
        assertThat(jobs.job(id).inFlight()).isEmpty();
        assertThat(jobs.waits(id, 1)).isEqualTo("the job is paused");
        jobs.tell(id, RESUME);
        jobs.finish(id);
        jobs.is(id, JobState.DONE);
    }

    @Test
    void jobThatIsCancelledBackLeavesTheOldAssignment() {
        long id = jobs.start(all().setSettings(TestJobs.atATime(2, 5)));
        jobs.advance();
        jobs.sync("a");
        jobs.advance();
        assertThat(jobs.replicas("a")).containsExactly(4, 5, 6);
        jobs.tell(id, CANCEL_BACK);
        jobs.advance();
        assertThat(jobs.state(id, "a")).isEqualTo(MoveState.REVERTING);
        assertThat(throttle("a")).isNotNull();
        jobs.finish(id);
        jobs.is(id, JobState.CANCELLED);
        for (String topic : new String[] {"a", "b", "c", "d"}) {
            assertThat(jobs.replicas(topic)).containsExactly(1, 2, 3);
            assertThat(cluster.partition(topic).reassigning()).isFalse();
            assertThat(throttle(topic)).isNull();
        }
        assertThat(jobs.job(id).counts().moves(MoveState.REVERTED)).isEqualTo(3);
        assertThat(jobs.job(id).counts().moves(MoveState.WAITING))
                .as("never began")
                .isEqualTo(1);
    }

    @Test
    void jobThatIsCancelledMayKeepWhatIsDone() {
        long id = jobs.start(all().setSettings(TestJobs.atATime(2, 5)));
        jobs.advance();
        jobs.sync("a");
        jobs.advance();
        jobs.tell(id, CANCEL_KEEP);
        jobs.finish(id);
        jobs.is(id, JobState.CANCELLED);
        assertThat(jobs.replicas("a")).containsExactly(4, 5, 6);
        assertThat(jobs.replicas("b")).containsExactly(1, 2, 3);
    }

    @Test
    void returnToANodeThatIsDownIsWaitedForUntilItIsUnregistered() {
        long id = jobs.start(
                jobs.moving("a", 4, 5, 6).addMoves(jobs.move("b", 4, 5, 6).setStage(1)));
        jobs.advance();
        jobs.sync("a");
        jobs.advance();
        cluster.fence(3);
        jobs.tell(id, CANCEL_BACK);
        jobs.advance();
        jobs.is(id, JobState.CANCELLING);
        assertThat(jobs.waits(id, 0)).isEqualTo("node 3 is down");
        jobs.unregister(3);
        jobs.finish(id);
        jobs.is(id, JobState.CANCELLED);
        assertThat(jobs.state(id, "a")).isEqualTo(MoveState.FAILED);
        assertThat(jobs.replicas("a")).containsExactly(4, 5, 6);
        assertThat(jobs.job(id).message()).contains("1 of 2 moves");
    }

    @Test
    void returnUnderWayToANodeThatIsUnregisteredEndsAtTheTarget() {
        long id = jobs.start(
                jobs.moving("a", 4, 5, 6).addMoves(jobs.move("b", 4, 5, 6).setStage(1)));
        jobs.advance();
        jobs.sync("a");
        jobs.advance();
        jobs.tell(id, CANCEL_BACK);
        jobs.advance();
        assertThat(jobs.state(id, "a")).isEqualTo(MoveState.REVERTING);
        cluster.fence(3);
        jobs.unregister(3);
        jobs.finish(id);
        assertThat(jobs.state(id, "a")).isEqualTo(MoveState.FAILED);
        assertThat(jobs.replicas("a")).containsExactly(4, 5, 6);
        assertThat(cluster.partition("a").reassigning()).isFalse();
    }

    // ---- repair

    @Test
    void repairGoesFirst() {
        long id = jobs.start(all().setSettings(TestJobs.atATime(1, 5)));
        jobs.advance();
        cluster.alterIsr("d", 1, 2);
        assertThat(RepairWatch.first(cluster.image())).isEqualTo("d-0 lacks node 3");
        jobs.advance(TestJobs.step().setRepair(true));
        assertThat(throttle("a").kind()).isEqualTo(JobThrottle.Kind.HELD);
        assertThat(jobs.waits(id, 0)).isEqualTo("a repair goes first: d-0 lacks node 3");
        jobs.sync("a");
        jobs.advance(TestJobs.step().setRepair(true));
        assertThat(jobs.job(id).inFlight()).isEmpty();
        cluster.alterIsr("d", 1, 2, 3);
        jobs.advance();
        assertThat(jobs.job(id).inFlight()).hasSize(1);
        assertThat(throttle("b").kind()).isEqualTo(JobThrottle.Kind.ADAPTIVE);
    }

    @Test
    void repairIsNotWaitedForForEver() {
        long id = jobs.start(all().setSettings(TestJobs.atATime(1, 5)));
        jobs.advance(TestJobs.step().setRepair(true));
        jobs.wallClockMs += 599_999;
        jobs.advance(TestJobs.step().setRepair(true));
        assertThat(jobs.job(id).inFlight()).isEmpty();
        jobs.wallClockMs++;
        jobs.advance(TestJobs.step().setRepair(true));
        assertThat(jobs.job(id).inFlight()).hasSize(1);
        assertThat(throttle("a").kind()).isEqualTo(JobThrottle.Kind.ADAPTIVE);
        jobs.wallClockMs += 10_000;
        jobs.advance(TestJobs.step().setRepair(true));
        assertThat(jobs.job(id).heldSinceMs())
                .as("the same repair holds only once")
                .isZero();
        jobs.advance(TestJobs.step());
        jobs.advance(TestJobs.step().setRepair(true));
        assertThat(jobs.job(id).heldSinceMs()).as("another one again").isPositive();
    }

    @Test
    void whatAJobOrAnOperatorMovesIsNoRepair() {
        jobs.start(jobs.moving("a", 4, 5, 6));
        jobs.advance();
        assertThat(RepairWatch.first(cluster.image())).isNull();
        cluster.fence(2);
        assertThat(RepairWatch.first(cluster.image()))
                .as("nothing is copied to a dead node")
                .isNull();
        cluster.unfence(2);
        assertThat(RepairWatch.first(cluster.image())).contains("lacks node 2");
    }

    // ---- emptying a node

    @Test
    void nodeIsEmptied() {
        StartJobCommand.Builder drain = jobs.job(DRAIN_NODE).addNodes(3);
        for (String topic : new String[] {"a", "b", "c", "d"}) {
            drain.addMoves(jobs.move(topic, 1, 2, 4));
        }
        long id = jobs.start(drain);
        jobs.finish(id);
        jobs.is(id, JobState.DONE);
        assertThat(cluster.image().brokerLoad(3).replicas()).isZero();
        assertThat(cluster.broker(3).cordoned()).as("until it is unregistered").isTrue();
    }

    @Test
    void nodeThatIsNotEmptyAtTheEndFailsTheJob() {
        long id = jobs.start(jobs.job(DRAIN_NODE).addNodes(3).addMoves(jobs.move("a", 1, 2, 4)));
        jobs.finish(id);
        jobs.is(id, JobState.FAILED);
        assertThat(jobs.job(id).message())
                .isEqualTo("Node 3 still holds 3 replicas that the job did not move, such as b-0: plan again.");
    }

    @Test
    void cancellingLiftsTheCordon() {
        long id = jobs.start(jobs.job(DRAIN_NODE)
                .addNodes(3)
                .addMoves(jobs.move("a", 1, 2, 4))
                .addMoves(jobs.move("b", 1, 2, 4).setStage(1)));
        jobs.advance();
        jobs.sync("a");
        jobs.advance();
        jobs.tell(id, CANCEL_BACK);
        assertThat(cluster.broker(3).cordoned()).isFalse();
        jobs.finish(id);
        assertThat(jobs.replicas("a")).containsExactly(1, 2, 3);
        assertThat(jobs.replicas("b")).containsExactly(1, 2, 3);
    }
}
