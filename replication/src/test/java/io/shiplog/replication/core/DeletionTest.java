// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static io.shiplog.replication.core.FollowerFixture.following;
import static io.shiplog.replication.core.LeaderFixture.leading;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** Records are deleted for good once nobody who may be elected has them (S23, H4). */
class DeletionTest {
    private final LeaderFixture f = leading(States.all(), 10, 10);

    private void delete(long token, long offset) {
        f.leader.onDeleteRecords(token, offset, f.nowMs + 1_000);
    }

    /** The leader's own log obeys, durably or not. */
    private void leaderObeys(boolean durably) {
        long start = f.effects.logStarts.get(f.effects.logStarts.size() - 1);
        if (durably) {
            f.log.advanceLogStart(start);
        } else {
            f.log.moveLogStart(start);
        }
        f.leader.onLogStart();
    }

    private void fetch(int replica, long durableLogStart) {
        FollowerFetch fetch = f.fetchOf(replica, 10, 10);
        fetch.lastFetchedEpoch = 4;
        fetch.logStartOffset = durableLogStart;
        f.leader.onFollowerFetch(fetch, f.nowMs);
    }

    @Test
    void answerWaitsForEveryReplicaInSync() {
        delete(7, 6);
        assertThat(f.effects.logStarts).as("the leader deletes at once").containsExactly(6L);
        leaderObeys(true);
        fetch(2, 6);
        fetch(3, 5);
        assertThat(f.effects.deletions).isEmpty();
        fetch(3, 8);
        assertThat(f.effects.deletions).containsExactly("7 NONE 6");
    }

    @Test
    void answerWaitsForTheLeadersOwnDisk() {
        delete(7, 6);
        leaderObeys(false);
        fetch(2, 6);
        fetch(3, 6);
        assertThat(f.effects.deletions).isEmpty();
        leaderObeys(true);
        assertThat(f.effects.deletions).containsExactly("7 NONE 6");
    }

    @Test
    void replicaOutOfSyncIsNotWaitedFor() {
        f.leader.onMetadata(States.all().isr(1, 2).partitionEpoch(2).state(), f.nowMs);
        delete(7, 6);
        leaderObeys(true);
        fetch(2, 6);
        assertThat(f.effects.deletions).containsExactly("7 NONE 6");
    }

    @Test
    void replicaThatLeavesTheIsrReleasesTheAnswer() {
        delete(7, 6);
        leaderObeys(true);
        fetch(2, 6);
        assertThat(f.effects.deletions).isEmpty();
        f.leader.onMetadata(States.all().isr(1, 2).partitionEpoch(2).state(), f.nowMs);
        assertThat(f.effects.deletions).containsExactly("7 NONE 6");
    }

    @Test
    void eligibleReplicaMayBeElectedAndIsWaitedFor() {
        f.leader.onMetadata(States.all().isr(1).elr(2).partitionEpoch(2).state(), f.nowMs);
        delete(7, 6);
        leaderObeys(true);
        assertThat(f.effects.deletions).isEmpty();
        fetch(2, 6);
        assertThat(f.effects.deletions).containsExactly("7 NONE 6");
    }

    @Test
    void replicaThatStillHasWhatWasDeletedDoesNotJoin() {
        f.leader.onMetadata(States.all().isr(1, 2).partitionEpoch(2).state(), f.nowMs);
        f.log.advanceLogStart(6);
        fetch(3, 5);
        assertThat(f.effects.proposals).isEmpty();
        fetch(3, 6);
        assertThat(f.effects.lastProposal().isr()).containsExactly(1, 2, 3);
    }

    @Test
    void minusOneMeansTheHighWatermark() {
        delete(7, -1);
        assertThat(f.effects.logStarts).containsExactly(10L);
    }

    @Test
    void offsetsOutsideTheCommittedLogAreRefused() {
        f.produce();
        delete(7, 11);
        delete(8, -2);
        assertThat(f.effects.deletions).containsExactly("7 OFFSET_OUT_OF_RANGE -1", "8 OFFSET_OUT_OF_RANGE -1");
        assertThat(f.effects.logStarts).isEmpty();
    }

    @Test
    void whatIsDeletedAlreadyIsAnsweredWithTheLowWatermark() {
        f.log.advanceLogStart(8);
        fetch(2, 8);
        fetch(3, 8);
        delete(7, 3);
        assertThat(f.effects.deletions).containsExactly("7 NONE 8");
        assertThat(f.effects.logStarts).as("the start does not go back").isEmpty();
    }

    @Test
    void deletionTimesOut() {
        delete(7, 6);
        assertThat(f.leader.nextDeadlineMs()).isEqualTo(f.nowMs + 1_000);
        f.pass(999);
        assertThat(f.effects.deletions).isEmpty();
        f.pass(1);
        assertThat(f.effects.deletions).containsExactly("7 REQUEST_TIMED_OUT -1");
    }

    @Test
    void endOfLeadershipAnswersWhatWaits() {
        delete(7, 6);
        f.leader.onStepDown(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(f.effects.deletions).containsExactly("7 NOT_LEADER_OR_FOLLOWER -1");
    }

    @Test
    void tooManyThatWaitAreRefused() {
        for (int i = 0; i < PendingDeletes.LIMIT; i++) {
            delete(i, 6);
        }
        assertThat(f.effects.deletions).isEmpty();
        delete(-5, 6);
        assertThat(f.effects.deletions).containsExactly("-5 REQUEST_TIMED_OUT -1");
    }

    // ---- the follower

    private static FetchedPartition answer(FollowerFixture follower, long highWatermark, long logStart) {
        FetchedPartition answer = follower.answer();
        answer.highWatermark = highWatermark;
        answer.logStartOffset = logStart;
        return answer;
    }

    @Test
    void followerTakesTheLeadersStartOver() {
        FollowerFixture follower = following(States.all(), 0, 1, 1, 1, 1);
        follower.follower.onFetched(answer(follower, 4, 3));
        assertThat(follower.log.logStartOffset()).isEqualTo(3);
        assertThat(follower.position().logStartOffset).as("not durable yet").isZero();
        follower.log.persistLogStart();
        follower.follower.onLogStart();
        assertThat(follower.effects.positionChanges).isEqualTo(1);
        assertThat(follower.position().logStartOffset).isEqualTo(3);
        follower.follower.onLogStart();
        assertThat(follower.effects.positionChanges).as("no news").isEqualTo(1);
    }

    @Test
    void followerDeletesNothingThatItDoesNotKnowToBeCommitted() {
        FollowerFixture follower = following(States.all(), 0, 1, 1, 1, 1);
        FetchedPartition answer = answer(follower, 2, 3);
        follower.follower.onFetched(answer);
        assertThat(follower.log.logStartOffset()).isEqualTo(2);
    }

    @Test
    void whatLiesBelowTheLeadersStartIsNeverTakenForCommitted() {
        FollowerFixture follower = following(States.all(), 0, 1);
        long[] startThen = {-1};
        follower.effects.onHighWatermark = () -> startThen[0] = follower.log.logStartOffset();
        follower.follower.onFetched(answer(follower, 1, 1));
        assertThat(startThen[0]).as("log start when the high watermark moved").isEqualTo(1);
    }

    @Test
    void divergingAnswerMovesNoStart() {
        FollowerFixture follower = following(States.all(), 0, 1, 1, 2, 2);
        FetchedPartition answer = answer(follower, 4, 2);
        answer.divergingEpoch = 1;
        answer.divergingEndOffset = 3;
        follower.follower.onFetched(answer);
        assertThat(follower.log.logStartOffset()).isZero();
    }

    @Test
    void followerWhoseDiskTakesNothingStillDeletes() {
        FollowerFixture follower = following(States.all(), 4, 1, 1, 1, 1);
        FetchedPartition answer = answer(follower, 5, 3);
        answer.records = InMemoryLog.encode(new InMemoryLog.Entry(9, 5, 0));
        follower.follower.onFetched(answer);
        assertThat(follower.follower.lastError()).isEqualTo(Errors.INVALID_RECORD);
        assertThat(follower.log.logStartOffset()).isEqualTo(3);
    }
}
