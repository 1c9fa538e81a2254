// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import static io.shiplog.replication.runtime.RuntimeNode.ALL;
import static io.shiplog.replication.runtime.RuntimeNode.batch;
import static io.shiplog.replication.runtime.RuntimeNode.state;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.core.FetchNext;
import io.shiplog.replication.core.FetchedPartition;
import io.shiplog.replication.core.FollowerPosition;
import io.shiplog.replication.runtime.RuntimeNode.Answers;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two replicas on real logs; the test carries fetches from one to the other. */
class ReplicaPairTest {
    @TempDir
    Path path;

    private final TurnedLoop loop = new TurnedLoop();
    private RuntimeNode one;
    private RuntimeNode two;

    @BeforeEach
    void open() {
        one = new RuntimeNode(1, path.resolve("one"), loop);
        two = new RuntimeNode(2, path.resolve("two"), loop);
    }

    @AfterEach
    void close() {
        one.close();
        two.close();
    }

    private void applyToBoth(int leader, int epoch) {
        one.replica.apply(state(leader, epoch, 2));
        two.replica.apply(state(leader, epoch, 2));
    }

    /** One fetch and its answer. */
    private static FetchNext fetch(RuntimeNode follower, RuntimeNode leader) {
        return follower.fetchFrom(leader);
    }

    private static ByteBuffer wholeLog(RuntimeNode node) {
        return RuntimeNode.bytes(
                node.replica.log().read(0, 1 << 20, node.replica.log().logEndOffset(), true));
    }

    private void flushed(RuntimeNode node) {
        loop.until(() ->
                node.replica.status().flushedOffset() == node.replica.log().logEndOffset());
    }

    @Test
    void acksAllWaitsForBothDisksAndTheBytesAreTheSame() {
        applyToBoth(1, 1);
        Answers answers = one.produce(batch("a"), ALL);
        fetch(two, one);
        flushed(one);
        assertThat(answers.isDone()).isFalse();
        flushed(two);
        fetch(two, one);
        assertThat(answers.errors).containsExactly(Errors.NONE);
        fetch(two, one);
        assertThat(two.replica.highWatermark()).isEqualTo(1);
        assertThat(wholeLog(two)).isEqualTo(wholeLog(one));
    }

    /** Decision 0213. */
    @Test
    void retryOfABatchOfLongAgoIsADuplicateOnceWhatItIsPartOfIsCommitted() {
        applyToBoth(1, 1);
        for (int sequence = 0; sequence < 7; sequence++) {
            one.produce(batch(42, sequence, "a" + sequence), ALL);
        }
        Answers again = one.produce(batch(42, 0, "a0"), ALL);
        flushed(one);
        assertThat(again.isDone()).isFalse();
        fetch(two, one);
        flushed(two);
        fetch(two, one);
        assertThat(again.errors).containsExactly(Errors.DUPLICATE_SEQUENCE_NUMBER);
        assertThat(again.baseOffset).isEqualTo(-1);
        assertThat(one.replica.log().logEndOffset()).isEqualTo(7);
    }

    @Test
    void completedFlushOfTheFollowerIsToldToItsFetcher() {
        List<Replica> told = new ArrayList<>();
        two.replica.setFollowerListener(told::add);
        applyToBoth(1, 1);
        one.produce(batch("a"), ALL);
        fetch(two, one);
        loop.until(() -> !told.isEmpty());
        assertThat(told).containsExactly(two.replica);
        FollowerPosition position = new FollowerPosition();
        two.replica.followerPosition(position);
        assertThat(position.flushedOffset).isEqualTo(1);
    }

    @Test
    void divergedReplicaEndsByteIdenticalWithItsLeader() {
        applyToBoth(1, 1);
        one.produce(batch("common"), ALL);
        fetch(two, one);
        one.produce(batch("lost 1"), (short) 1);
        one.produce(batch("lost 2"), (short) 1);
        applyToBoth(2, 2);
        two.produce(batch("kept"), (short) 1);
        assertThat(fetch(one, two)).isEqualTo(FetchNext.CONTINUE);
        assertThat(one.replica.log().logEndOffset()).isEqualTo(1);
        fetch(one, two);
        assertThat(wholeLog(one)).isEqualTo(wholeLog(two));
        assertThat(one.replica.log().latestEpoch()).isEqualTo(2);
    }

    @Test
    void retryAfterFailoverGetsTheOriginalOffset() {
        applyToBoth(1, 1);
        one.produce(batch(5, 0, "a"), ALL);
        fetch(two, one);
        applyToBoth(2, 2);
        Answers retry = two.produce(batch(5, 0, "a"), ALL);
        fetch(one, two);
        flushed(one);
        flushed(two);
        fetch(one, two);
        assertThat(retry.errors).containsExactly(Errors.NONE);
        assertThat(retry.baseOffset).isZero();
        assertThat(two.replica.log().logEndOffset()).isEqualTo(1);
    }

    @Test
    void corruptBatchFromTheLeaderIsRefusedAndNothingChanges() {
        applyToBoth(1, 1);
        FetchedPartition fetched = new FetchedPartition();
        fetched.requestLeaderEpoch = 1;
        fetched.requestFetchOffset = 0;
        fetched.requestLastFetchedEpoch = -1;
        fetched.highWatermark = 1;
        ByteBuffer corrupt = batch("a");
        corrupt.put(corrupt.limit() - 1, (byte) (corrupt.get(corrupt.limit() - 1) ^ 1));
        fetched.records = corrupt;
        assertThat(two.replica.onFetchedPartition(fetched)).isEqualTo(FetchNext.BACK_OFF);
        assertThat(two.replica.log().logEndOffset()).isZero();
        assertThat(two.replica.status().problem()).isEqualTo("CORRUPT_MESSAGE");
    }

    @Test
    void consumersMayReadFromAFollowerWhenTheyAsk() {
        applyToBoth(1, 1);
        Answers answers = one.produce(batch("a"), ALL);
        fetch(two, one);
        flushed(one);
        flushed(two);
        fetch(two, one);
        fetch(two, one);
        assertThat(answers.isDone()).isTrue();
        ConsumerRead read = new ConsumerRead();
        read.maxBytes = 1 << 20;
        FetchOutcome out = new FetchOutcome();
        two.replica.readForConsumer(read, out);
        assertThat(out.error).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        read.allowFollower = true;
        two.replica.readForConsumer(read, out);
        assertThat(out.records.nextOffset()).isEqualTo(1);
        out.records.release();
        read.fetchOffset = 9;
        two.replica.readForConsumer(read, out);
        assertThat(out.error).isEqualTo(Errors.OFFSET_NOT_AVAILABLE);
    }

    @Test
    void followerThatLeftItsRoleIsToldToStop() {
        applyToBoth(1, 1);
        two.replica.apply(state(2, 2, 2));
        assertThat(two.replica.onFetchedPartition(new FetchedPartition())).isEqualTo(FetchNext.STOP);
        FollowerPosition position = new FollowerPosition();
        two.replica.followerPosition(position);
        assertThat(position.leaderId).isEqualTo(-1);
    }

    private void commitThree() {
        applyToBoth(1, 1);
        for (String value : List.of("a", "b", "c")) {
            one.produce(batch(value), ALL);
        }
        fetch(two, one);
        flushed(one);
        flushed(two);
        fetch(two, one);
        fetch(two, one);
        assertThat(two.replica.highWatermark()).isEqualTo(3);
    }

    @Test
    void deletionIsAnsweredWhenTheFollowersDiskHasIt() {
        commitThree();
        List<Replica> told = new ArrayList<>();
        two.replica.setFollowerListener(told::add);
        List<String> answers = new ArrayList<>();
        one.replica.deleteRecords(2, 60_000, (error, lowWatermark) -> answers.add(error + " " + lowWatermark));
        assertThat(one.replica.log().logStartOffset()).isEqualTo(2);
        fetch(two, one);
        assertThat(two.replica.log().logStartOffset()).isEqualTo(2);
        loop.until(() -> one.replica.log().durableLogStartOffset() == 2 && !told.isEmpty());
        assertThat(answers).isEmpty();
        fetch(two, one);
        assertThat(answers).containsExactly("NONE 2");
    }

    @Test
    void aMovedLogStartIsToldToParkedFetches() {
        commitThree();
        List<String> moves = new ArrayList<>();
        one.replica.addWatcher(new FetchWatcher() {
            @Override
            public void onLogEnd(Replica replica) {
                moves.add("log");
            }

            @Override
            public void onHighWatermark(Replica replica) {}

            @Override
            public void onStateChange(Replica replica) {}
        });
        one.replica.deleteRecords(1, 60_000, (error, lowWatermark) -> {});
        assertThat(moves).containsExactly("log");
    }

    @Test
    void onlyTheLeaderDeletes() {
        commitThree();
        List<Errors> answers = new ArrayList<>();
        two.replica.deleteRecords(1, 60_000, (error, lowWatermark) -> answers.add(error));
        assertThat(answers).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(two.replica.log().logStartOffset()).isZero();
    }

    @Test
    void deletionThatWaitsIsAnsweredWhenLeadershipEnds() {
        commitThree();
        List<Errors> answers = new ArrayList<>();
        one.replica.deleteRecords(2, 60_000, (error, lowWatermark) -> answers.add(error));
        one.replica.apply(state(2, 2, 2));
        assertThat(answers).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER);
    }

    @Test
    void statusOfTheLeaderShowsItsFollowers() {
        applyToBoth(1, 1);
        fetch(two, one);
        ReplicaStatus status = one.replica.status();
        assertThat(status.role()).isEqualTo(ReplicaStatus.Role.LEADER);
        assertThat(status.followers()).hasSize(1);
        assertThat(status.followers().get(0).id()).isEqualTo(2);
        assertThat(two.replica.status().role()).isEqualTo(ReplicaStatus.Role.FOLLOWER);
        assertThat(two.replica.status().problem()).isNull();
    }
}
