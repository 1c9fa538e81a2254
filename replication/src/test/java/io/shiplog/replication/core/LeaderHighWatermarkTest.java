// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static io.shiplog.replication.core.LeaderFixture.leading;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.storage.model.InvariantViolation;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class LeaderHighWatermarkTest {
    @Test
    void isTheMinimumOfAllInSyncDisks() {
        LeaderFixture f = leading(States.all(), 10, 2);
        f.fetch(2, 9, 7);
        f.fetch(3, 10, 5);
        assertThat(f.highWatermark()).isEqualTo(5);
        assertThat(f.effects.highWatermarks).containsExactly(5L);
    }

    @Test
    void underReplicatedTheAppendedPositionsCount() {
        LeaderFixture f = leading(States.all().replicated(), 10, 2);
        f.fetch(2, 9, 0);
        f.fetch(3, 8, -1);
        assertThat(f.highWatermark()).isEqualTo(8);
    }

    @Test
    void followerThatDoesNotSayWhatItFlushedHoldsItBackUnderCommit() {
        LeaderFixture f = leading(States.all(), 10, 2);
        f.fetch(2, 10);
        f.fetch(3, 10, -1);
        assertThat(f.highWatermark()).isEqualTo(2);
    }

    @Test
    void flushedPositionIsNeverTakenBeyondTheFetchOffset() {
        LeaderFixture f = leading(States.all(), 10, 2);
        f.fetch(2, 10);
        f.fetch(3, 4, 10);
        assertThat(f.highWatermark()).isEqualTo(4);
    }

    @Test
    void memberThatHasNotFetchedInThisEpochHoldsItBack() {
        LeaderFixture f = leading(States.all(), 10, 2);
        f.fetch(2, 10);
        assertThat(f.highWatermark()).isEqualTo(2);
    }

    @Test
    void replicaOutsideTheIsrDoesNotHoldItBack() {
        LeaderFixture f = leading(States.all().isr(1, 2), 10, 2);
        f.fetch(3, 1);
        f.fetch(2, 10);
        assertThat(f.highWatermark()).isEqualTo(10);
    }

    @Test
    void caughtUpEligibleReplicaOutsideTheIsrHoldsItBack() {
        LeaderFixture f = leading(States.all().isr(1, 2).durable(true), 10, 10);
        f.fetch(2, 10);
        f.fetch(3, 10);
        f.answer(Errors.INVALID_UPDATE_VERSION, null);
        f.leader.onMetadata(States.all().isr(1, 2).partitionEpoch(2).state(), f.nowMs);
        f.produce();
        f.flush();
        f.fetch(2, 11);
        assertThat(f.highWatermark()).as("3 was caught up a moment ago").isEqualTo(10);
        f.fetch(3, 11);
        assertThat(f.highWatermark()).isEqualTo(11);
    }

    @Test
    void fencedReplicaOutsideTheIsrDoesNotHoldItBack() {
        LeaderFixture f = leading(States.all().isr(1, 2).fenced(3, true), 10, 10);
        f.fetch(2, 10);
        f.fetch(3, 10);
        f.produce();
        f.flush();
        f.fetch(2, 11);
        assertThat(f.highWatermark()).isEqualTo(11);
    }

    @Test
    void eligibleLeaderReplicaHoldsItBackAsLongAsThereIsOne() {
        LeaderFixture f = leading(States.all().isr(1, 2).elr(3), 10, 2);
        f.fetch(2, 10);
        assertThat(f.highWatermark()).isEqualTo(2);
        f.fetch(3, 10);
        assertThat(f.highWatermark()).isEqualTo(10);
    }

    @Test
    void standsStillBelowMinIsr() {
        LeaderFixture f = leading(States.all().isr(1), 10, 2);
        f.produce((short) 1, 0);
        f.flush();
        f.pass(500);
        assertThat(f.highWatermark()).isEqualTo(2);
    }

    @Test
    void goesOnWhenMinIsrIsLowered() {
        LeaderFixture f = leading(States.all().isr(1), 10, 2);
        f.leader.onMetadata(States.all().isr(1).minIsr(1).state(), f.nowMs);
        assertThat(f.highWatermark()).isEqualTo(10);
    }

    @Test
    void neverGoesBackWhenAFollowerDoes() {
        LeaderFixture f = leading(States.all(), 10, 2);
        f.fetch(2, 10);
        f.fetch(3, 10);
        f.fetch(3, 6);
        assertThat(f.highWatermark()).isEqualTo(10);
        f.produce();
        f.flush();
        f.fetch(2, 11);
        assertThat(f.highWatermark()).isEqualTo(10);
    }

    @Test
    void initialOneIsBoundedByTheLog() {
        LeaderFixture above = leading(States.all(), 3, 99);
        assertThat(above.highWatermark()).isEqualTo(3);
        LeaderFixture below = new LeaderFixture();
        below.log.truncateFullyAndStartAt(7);
        below.lead(States.all().state(), 0);
        assertThat(below.highWatermark()).isEqualTo(7);
    }

    @Test
    void newLeaderDoesNotKnowItUntilTheStartOfItsEpoch() {
        LeaderFixture f = leading(States.all(), 10, 4);
        assertThat(f.leader.highWatermarkIsCurrent()).isFalse();
        f.fetch(2, 10);
        f.fetch(3, 9);
        assertThat(f.leader.highWatermarkIsCurrent()).isFalse();
        f.fetch(3, 10);
        assertThat(f.leader.highWatermarkIsCurrent()).isTrue();
    }

    @Test
    void soleReplicaCommitsByItself() {
        LeaderFixture f = leading(States.single(1), 10, 4);
        assertThat(f.highWatermark()).isEqualTo(10);
    }

    @Test
    void staleFlushCompletionIsDropped() {
        LeaderFixture f = leading(States.single(1), 0);
        f.produce();
        f.leader.onFlushed(1, f.log.truncationGeneration() - 1, f.nowMs);
        assertThat(f.highWatermark()).isZero();
        f.flush();
        assertThat(f.highWatermark()).isEqualTo(1);
    }

    @Test
    void flushBeyondTheLogEndIsImpossible() {
        LeaderFixture f = leading(States.single(1), 3);
        assertThatThrownBy(() -> f.leader.onFlushed(4, f.log.truncationGeneration(), f.nowMs))
                .isInstanceOf(InvariantViolation.class);
    }

    @Test
    void newLeaderFlushesWhatIsNotOnItsDisk() {
        LeaderFixture f = new LeaderFixture();
        f.log.append(4, 0);
        f.lead(States.all().state(), 0);
        assertThat(f.effects.flushRequests).isEqualTo(1);
    }

    @Test
    void positionOfAnOldRegistrationDoesNotCount() {
        LeaderFixture f = leading(States.all(), 10, 2);
        f.fetch(2, 10);
        f.leader.onMetadata(States.all().brokerEpoch(2, 21).state(), f.nowMs);
        f.fetch(3, 10);
        assertThat(f.highWatermark()).isEqualTo(2);
    }

    @Test
    void positionOfARegistrationThatTheMetadataDoNotKnowYetCountsOnceTheyDo() {
        LeaderFixture f = leading(States.all(), 10, 2);
        f.fetch(2, 10);
        FollowerFetch ahead = f.fetchOf(3, 10, 10);
        ahead.brokerEpoch = 31;
        assertThat(f.leader.onFollowerFetch(ahead, f.nowMs).error()).isEqualTo(Errors.NONE);
        assertThat(f.highWatermark()).isEqualTo(2);
        f.leader.onMetadata(States.all().brokerEpoch(3, 31).state(), f.nowMs);
        assertThat(f.highWatermark()).isEqualTo(10);
    }

    @Test
    void switchToCommitHoldsItUntilDisksHaveCaughtUp() {
        LeaderFixture f = leading(States.all().replicated().durable(false), 0);
        f.produce();
        f.fetch(2, 1, 0);
        f.fetch(3, 1, 0);
        assertThat(f.highWatermark()).isEqualTo(1);
        f.leader.onMetadata(States.all().durable(false).state(), f.nowMs);
        assertThat(f.effects.flushRequests).isEqualTo(1);
        f.produce();
        f.fetch(2, 2, 1);
        f.fetch(3, 2, 1);
        assertThat(f.highWatermark()).isEqualTo(1);
        f.flush();
        f.fetch(2, 2, 2);
        f.fetch(3, 2, 2);
        assertThat(f.highWatermark()).isEqualTo(2);
    }
}
