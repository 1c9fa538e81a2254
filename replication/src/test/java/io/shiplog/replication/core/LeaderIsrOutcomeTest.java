// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static io.shiplog.replication.core.LeaderFixture.leading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.model.InvariantViolation;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Replica 3 is proposed to join; the test plays the controller's answers. */
class LeaderIsrOutcomeTest {
    private static final States WITHOUT_THREE = States.all().isr(1, 2);

    private final LeaderFixture f = leading(WITHOUT_THREE, 10, 10);

    @BeforeEach
    void threeIsProposed() {
        f.fetch(2, 10);
        f.fetch(3, 10);
        assertThat(f.effects.proposals).hasSize(1);
    }

    /** 2 has a new record on its disk and 3, long not caught up, has not: does the high watermark wait for 3? */
    private boolean joinerCounts() {
        f.pass(30_000);
        f.produce();
        f.flush();
        f.fetch(2, f.log.logEndOffset());
        return f.highWatermark() < f.log.logEndOffset();
    }

    @Test
    void successTakesTheNewIsr() {
        f.answer(Errors.NONE, States.all().partitionEpoch(2).state());
        assertThat(f.leader.state().isrSize()).isEqualTo(3);
        assertThat(f.leader.state().partitionEpoch()).isEqualTo(2);
    }

    @Test
    void successWithoutStateLeavesItOpen() {
        f.answer(Errors.NONE, null);
        assertThat(joinerCounts()).isTrue();
    }

    @Test
    void unknownOutcomeKeepsTheJoinerCountingAndRepeatsTheSameProposal() {
        f.answer(Errors.REQUEST_TIMED_OUT, null);
        f.pass(99);
        assertThat(f.effects.proposals).hasSize(1);
        f.pass(1);
        assertThat(f.effects.proposals).hasSize(2);
        assertThat(f.effects.proposals.get(1).proposal())
                .isEqualTo(f.effects.proposals.get(0).proposal());
        assertThat(joinerCounts()).isTrue();
    }

    @Test
    void outcomeOfAnEarlierAttemptIsIgnored() {
        f.answer(Errors.REQUEST_TIMED_OUT, null);
        f.pass(100);
        f.leader.onIsrOutcome(
                f.effects.proposals.get(0).attempt(),
                Errors.NONE,
                States.all().partitionEpoch(2).state(),
                f.nowMs);
        assertThat(f.leader.state().isrSize()).isEqualTo(2);
    }

    @Test
    void outcomeCountsOnce() {
        f.answer(Errors.NONE, States.all().partitionEpoch(2).state());
        f.answer(Errors.NONE, WITHOUT_THREE.partitionEpoch(9).state());
        assertThat(f.leader.state().partitionEpoch()).isEqualTo(2);
    }

    @ParameterizedTest
    @EnumSource(
            value = Errors.class,
            names = {"INVALID_UPDATE_VERSION", "FENCED_LEADER_EPOCH", "NOT_LEADER_OR_FOLLOWER", "NEW_LEADER_ELECTED"})
    void refusalThatSaysWeAreBehindWaitsForMetadataWithTheJoinerCounting(Errors error) {
        f.answer(error, null);
        f.pass(5_000);
        assertThat(f.effects.proposals).hasSize(1);
        assertThat(joinerCounts()).isTrue();
        f.leader.onMetadata(WITHOUT_THREE.partitionEpoch(2).fenced(3, true).state(), f.nowMs);
        assertThat(f.highWatermark()).isEqualTo(f.log.logEndOffset());
    }

    @Test
    void ineligibleJoinerNoLongerCountsAndIsNotProposedAgainForAWhile() {
        f.answer(Errors.INELIGIBLE_REPLICA, null);
        f.fetch(3, 10);
        f.pass(9_000);
        assertThat(f.effects.proposals).hasSize(1);
        f.fetch(3, 10);
        f.pass(1_000);
        assertThat(f.effects.proposals).hasSize(2);
    }

    @Test
    void ineligibleJoinerDoesNotHoldTheHighWatermarkBack() {
        f.answer(Errors.INELIGIBLE_REPLICA, null);
        f.produce();
        f.flush();
        f.fetch(2, 11);
        assertThat(f.highWatermark()).isEqualTo(11);
    }

    @Test
    void ineligibleJoinerIsProposedAgainOnceItsNodeChanged() {
        f.answer(Errors.INELIGIBLE_REPLICA, null);
        f.leader.onMetadata(WITHOUT_THREE.fenced(3, true).state(), f.nowMs);
        f.leader.onMetadata(WITHOUT_THREE.state(), f.nowMs);
        f.pass(200);
        assertThat(f.effects.proposals).hasSize(2);
    }

    @Test
    void refusalAfterAnUnknownOutcomeSettlesNothingYet() {
        f.answer(Errors.REQUEST_TIMED_OUT, null);
        f.pass(100);
        f.answer(Errors.INELIGIBLE_REPLICA, null);
        f.pass(5_000);
        f.produce();
        f.flush();
        f.fetch(2, 11);
        assertThat(f.highWatermark()).as("the first attempt may still arrive").isEqualTo(10);
        f.pass(5_000);
        f.answer(Errors.INELIGIBLE_REPLICA, null);
        assertThat(f.highWatermark()).isEqualTo(11);
    }

    @Test
    void newRegistrationOfTheJoinerVoidsTheProposalForGood() {
        f.answer(Errors.REQUEST_TIMED_OUT, null);
        f.leader.onMetadata(WITHOUT_THREE.brokerEpoch(3, 31).state(), f.nowMs);
        f.produce();
        f.flush();
        f.fetch(2, 11);
        assertThat(f.highWatermark()).isEqualTo(11);
        f.pass(5_000);
        assertThat(f.effects.proposals).hasSize(1);
    }

    @Test
    void agreementWithoutEffectIsNotAskedForAgainAtOnce() {
        f.answer(Errors.NONE, WITHOUT_THREE.state());
        f.fetch(3, 10);
        f.pass(5_000);
        assertThat(f.effects.proposals).hasSize(1);
    }

    @Test
    void stateOfAnotherLeaderEpochIsLeftToTheMetadata() {
        f.answer(Errors.NONE, WITHOUT_THREE.leader(2, 6).state());
        assertThat(f.leader.leaderEpoch()).isEqualTo(5);
        assertThat(joinerCounts()).isTrue();
    }

    @Test
    void metadataOlderThanTheAnswerDoNotUndoIt() {
        f.answer(Errors.NONE, States.all().partitionEpoch(3).state());
        f.leader.onMetadata(
                WITHOUT_THREE.partitionEpoch(2).brokerEpoch(2, 25).minIsr(3).state(), f.nowMs);
        assertThat(f.leader.state().isrSize()).isEqualTo(3);
        assertThat(f.leader.state().partitionEpoch()).isEqualTo(3);
        assertThat(f.leader.state().replica(2).brokerEpoch()).isEqualTo(25);
        assertThat(f.leader.state().minIsr()).isEqualTo(3);
    }

    @Test
    void metadataOfAnotherEpochAreNotForThisLeader() {
        assertThatThrownBy(() -> f.leader.onMetadata(WITHOUT_THREE.leader(1, 6).state(), f.nowMs))
                .isInstanceOf(InvariantViolation.class);
    }

    @Test
    void steppingDownForgetsTheProposal() {
        f.leader.onStepDown(Errors.NOT_LEADER_OR_FOLLOWER);
        f.answer(Errors.NONE, States.all().partitionEpoch(2).state());
        assertThat(f.leader.state().isrSize()).isEqualTo(2);
    }
}
