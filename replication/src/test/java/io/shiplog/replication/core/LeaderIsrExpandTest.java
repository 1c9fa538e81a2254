// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static io.shiplog.replication.core.LeaderFixture.leading;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.port.IsrMember;
import org.junit.jupiter.api.Test;

class LeaderIsrExpandTest {
    private static final States WITHOUT_THREE = States.all().isr(1, 2);

    @Test
    void followerAtHighWatermarkAndEpochStartIsProposedWithItsRegistration() {
        LeaderFixture f = leading(WITHOUT_THREE, 10, 10);
        f.fetch(3, 10);
        assertThat(f.effects.lastProposal().isr()).containsExactly(1, 2, 3);
        assertThat(f.effects.lastProposal().proposal().isr()).contains(new IsrMember(3, 30));
    }

    @Test
    void belowTheHighWatermarkItIsNot() {
        LeaderFixture f = leading(WITHOUT_THREE, 0);
        f.produce();
        f.flush();
        f.fetch(2, 1);
        f.fetch(3, 0);
        assertThat(f.highWatermark()).isEqualTo(1);
        assertThat(f.effects.proposals).isEmpty();
    }

    @Test
    void belowTheStartOfTheLeaderEpochItIsNot() {
        LeaderFixture f = leading(WITHOUT_THREE, 10, 4);
        f.fetch(3, 9);
        assertThat(f.highWatermark()).isEqualTo(4);
        assertThat(f.effects.proposals).isEmpty();
    }

    @Test
    void underCommitTheFlushedPositionDecides() {
        LeaderFixture f = leading(WITHOUT_THREE, 10, 10);
        f.fetch(3, 10, 9);
        assertThat(f.effects.proposals).isEmpty();
        f.fetch(3, 10, 10);
        assertThat(f.effects.proposals).hasSize(1);
    }

    @Test
    void underReplicatedTheAppendedPositionDecides() {
        LeaderFixture f = leading(WITHOUT_THREE.replicated(), 10, 10);
        f.fetch(3, 10, 0);
        assertThat(f.effects.proposals).hasSize(1);
    }

    @Test
    void registrationThatTheMetadataDoNotKnowMayNotJoin() {
        LeaderFixture f = leading(WITHOUT_THREE, 10, 10);
        FollowerFetch fetch = f.fetchOf(3, 10, 10);
        fetch.brokerEpoch = 31;
        f.leader.onFollowerFetch(fetch, f.nowMs);
        assertThat(f.effects.proposals).isEmpty();
        f.leader.onMetadata(WITHOUT_THREE.brokerEpoch(3, 31).state(), f.nowMs);
        f.pass(500);
        assertThat(f.effects.lastProposal().proposal().isr()).contains(new IsrMember(3, 31));
    }

    @Test
    void fencedNodeMayNotJoin() {
        LeaderFixture f = leading(WITHOUT_THREE.fenced(3, true), 10, 10);
        f.fetch(3, 10);
        assertThat(f.effects.proposals).isEmpty();
        f.leader.onMetadata(WITHOUT_THREE.state(), f.nowMs);
        f.pass(500);
        assertThat(f.effects.proposals).hasSize(1);
    }

    @Test
    void nodeInControlledShutdownMayNotJoin() {
        LeaderFixture f = leading(WITHOUT_THREE.shuttingDown(3), 10, 10);
        f.fetch(3, 10);
        f.pass(500);
        assertThat(f.effects.proposals).isEmpty();
    }

    @Test
    void lastInSyncLeaderThatIsStoppingTakesInWhoWillFollowIt() {
        LeaderFixture f = leading(States.all().isr(1).shuttingDown(1), 10, 10);
        f.fetch(3, 10);
        assertThat(f.effects.lastProposal().proposal().isr())
                .extracting(IsrMember::id)
                .containsExactly(1, 3);
    }

    @Test
    void fencedLeaderProposesNothing() {
        LeaderFixture f = leading(States.all().isr(1).fenced(1, true), 10, 10);
        f.fetch(3, 10);
        f.pass(500);
        assertThat(f.effects.proposals).isEmpty();
    }

    @Test
    void followerThatFetchedOnlyInAnOlderEpochMayNotJoin() {
        LeaderFixture f = leading(WITHOUT_THREE, 10, 10);
        f.leader.onStepDown(org.apache.kafka.common.protocol.Errors.NOT_LEADER_OR_FOLLOWER);
        f.fetch(3, 10);
        f.effects.proposals.clear();
        f.lead(WITHOUT_THREE.leader(1, 6).state(), 10);
        f.pass(500);
        assertThat(f.effects.proposals).isEmpty();
        f.fetch(3, 10);
        assertThat(f.effects.proposals).hasSize(1);
    }

    @Test
    void joinerCountsForTheHighWatermarkFromTheProposalOn() {
        LeaderFixture f = leading(WITHOUT_THREE, 10, 10);
        f.fetch(2, 10);
        f.fetch(3, 10);
        f.pass(60_000);
        f.produce();
        f.flush();
        f.fetch(2, 11);
        f.pass(20_000);
        assertThat(f.highWatermark()).isEqualTo(10);
        f.fetch(3, 11);
        assertThat(f.highWatermark()).isEqualTo(11);
    }

    @Test
    void onlyOneProposalIsOpenAtATime() {
        LeaderFixture f = leading(States.all().isr(1).minIsr(1), 10, 10);
        f.fetch(2, 10);
        f.fetch(3, 10);
        f.pass(50);
        assertThat(f.effects.proposals).hasSize(1);
        f.answer(
                org.apache.kafka.common.protocol.Errors.NONE,
                WITHOUT_THREE.minIsr(1).partitionEpoch(2).state());
        f.pass(50);
        assertThat(f.effects.lastProposal().isr()).containsExactly(1, 2, 3);
    }

    @Test
    void standingTellsWhyAReplicaIsNotInSync() {
        LeaderFixture f = leading(WITHOUT_THREE.fenced(3, true), 10, 10);
        assertThat(standing(f)).isEqualTo(ReplicaStanding.SILENT);
        f.fetch(3, 4);
        assertThat(standing(f)).isEqualTo(ReplicaStanding.CATCHING_UP);
        f.nowMs += 77;
        f.fetch(3, 10);
        assertThat(standing(f)).isEqualTo(ReplicaStanding.NOT_ELIGIBLE);
        assertThat(f.leader.followers(f.nowMs).get(1).sinceMs()).isEqualTo(f.nowMs);
        f.leader.onMetadata(WITHOUT_THREE.state(), f.nowMs);
        f.pass(1);
        assertThat(standing(f)).isEqualTo(ReplicaStanding.JOINING);
        f.leader.onMetadata(States.all().partitionEpoch(2).state(), f.nowMs);
        f.pass(1);
        assertThat(standing(f)).isEqualTo(ReplicaStanding.IN_SYNC);
        f.produce();
        f.pass(3_000);
        assertThat(standing(f)).isEqualTo(ReplicaStanding.LAGGING);
    }

    private static ReplicaStanding standing(LeaderFixture f) {
        return f.leader.followers(f.nowMs).get(1).standing();
    }

    /** Else it goes round for ever: let go by the controller, taken in again before it has cut anything. */
    @Test
    void whoIsBeingRepairedMayNotJoinUntilItIs() {
        LeaderFixture f = leading(WITHOUT_THREE, 10, 10);
        FollowerFetch fetch = f.fetchOf(3, 10, 10);
        fetch.repairing = true;
        f.leader.onFollowerFetch(fetch, f.nowMs);
        f.pass(500);
        assertThat(f.effects.proposals).isEmpty();
        f.fetch(3, 10);
        assertThat(f.effects.proposals).hasSize(1);
    }

    @Test
    void whoIsBeingRepairedIsNotWaitedFor() {
        LeaderFixture f = leading(WITHOUT_THREE, 10, 10);
        FollowerFetch fetch = f.fetchOf(3, 10, 10);
        fetch.repairing = true;
        f.leader.onFollowerFetch(fetch, f.nowMs);
        f.produce();
        f.flush();
        f.fetch(2, 11);
        assertThat(f.highWatermark()).isEqualTo(11);
    }
}
