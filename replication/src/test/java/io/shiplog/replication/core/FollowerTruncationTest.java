// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static io.shiplog.replication.core.FollowerFixture.following;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

class FollowerTruncationTest {
    @Test
    void knownEpochIsCutToTheSmallerEnd() {
        FollowerFixture f = following(States.all(), 1, 4, 4, 4, 4);
        f.diverge(4, 2, 9);
        assertThat(f.log).hasToString("(0,4)(1,4)");
        assertThat(f.position().lastFetchedEpoch).isEqualTo(4);
        assertThat(f.follower.next()).isEqualTo(FetchNext.CONTINUE);
    }

    @Test
    void ownShorterEndOfTheEpochIsKept() {
        FollowerFixture f = following(States.all(), 0, 2, 4, 4);
        f.diverge(2, 2, 9);
        assertThat(f.log).hasToString("(0,2)");
    }

    @Test
    void epochThatWeDoNotKnowIsCutToTheOldersEndAndAskedAgain() {
        FollowerFixture f = following(States.all(), 0, 1, 1, 4, 4);
        f.diverge(3, 3, 9);
        assertThat(f.log).hasToString("(0,1)(1,1)");
        assertThat(f.position().lastFetchedEpoch).isEqualTo(1);
        f.diverge(0, 1, 9);
        assertThat(f.log)
                .as("epoch 0 is below all of ours and ends where epoch 1 starts")
                .hasToString("");
    }

    /** Nobody knows any more what stood below the leader's start (simulator, seed 162789). */
    @Test
    void whatEndsWhereTheLeadersLogStartsIsNotTakenForCommon() {
        FollowerFixture f = following(States.all(), 1, 1, 1, 1, 1);
        f.divergeFrom(3, 1, 3, 9);
        assertThat(f.log.logStartOffset()).isEqualTo(3);
        assertThat(f.log.logEndOffset()).isEqualTo(3);
        assertThat(f.position().lastFetchedEpoch).isEqualTo(-1);
    }

    @Test
    void whatReachesIntoTheLeadersLogIsCommon() {
        FollowerFixture f = following(States.all(), 1, 1, 1, 1, 1);
        f.divergeFrom(2, 1, 3, 9);
        assertThat(f.log).hasToString("(0,1)(1,1)(2,1)");
    }

    @Test
    void nothingBelowTheHighWatermarkIsGivenUpForALeaderThatStartsBehindIt() {
        FollowerFixture f = following(States.all(), 4, 1, 1, 1, 1);
        f.divergeFrom(3, 1, 3, 9);
        assertThat(f.log).hasToString("(0,1)(1,1)(2,1)(3,1)");
        assertThat(f.effects.stopped).contains("high watermark 4");
    }

    /** Nothing else would come any more on an idle partition, and the replica never join (simulator, seed 157125). */
    @Test
    void whatIsLeftIsFlushedWhenAFlushWasUnderWay() {
        FollowerFixture f = new FollowerFixture();
        for (int i = 0; i < 6; i++) {
            f.log.append(3, i);
        }
        f.log.flushTo(2);
        f.follow(States.all(), 1);
        assertThat(f.effects.flushRequests).isEqualTo(1);
        int underWay = f.log.truncationGeneration();

        f.diverge(3, 5, 5);
        assertThat(f.effects.flushRequests).isEqualTo(2);

        f.follower.onFlushed(6, underWay);
        assertThat(f.position().flushedOffset).as("says nothing any more").isEqualTo(2);
        f.log.flushTo(5);
        f.follower.onFlushed(5, f.log.truncationGeneration());
        assertThat(f.position().flushedOffset).isEqualTo(5);
    }

    @Test
    void nothingIsFlushedAfterACutThatLeftWhatIsOnDisk() {
        FollowerFixture f = following(States.all(), 1, 4, 4, 4, 4);
        f.diverge(4, 2, 9);
        assertThat(f.effects.flushRequests).isZero();
    }

    @Test
    void epochWithoutRecordsAtTheEndIsForgotten() {
        FollowerFixture f = following(States.all(), 0, 3, 3);
        f.log.assignEpochStart(4, 2);
        assertThat(f.position().lastFetchedEpoch).isEqualTo(4);
        f.diverge(3, 2, 2);
        assertThat(f.log).hasToString("(0,3)(1,3)");
        assertThat(f.position().lastFetchedEpoch).isEqualTo(3);
    }

    @Test
    void highWatermarkOfADivergingAnswerIsLeftAlone() {
        FollowerFixture f = following(States.all(), 1, 4, 4, 4);
        f.diverge(4, 2, 2);
        assertThat(f.follower.highWatermark()).isEqualTo(1);
    }

    @Test
    void nothingBelowTheHighWatermarkIsCut() {
        FollowerFixture f = following(States.all(), 3, 4, 4, 4, 4);
        f.diverge(4, 2, 2);
        assertThat(f.log).hasToString("(0,4)(1,4)(2,4)(3,4)");
        assertThat(f.effects.truncations).isEmpty();
        assertThat(f.effects.stopped).contains("offset 2").contains("high watermark 3");
        assertThat(f.follower.next()).isEqualTo(FetchNext.STOP);
        assertThat(f.follower.stoppedBecause()).isEqualTo(f.effects.stopped);
    }

    @Test
    void stoppedFollowerTakesNothingMore() {
        FollowerFixture f = following(States.all(), 3, 4, 4, 4, 4);
        f.diverge(4, 2, 2);
        f.receive(5, new InMemoryLog.Entry(4, 5, 1));
        assertThat(f.log.logEndOffset()).isEqualTo(4);
        assertThat(f.follower.next()).isEqualTo(FetchNext.STOP);
    }

    @Test
    void afterARecordedUncleanElectionTheCutGoesBelowAndTakesTheHighWatermarkAlong() {
        FollowerFixture f = following(States.all().unclean(true), 3, 4, 4, 4, 4);
        f.diverge(4, 2, 2);
        assertThat(f.log).hasToString("(0,4)(1,4)");
        assertThat(f.follower.highWatermark()).isEqualTo(2);
        assertThat(f.effects.highWatermarks).containsExactly(2L);
    }

    @Test
    void uncleanCutBelowTheLogStartStartsAnew() {
        FollowerFixture f = following(States.all().unclean(true), 4, 4, 4, 4, 4);
        f.log.advanceLogStart(3);
        f.diverge(4, 2, 2);
        assertThat(f.effects.truncations).containsExactly("fully, start at 2");
        assertThat(f.follower.highWatermark()).isEqualTo(2);
    }

    @Test
    void flushedPositionIsWhatIsLeftOfIt() {
        FollowerFixture f = following(States.all(), 0, 4, 4, 4);
        f.diverge(4, 1, 0);
        assertThat(f.position().flushedOffset).isEqualTo(1);
    }

    @Test
    void logThatTheLeaderNoLongerReachesBackToStartsAnewWithTheHighWatermark() {
        FollowerFixture f = following(States.all(), 1, 4, 4);
        f.error(Errors.OFFSET_OUT_OF_RANGE, 100);
        assertThat(f.effects.truncations).containsExactly("fully, start at 100");
        assertThat(f.position().fetchOffset).isEqualTo(100);
        assertThat(f.position().lastFetchedEpoch).isEqualTo(-1);
        assertThat(f.follower.highWatermark()).isEqualTo(100);
        assertThat(f.follower.next()).isEqualTo(FetchNext.CONTINUE);
    }

    @Test
    void leaderThatEndsBelowOurHighWatermarkStopsUs() {
        FollowerFixture f = following(States.all(), 2, 4, 4);
        f.error(Errors.OFFSET_OUT_OF_RANGE, 0);
        assertThat(f.log.logEndOffset()).isEqualTo(2);
        assertThat(f.follower.next()).isEqualTo(FetchNext.STOP);
    }

    @Test
    void outOfRangeWithUncommittedRecordsOnlyWaits() {
        FollowerFixture f = following(States.all(), 1, 4, 4);
        f.error(Errors.OFFSET_OUT_OF_RANGE, 0);
        assertThat(f.log.logEndOffset()).isEqualTo(2);
        assertThat(f.follower.next()).isEqualTo(FetchNext.BACK_OFF);
    }

    @Test
    void outOfRangeAfterAnUncleanElectionStartsAnew() {
        FollowerFixture f = following(States.all().unclean(true), 2, 4, 4);
        f.error(Errors.OFFSET_OUT_OF_RANGE, 0);
        assertThat(f.effects.truncations).containsExactly("fully, start at 0");
        assertThat(f.follower.highWatermark()).isZero();
    }

    @Test
    void outOfRangeWithoutALogStartOnlyWaits() {
        FollowerFixture f = following(States.all(), 1, 4, 4);
        f.error(Errors.OFFSET_OUT_OF_RANGE, -1);
        assertThat(f.log.logEndOffset()).isEqualTo(2);
        assertThat(f.follower.next()).isEqualTo(FetchNext.BACK_OFF);
    }
}
