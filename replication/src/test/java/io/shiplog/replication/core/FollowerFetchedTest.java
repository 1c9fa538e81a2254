// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static io.shiplog.replication.core.FollowerFixture.following;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.replication.core.InMemoryLog.Entry;
import io.shiplog.storage.model.InvariantViolation;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FollowerFetchedTest {
    @Test
    void asksFromItsLogEndWithTheEpochOfItsLastRecord() {
        FollowerFixture f = following(States.all(), 1, 3, 4);
        FollowerPosition position = f.position();
        assertThat(position.fetchOffset).isEqualTo(2);
        assertThat(position.lastFetchedEpoch).isEqualTo(4);
        assertThat(position.currentLeaderEpoch).isEqualTo(5);
        assertThat(position.leaderId).isEqualTo(1);
        assertThat(position.flushedOffset).isEqualTo(2);
        assertThat(position.highWatermark).isEqualTo(1);
    }

    @Test
    void emptyLogHasNoLastEpoch() {
        assertThat(following(States.all(), 0).position().lastFetchedEpoch).isEqualTo(-1);
    }

    @Test
    void appendsWhatItGetsAndAsksForAFlush() {
        FollowerFixture f = following(States.all(), 0);
        f.receive(0, new Entry(0, 4, 10), new Entry(1, 5, 11));
        assertThat(f.log).hasToString("(0,4)(1,5)");
        assertThat(f.effects.flushRequests).isEqualTo(1);
        assertThat(f.follower.next()).isEqualTo(FetchNext.CONTINUE);
        assertThat(f.position().flushedOffset).isZero();
    }

    @Test
    void catchesUpUntilItHasWhatTheLeaderIsKnownToHaveCommitted() {
        FollowerFixture f = following(States.all(), 0);
        assertThat(f.follower.isCatchingUp())
                .as("nothing is known of the leader")
                .isFalse();
        f.receive(2, new Entry(0, 5, 10));
        assertThat(f.follower.isCatchingUp()).isTrue();
        f.receive(2, new Entry(1, 5, 11));
        assertThat(f.follower.isCatchingUp()).isFalse();
        f.receive(2, new Entry(2, 5, 12));
        assertThat(f.follower.isCatchingUp())
                .as("in sync, and ahead of what is committed")
                .isFalse();
    }

    @Test
    void tellsThatItFlushesWhileACommitMayWaitForThat() {
        FollowerFixture f = following(States.all(), 0);
        f.receive(2, new Entry(0, 5, 10));
        assertThat(f.position().flushing).as("nobody waits for who is behind").isFalse();
        f.receive(2, new Entry(1, 5, 11));
        assertThat(f.position().flushing).isTrue();
        f.log.flushTo(2);
        f.follower.onFlushed(2, 0);
        assertThat(f.position().flushing).isFalse();
        FollowerFixture replicated = following(States.all().replicated(), 0);
        replicated.receive(0, new Entry(0, 5, 10));
        assertThat(replicated.position().flushing).as("it counts as it is").isFalse();
    }

    @Test
    void underReplicatedNoFlushIsAskedFor() {
        FollowerFixture f = following(States.all().replicated(), 0);
        f.receive(0, new Entry(0, 5, 10));
        assertThat(f.effects.flushRequests).isZero();
    }

    @Test
    void highWatermarkFollowsTheLeaderAsFarAsTheLogGoes() {
        FollowerFixture f = following(States.all(), 0);
        f.receive(9, new Entry(0, 5, 10));
        assertThat(f.follower.highWatermark()).isEqualTo(1);
        f.receive(9);
        assertThat(f.follower.highWatermark()).isEqualTo(1);
        f.receive(9, new Entry(1, 5, 11));
        assertThat(f.follower.highWatermark()).isEqualTo(2);
        assertThat(f.effects.highWatermarks).containsExactly(1L, 2L);
    }

    @Test
    void highWatermarkMovesWithoutDataToo() {
        FollowerFixture f = following(States.all(), 1, 4, 4);
        f.receive(2);
        assertThat(f.effects.highWatermarks).containsExactly(2L);
    }

    @Test
    void lowerHighWatermarkOfANewLeaderIsNoNews() {
        FollowerFixture f = following(States.all(), 2, 4, 4);
        f.receive(1);
        assertThat(f.follower.highWatermark()).isEqualTo(2);
        assertThat(f.effects.highWatermarks).isEmpty();
    }

    @Test
    void emptyAnswerKeepsTheLastFetchedEpoch() {
        FollowerFixture f = following(States.all(), 1, 4);
        f.receive(1);
        assertThat(f.position().lastFetchedEpoch).isEqualTo(4);
    }

    @Test
    void gapIsRefusedAndNothingChanges() {
        FollowerFixture f = following(States.all(), 1, 4);
        f.receive(3, new Entry(2, 5, 0));
        assertUnchangedAndBackingOff(f);
    }

    @Test
    void epochOfTheFutureIsRefusedAndNothingChanges() {
        FollowerFixture f = following(States.all(), 1, 4);
        f.receive(3, new Entry(1, 6, 0));
        assertUnchangedAndBackingOff(f);
    }

    private static void assertUnchangedAndBackingOff(FollowerFixture f) {
        assertThat(f.log).hasToString("(0,4)");
        assertThat(f.follower.highWatermark()).isEqualTo(1);
        assertThat(f.follower.next()).isEqualTo(FetchNext.BACK_OFF);
        assertThat(f.follower.lastError()).isEqualTo(Errors.INVALID_RECORD);
        f.receive(2, new Entry(1, 5, 0));
        assertThat(f.follower.next()).isEqualTo(FetchNext.CONTINUE);
        assertThat(f.follower.lastError()).isEqualTo(Errors.NONE);
    }

    @Test
    void answerToAnOlderOffsetIsPassedOver() {
        FollowerFixture f = following(States.all(), 1, 4);
        FetchedPartition old = f.answer();
        old.requestFetchOffset = 0;
        old.highWatermark = 1;
        old.records = InMemoryLog.encode(new Entry(0, 4, 0));
        f.follower.onFetched(old);
        assertThat(f.effects.appends).isZero();
        assertThat(f.follower.next()).isEqualTo(FetchNext.CONTINUE);
    }

    @Test
    void answerOfAnotherLeaderEpochIsPassedOver() {
        FollowerFixture f = following(States.all(), 1, 4);
        FetchedPartition old = f.answer();
        old.requestLeaderEpoch = 4;
        old.divergingEpoch = 3;
        old.divergingEndOffset = 0;
        f.follower.onFetched(old);
        assertThat(f.log).hasToString("(0,4)");
    }

    @Test
    void answerToAnotherLastEpochIsPassedOver() {
        FollowerFixture f = following(States.all(), 1, 4);
        FetchedPartition old = f.answer();
        old.requestLastFetchedEpoch = 3;
        old.divergingEpoch = 3;
        old.divergingEndOffset = 0;
        f.follower.onFetched(old);
        assertThat(f.log).hasToString("(0,4)");
    }

    @ParameterizedTest
    @EnumSource(
            value = Errors.class,
            names = {
                "FENCED_LEADER_EPOCH",
                "UNKNOWN_LEADER_EPOCH",
                "NOT_LEADER_OR_FOLLOWER",
                "UNKNOWN_TOPIC_ID",
                "KAFKA_STORAGE_ERROR",
                "STALE_BROKER_EPOCH"
            })
    void errorBacksOffAndChangesNothing(Errors error) {
        FollowerFixture f = following(States.all(), 1, 4);
        f.error(error, -1);
        assertThat(f.log).hasToString("(0,4)");
        assertThat(f.follower.next()).isEqualTo(FetchNext.BACK_OFF);
        assertThat(f.follower.lastError()).isEqualTo(error);
    }

    @Test
    void completedFlushIsReportedToTheLeader() {
        FollowerFixture f = following(States.all(), 0);
        f.receive(0, new Entry(0, 5, 10));
        f.log.flushTo(1);
        f.follower.onFlushed(1, f.log.truncationGeneration());
        assertThat(f.effects.positionChanges).isEqualTo(1);
        assertThat(f.position().flushedOffset).isEqualTo(1);
    }

    @Test
    void flushFromBeforeATruncationIsDropped() {
        FollowerFixture f = following(States.all(), 0, 4, 4, 4);
        f.log.truncateTo(1);
        f.follower.onFlushed(3, f.log.truncationGeneration() - 1);
        assertThat(f.effects.positionChanges).isZero();
    }

    @Test
    void flushBeyondTheLogEndIsImpossible() {
        FollowerFixture f = following(States.all(), 0, 4);
        assertThatThrownBy(() -> f.follower.onFlushed(2, f.log.truncationGeneration()))
                .isInstanceOf(InvariantViolation.class);
    }

    @Test
    void newFollowerFlushesWhatIsNotOnItsDisk() {
        FollowerFixture f = new FollowerFixture();
        f.log.append(4, 0);
        f.follow(States.all(), 0);
        assertThat(f.effects.flushRequests).isEqualTo(1);
    }

    @Test
    void switchToCommitAsksForAFlush() {
        FollowerFixture f = following(States.all().replicated(), 0);
        f.receive(0, new Entry(0, 5, 10));
        f.follower.onMetadata(States.all().state());
        assertThat(f.effects.flushRequests).isEqualTo(1);
    }

    @Test
    void metadataOfAnotherEpochAreNotForThisFollower() {
        FollowerFixture f = following(States.all(), 0);
        assertThatThrownBy(() -> f.follower.onMetadata(States.all().leader(3, 6).state()))
                .isInstanceOf(InvariantViolation.class);
    }
}
