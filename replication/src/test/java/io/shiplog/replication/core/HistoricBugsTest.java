// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static io.shiplog.replication.core.FollowerFixture.following;
import static io.shiplog.replication.core.LeaderFixture.leading;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.core.InMemoryLog.Entry;
import io.shiplog.replication.port.IsrMember;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Bugs that Kafka once had in its replication, by number of the mutant list; each is impossible here. */
class HistoricBugsTest {
    @Test
    void m1BecomingFollowerDoesNotTruncateToTheHighWatermark() {
        FollowerFixture f = following(States.all(), 1, 4, 4, 4);
        assertThat(f.effects.truncations).isEmpty();
        assertThat(f.position().fetchOffset).isEqualTo(3);
    }

    @Test
    void m2DivergenceNamesTheEpochAndAnUnknownOneIsAskedForAgain() {
        FollowerFixture f = following(States.all(), 0, 1, 2, 2);
        f.diverge(1, 3, 0);
        assertThat(f.log)
                .as("epoch 1 ends at 1 here, whatever the leader's end")
                .hasToString("(0,1)");
    }

    @Test
    void m3FetchOfAnotherLeaderEpochMovesNothing() {
        LeaderFixture f = leading(States.all(), 10, 2);
        f.fetch(2, 10);
        FollowerFetch stale = f.fetchOf(3, 10, 10);
        stale.currentLeaderEpoch = 4;
        f.leader.onFollowerFetch(stale, f.nowMs);
        assertThat(f.highWatermark()).isEqualTo(2);
    }

    @Test
    void m4and5JoinerIsProposedUnderTheRegistrationThatItsPositionBelongsTo() {
        LeaderFixture f = leading(States.all().isr(1, 2), 10, 10);
        f.fetch(3, 10);
        assertThat(f.effects.lastProposal().proposal().isr()).contains(new IsrMember(3, 30));
        f.answer(Errors.INELIGIBLE_REPLICA, null);
        f.leader.onMetadata(States.all().isr(1, 2).brokerEpoch(3, 31).state(), f.nowMs);
        f.pass(500);
        assertThat(f.effects.proposals)
                .as("its new life has not fetched: the old position says nothing about it")
                .hasSize(1);
    }

    @Test
    void m6HighWatermarkWaitsForTheMaximalIsr() {
        LeaderFixture f = leading(States.all().isr(1, 2), 10, 10);
        f.fetch(3, 10);
        f.pass(60_000);
        f.produce();
        f.flush();
        f.fetch(2, 11);
        f.pass(60_000);
        assertThat(f.highWatermark()).isEqualTo(10);
    }

    @Test
    void m7HighWatermarkStandsStillBelowMinIsr() {
        LeaderFixture f = leading(States.all().isr(1).elr(2, 3), 10, 2);
        f.produce((short) 1, 0);
        f.flush();
        assertThat(f.highWatermark()).isEqualTo(2);
    }

    @Test
    void m8HighWatermarkIsNotTakenBeforeTheTruncation() {
        FollowerFixture f = following(States.all(), 0, 4, 4, 4);
        f.diverge(4, 1, 3);
        assertThat(f.effects.highWatermarks).isEmpty();
        assertThat(f.follower.highWatermark()).isZero();
    }

    @Test
    void m9EmptyAnswerDoesNotForgetTheLastEpoch() {
        FollowerFixture f = following(States.all(), 0);
        f.receive(0, new Entry(0, 5, 1));
        f.receive(0);
        f.receive(1);
        assertThat(f.position().lastFetchedEpoch).isEqualTo(5);
    }

    @Test
    void m10FullTruncationRaisesTheHighWatermark() {
        FollowerFixture f = following(States.all(), 0, 4);
        f.error(Errors.OFFSET_OUT_OF_RANGE, 50);
        assertThat(f.follower.highWatermark()).isEqualTo(50);
    }

    @Test
    void m11HighWatermarkStaysBetweenLogStartAndLogEnd() {
        assertThat(leading(States.all(), 3, 99).highWatermark()).isEqualTo(3);
        FollowerFixture f = following(States.all(), 99, 4, 4);
        assertThat(f.follower.highWatermark()).isEqualTo(2);
        f.receive(77);
        assertThat(f.follower.highWatermark()).isEqualTo(2);
    }

    @Test
    void m12NobodyJoinsBelowTheStartOfTheLeaderEpoch() {
        LeaderFixture f = leading(States.all().isr(1, 2), 10, 2);
        f.fetch(3, 9);
        f.pass(500);
        assertThat(f.effects.proposals).isEmpty();
    }

    @Test
    void m13NobodyJoinsWithoutAFetchInTheLeaderEpoch() {
        LeaderFixture f = leading(States.all().isr(1, 2), 10, 10);
        FollowerFetch old = f.fetchOf(3, 10, 10);
        old.currentLeaderEpoch = 4;
        f.leader.onFollowerFetch(old, f.nowMs);
        f.pass(500);
        assertThat(f.effects.proposals).isEmpty();
    }

    @Test
    void m14NobodyJoinsFencedOrShuttingDown() {
        LeaderFixture fenced = leading(States.all().isr(1, 2).fenced(3, true), 10, 10);
        fenced.fetch(3, 10);
        LeaderFixture leaving = leading(States.all().isr(1, 2).shuttingDown(3), 10, 10);
        leaving.fetch(3, 10);
        assertThat(fenced.effects.proposals).isEmpty();
        assertThat(leaving.effects.proposals).isEmpty();
    }

    @Test
    void m15LastReplicaThatCameBackUncleanDoesNotCountUntilItFetchedAnew() {
        LeaderFixture f = leading(States.all().minIsr(1), 10, 2);
        f.fetch(2, 10);
        f.fetch(3, 4);
        f.leader.onMetadata(
                States.all()
                        .minIsr(1)
                        .isr(1, 2)
                        .partitionEpoch(2)
                        .brokerEpoch(2, 21)
                        .state(),
                f.nowMs);
        assertThat(f.highWatermark())
                .as("2 is in the ISR, under a registration that never fetched")
                .isEqualTo(4);
    }
}
