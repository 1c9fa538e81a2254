// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import static io.shiplog.replication.core.FollowerFixture.following;
import static org.assertj.core.api.Assertions.assertThat;

import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;

/** A follower with rot in its log: the leader hears where it ends before anything is cut. */
class FollowerRepairTest {
    private static FetchedPartition answerTo(FollowerFixture f, long offset) {
        FetchedPartition fetched = f.answer();
        fetched.requestFetchOffset = offset;
        fetched.requestLastFetchedEpoch = -1;
        fetched.highWatermark = 4;
        fetched.logStartOffset = 0;
        return fetched;
    }

    @Test
    void theLeaderIsToldThatTheReplicaEndsBeforeTheDamage() {
        FollowerFixture f = following(States.all(), 4, 4, 4, 4, 4);
        f.follower.beginRepair(2);
        assertThat(f.position().fetchOffset).isEqualTo(2);
        assertThat(f.position().flushedOffset).isEqualTo(2);
        assertThat(f.position().lastFetchedEpoch).as("nothing to compare").isEqualTo(-1);
        assertThat(f.log).as("nothing is cut yet").hasToString("(0,4)(1,4)(2,4)(3,4)");
        assertThat(f.follower.isRepairKnown()).isFalse();
    }

    @Test
    void whatTheLeaderSendsMeanwhileIsPassedOver() {
        FollowerFixture f = following(States.all(), 4, 4, 4, 4, 4);
        f.follower.beginRepair(2);
        FetchedPartition fetched = answerTo(f, 2);
        fetched.records = InMemoryLog.encode(new InMemoryLog.Entry(2, 4, 0));
        f.follower.onFetched(fetched);
        assertThat(f.log.logEndOffset()).isEqualTo(4);
        assertThat(f.follower.next()).isEqualTo(FetchNext.BACK_OFF);
        assertThat(f.follower.isRepairKnown()).isTrue();
    }

    @Test
    void anAnswerToThePositionBeforeDoesNotCount() {
        FollowerFixture f = following(States.all(), 4, 4, 4, 4, 4);
        FetchedPartition before = f.answer();
        f.follower.beginRepair(2);
        f.follower.onFetched(before);
        assertThat(f.follower.isRepairKnown()).isFalse();
    }

    @Test
    void aRefusalDoesNotCount() {
        FollowerFixture f = following(States.all(), 4, 4, 4, 4, 4);
        f.follower.beginRepair(2);
        FetchedPartition refused = answerTo(f, 2);
        refused.error = Errors.FENCED_LEADER_EPOCH;
        f.follower.onFetched(refused);
        assertThat(f.follower.isRepairKnown()).isFalse();
    }

    @Test
    void aLeaderThatBeginsLaterIsToldItsOwnStart() {
        FollowerFixture f = following(States.all(), 4, 4, 4, 4, 4);
        f.follower.beginRepair(1);
        FetchedPartition refused = answerTo(f, 1);
        refused.error = Errors.OFFSET_OUT_OF_RANGE;
        refused.logStartOffset = 3;
        f.follower.onFetched(refused);
        assertThat(f.position().fetchOffset).isEqualTo(3);
        f.follower.onFetched(answerTo(f, 3));
        assertThat(f.follower.isRepairKnown()).isTrue();
    }

    /** A deposed leader's last batch has rotted, and its successor's log is shorter (simulator, seed 47249). */
    @Test
    void aLeaderThatEndsBeforeTheDamageIsToldWhatIsCommitted() {
        FollowerFixture f = following(States.all(), 1, 4, 4, 4, 4);
        f.follower.beginRepair(3);
        FetchedPartition refused = answerTo(f, 3);
        refused.error = Errors.OFFSET_OUT_OF_RANGE;
        f.follower.onFetched(refused);
        assertThat(f.position().fetchOffset).isEqualTo(1);
        f.follower.onFetched(answerTo(f, 1));
        assertThat(f.follower.isRepairKnown()).isTrue();
    }

    @Test
    void anEarlierDamageIsToldAnew() {
        FollowerFixture f = following(States.all(), 4, 4, 4, 4, 4);
        f.follower.beginRepair(2);
        f.follower.onFetched(answerTo(f, 2));
        f.follower.beginRepair(3);
        assertThat(f.follower.isRepairKnown()).as("a later one changes nothing").isTrue();
        f.follower.beginRepair(1);
        assertThat(f.follower.isRepairKnown()).isFalse();
        assertThat(f.position().fetchOffset).isEqualTo(1);
    }

    @Test
    void afterTheCutItFetchesOnFromItsEnd() {
        FollowerFixture f = following(States.all(), 4, 4, 4, 4, 4);
        f.follower.beginRepair(2);
        f.log.truncateTo(2);
        f.follower.onRepaired();
        assertThat(f.follower.highWatermark()).isEqualTo(2);
        assertThat(f.position().fetchOffset).isEqualTo(2);
        assertThat(f.position().lastFetchedEpoch).isEqualTo(4);
        f.receive(4, new InMemoryLog.Entry(2, 4, 0));
        assertThat(f.log.logEndOffset()).isEqualTo(3);
    }

    @Test
    void theLeaderIsToldUntilTheCutThatThisReplicaMustNotJoin() {
        FollowerFixture f = following(States.all(), 4, 4, 4, 4, 4);
        assertThat(f.position().repairing).isFalse();
        f.follower.beginRepair(2);
        assertThat(f.position().repairing).isTrue();
        f.log.truncateTo(2);
        f.follower.onRepaired();
        assertThat(f.position().repairing).isFalse();
    }
}
