// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static io.shiplog.replication.core.LeaderFixture.leading;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.port.IsrMember;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class LeaderIsrShrinkTest {
    private final LeaderFixture f = leading(States.all(), 10, 10);

    @Test
    void followerThatFallsBehindForTheLagTimeIsProposedToLeave() {
        f.fetch(2, 10);
        f.fetch(3, 10);
        f.produce();
        f.pass(10_000);
        f.fetch(2, 11);
        assertThat(f.effects.proposals).isEmpty();
        f.pass(1);
        assertThat(f.effects.lastProposal().isr()).containsExactly(1, 2);
        assertThat(f.effects.lastProposal().proposal().isr()).contains(new IsrMember(1, 10), new IsrMember(2, 20));
        assertThat(f.effects.lastProposal().proposal().partitionEpoch()).isEqualTo(1);
        assertThat(f.effects.lastProposal().proposal().leaderEpoch()).isEqualTo(5);
    }

    @Test
    void allLaggardsLeaveTogetherAlsoBelowMinIsr() {
        f.produce();
        f.pass(10_001);
        assertThat(f.effects.lastProposal().isr()).containsExactly(1);
    }

    @Test
    void memberThatNeverFetchedHasTheLagTimeFromTheElection() {
        f.fetch(2, 10);
        f.pass(10_000);
        assertThat(f.effects.proposals).isEmpty();
        f.pass(1);
        assertThat(f.effects.lastProposal().isr()).containsExactly(1, 2);
    }

    @Test
    void idlePartitionKeepsItsIsrHoweverLongNobodyFetches() {
        f.fetch(2, 10);
        f.fetch(3, 10);
        f.pass(3_600_000);
        assertThat(f.effects.proposals).isEmpty();
    }

    @Test
    void afterALongIdleTimeTheLagCountsFromTheFirstNewRecord() {
        f.fetch(2, 10);
        f.fetch(3, 10);
        f.pass(3_600_000);
        f.produce();
        f.pass(9_999);
        assertThat(f.effects.proposals).isEmpty();
        f.pass(2);
        assertThat(f.effects.proposals).hasSize(1);
    }

    @Test
    void followerWhoseDiskHangsLeavesUnderCommit() {
        f.fetch(2, 10);
        f.fetch(3, 10);
        for (int second = 0; second < 11; second++) {
            f.produce();
            f.flush();
            f.pass(1_000);
            f.fetch(2, f.log.logEndOffset());
            f.fetch(3, f.log.logEndOffset(), 10);
        }
        assertThat(f.effects.lastProposal().isr()).containsExactly(1, 2);
    }

    @Test
    void followerWhoseDiskHangsStaysUnderReplicated() {
        LeaderFixture g = leading(States.all().replicated(), 10, 10);
        for (int second = 0; second < 30; second++) {
            g.produce();
            g.pass(1_000);
            g.fetch(2, g.log.logEndOffset());
            g.fetch(3, g.log.logEndOffset(), 0);
        }
        assertThat(g.effects.proposals).isEmpty();
    }

    @Test
    void followerThatIsAlwaysAFlushBehindUnderSteadyLoadStays() {
        for (int round = 0; round < 200; round++) {
            f.produce();
            f.flush();
            f.pass(100);
            f.fetch(2, f.log.logEndOffset(), f.log.logEndOffset() - 2);
            f.fetch(3, f.log.logEndOffset(), f.log.logEndOffset() - 2);
        }
        assertThat(f.effects.proposals).isEmpty();
    }

    @Test
    void highWatermarkWaitsForThoseProposedToLeaveUntilItIsConfirmed() {
        f.produce();
        f.flush();
        f.fetch(2, 11);
        f.pass(10_001);
        assertThat(f.effects.lastProposal().isr()).containsExactly(1, 2);
        assertThat(f.highWatermark()).isEqualTo(10);
        f.answer(Errors.NONE, States.all().isr(1, 2).partitionEpoch(2).state());
        assertThat(f.highWatermark()).isEqualTo(11);
    }

    @Test
    void membersThatTheControllerMustRefuseAreNotProposed() {
        f.leader.onMetadata(States.all().fenced(2, true).state(), f.nowMs);
        f.fetch(2, 10);
        f.produce();
        f.pass(9_000);
        f.fetch(2, 11);
        f.pass(1_001);
        assertThat(f.effects.proposals).isEmpty();
        f.leader.onMetadata(
                States.all().isr(1, 3).partitionEpoch(2).fenced(2, true).state(), f.nowMs);
        f.pass(1);
        assertThat(f.effects.lastProposal().isr()).containsExactly(1);
    }

    @Test
    void shrinkIsWithdrawnByNewerMetadata() {
        f.produce();
        f.pass(10_001);
        long attempt = f.effects.lastProposal().attempt();
        f.leader.onMetadata(States.all().isr(1, 2).partitionEpoch(2).state(), f.nowMs);
        f.leader.onIsrOutcome(
                attempt, Errors.NONE, States.all().isr(1).partitionEpoch(9).state(), f.nowMs);
        assertThat(f.leader.state().isrSize()).isEqualTo(2);
    }
}
