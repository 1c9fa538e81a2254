// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static io.shiplog.replication.core.LeaderFixture.ALL;
import static io.shiplog.replication.core.LeaderFixture.leading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.replication.core.RecordedLeaderEffects.Answer;
import io.shiplog.storage.model.InvariantViolation;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class LeaderProduceTest {
    @Test
    void acksAllWaitsForEveryInSyncDisk() {
        LeaderFixture f = leading(States.all(), 3);
        f.produce();
        f.flush();
        f.fetch(2, 4);
        assertThat(f.answers()).isEmpty();
        f.fetch(3, 4);
        assertThat(f.answers()).containsExactly(new Answer(3, Errors.NONE));
    }

    @Test
    void ownDiskCountsLikeAnyOther() {
        LeaderFixture f = leading(States.all(), 3);
        f.produce();
        f.fetch(2, 4);
        f.fetch(3, 4);
        assertThat(f.answers()).isEmpty();
        f.flush();
        assertThat(f.answers()).containsExactly(new Answer(3, Errors.NONE));
    }

    @Test
    void acksOneIsAnsweredAfterTheAppend() {
        LeaderFixture f = leading(States.all(), 0);
        f.produce((short) 1, 30_000);
        assertThat(f.answers()).containsExactly(new Answer(0, Errors.NONE));
    }

    @Test
    void acksZeroIsAnsweredAsWell() {
        LeaderFixture f = leading(States.all(), 0);
        f.produce((short) 0, 30_000);
        assertThat(f.answers()).containsExactly(new Answer(0, Errors.NONE));
    }

    @Test
    void otherAcksAreRefused() {
        LeaderFixture f = leading(States.all(), 0);
        f.leader.onProduce(7, (short) 2, true);
        f.leader.onProduce(8, (short) -2, true);
        assertThat(f.effects.appends).isEmpty();
        assertThat(f.answers())
                .containsExactly(
                        new Answer(7, Errors.INVALID_REQUIRED_ACKS), new Answer(8, Errors.INVALID_REQUIRED_ACKS));
    }

    @Test
    void withoutLeaseAcksZeroAndOneAreRefusedAndAcksAllGoesOn() {
        LeaderFixture f = leading(States.all(), 0);
        f.leader.onProduce(0, (short) 0, false);
        f.leader.onProduce(1, (short) 1, false);
        f.leader.onProduce(2, ALL, false);
        assertThat(f.answers())
                .containsExactly(
                        new Answer(0, Errors.NOT_LEADER_OR_FOLLOWER), new Answer(1, Errors.NOT_LEADER_OR_FOLLOWER));
        assertThat(f.effects.appends).containsExactly(2L);
    }

    @Test
    void belowMinIsrAcksAllIsRefusedBeforeTheAppendAndAcksOneIsNot() {
        LeaderFixture f = leading(States.all().isr(1), 0);
        f.leader.onProduce(0, ALL, true);
        f.leader.onProduce(1, (short) 1, true);
        assertThat(f.answers()).containsExactly(new Answer(0, Errors.NOT_ENOUGH_REPLICAS));
        assertThat(f.effects.appends).containsExactly(1L);
    }

    @Test
    void minIsrIsNeverMoreThanTheReplicas() {
        LeaderFixture f = leading(States.single(2), 0);
        f.produce();
        f.flush();
        assertThat(f.answers()).containsExactly(new Answer(0, Errors.NONE));
    }

    @Test
    void duplicateWaitsForTheOriginalToBeCommitted() {
        LeaderFixture f = leading(States.all(), 0);
        f.produce();
        f.leader.onProduce(77, ALL, true);
        f.leader.onAppended(77, ALL, 0, 0, true, f.nowMs + 30_000, f.nowMs);
        f.flush();
        f.fetch(2, 1);
        assertThat(f.answers()).isEmpty();
        f.fetch(3, 1);
        assertThat(f.answers()).containsExactly(new Answer(0, Errors.NONE), new Answer(77, Errors.NONE));
    }

    @Test
    void duplicateOfCommittedBatchIsAnsweredAtOnceAndMovesNothing() {
        LeaderFixture f = leading(States.all(), 3);
        int moves = f.effects.logEndMoves;
        f.leader.onProduce(77, ALL, true);
        f.leader.onAppended(77, ALL, 1, 1, true, f.nowMs + 30_000, f.nowMs);
        assertThat(f.answers()).containsExactly(new Answer(77, Errors.NONE));
        assertThat(f.effects.logEndMoves).isEqualTo(moves);
        assertThat(f.effects.flushRequests).isZero();
    }

    @Test
    void committedDuplicateIsNotAcknowledgedWhenTheIsrFellBelowMinimumMeanwhile() {
        LeaderFixture f = leading(States.all(), 3);
        f.leader.onProduce(77, ALL, true);
        f.leader.onMetadata(States.all().isr(1).partitionEpoch(2).state(), f.nowMs);
        f.leader.onAppended(77, ALL, 1, 1, true, f.nowMs + 30_000, f.nowMs);
        assertThat(f.answers()).containsExactly(new Answer(77, Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND));
    }

    @Test
    void appendThatFindsTheIsrBelowMinimumWaitsUntilItIsNot() {
        LeaderFixture f = leading(States.all(), 0);
        f.produce();
        f.flush();
        f.leader.onMetadata(States.all().isr(1).partitionEpoch(2).state(), f.nowMs);
        assertThat(f.answers()).isEmpty();
        assertThat(f.highWatermark()).isZero();
        f.fetch(2, 1);
        f.answer(Errors.NONE, States.all().isr(1, 2).partitionEpoch(3).state());
        assertThat(f.answers()).containsExactly(new Answer(0, Errors.NONE));
    }

    @Test
    void waitingProduceTimesOut() {
        LeaderFixture f = leading(States.all(), 0);
        f.produce(ALL, 500);
        f.pass(499);
        assertThat(f.answers()).isEmpty();
        f.pass(1);
        assertThat(f.answers()).containsExactly(new Answer(0, Errors.REQUEST_TIMED_OUT));
        assertThat(f.leader.nextDeadlineMs()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void tooManyWaitingProducesAreRefused() {
        LeaderFixture f = leading(States.all(), 0);
        for (int i = 0; i < 4; i++) {
            f.produce();
        }
        f.leader.onProduce(99, ALL, true);
        assertThat(f.answers()).containsExactly(new Answer(99, Errors.NOT_ENOUGH_REPLICAS));
        assertThat(f.effects.appends).hasSize(4);
    }

    @Test
    void refusalOfTheLogIsTheAnswer() {
        LeaderFixture f = leading(States.all(), 0);
        f.leader.onProduce(5, ALL, true);
        f.leader.onAppendRefused(5, Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(f.answers()).containsExactly(new Answer(5, Errors.OUT_OF_ORDER_SEQUENCE_NUMBER));
    }

    @Test
    void steppingDownAnswersAllThatWaits() {
        LeaderFixture f = leading(States.all(), 0);
        f.produce();
        f.produce();
        f.leader.onStepDown(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(f.answers())
                .containsExactly(
                        new Answer(0, Errors.NOT_LEADER_OR_FOLLOWER), new Answer(1, Errors.NOT_LEADER_OR_FOLLOWER));
    }

    @Test
    void appendAsksForAFlushUnderCommitOnly() {
        LeaderFixture commit = leading(States.all(), 0);
        commit.produce();
        assertThat(commit.effects.flushRequests).isEqualTo(1);
        LeaderFixture replicated = leading(States.all().replicated(), 0);
        replicated.produce();
        assertThat(replicated.effects.flushRequests).isZero();
    }

    @Test
    void epochStartIsAssignedBeforeAnythingElse() {
        LeaderFixture f = leading(States.all(), 3);
        assertThat(f.effects.epochStarts).containsExactly("5@3");
    }

    @Test
    void nodeThatIsNotTheLeaderCannotLead() {
        assertThatThrownBy(() -> leading(States.all().leader(2, 5), 0)).isInstanceOf(InvariantViolation.class);
    }

    @Test
    void epochThatTheLogAlreadyKnowsCannotBeLedAgain() {
        LeaderFixture f = new LeaderFixture();
        f.log.append(5, 0);
        assertThatThrownBy(() -> f.lead(States.all().state(), 0))
                .isInstanceOf(InvariantViolation.class)
                .hasMessageContaining("epoch 5");
    }
}
