// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import static io.shiplog.replication.runtime.RuntimeNode.ALL;
import static io.shiplog.replication.runtime.RuntimeNode.batch;
import static io.shiplog.replication.runtime.RuntimeNode.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.ReplicaStatus.Role;
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

/** A partition with one replica, on a real log. */
class ReplicaAloneTest {
    @TempDir
    Path path;

    private final TurnedLoop loop = new TurnedLoop();
    private RuntimeNode node;

    @BeforeEach
    void open() {
        node = new RuntimeNode(1, path.resolve("data"), loop);
    }

    @AfterEach
    void close() {
        node.close();
    }

    /** Where the records of the last read ended; −1 when there were none. */
    private long readUpTo;

    private FetchOutcome read(long offset) {
        ConsumerRead read = new ConsumerRead();
        read.fetchOffset = offset;
        read.maxBytes = 1 << 20;
        read.atLeastOneBatch = true;
        return read(read);
    }

    private FetchOutcome read(ConsumerRead read) {
        FetchOutcome out = new FetchOutcome();
        node.replica.readForConsumer(read, out);
        readUpTo = out.records.nextOffset();
        out.records.release();
        return out;
    }

    @Test
    void withoutMetadataItServesNobody() {
        assertThat(node.produce(batch("a"), ALL).errors).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(read(0).error).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(node.replica.lookUpOffset(-1, -1).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(node.replica.epochEnd(-1, 0).error()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(node.replica.status().role()).isEqualTo(Role.IDLE);
    }

    @Test
    void acksAllIsAnsweredWhenTheRecordIsOnDisk() {
        node.replica.apply(state(1, 1, 1));
        Answers answers = node.produce(batch("a"), ALL);
        assertThat(answers.isDone()).isFalse();
        assertThat(node.replica.highWatermark()).isZero();
        loop.until(answers::isDone);
        assertThat(answers.errors).containsExactly(Errors.NONE);
        assertThat(answers.baseOffset).isZero();
        assertThat(node.replica.log().flushedOffset()).isEqualTo(1);
        assertThat(node.replica.highWatermark()).isEqualTo(1);
        assertThat(node.replica.log().highWatermarkCheckpoint()).isEqualTo(1);
    }

    @Test
    void acksOneIsAnsweredAtOnceUnlessTheLeaseIsOut() {
        node.replica.apply(state(1, 1, 1));
        assertThat(node.produce(batch("a"), (short) 1).errors).containsExactly(Errors.NONE);
        Answers refused = node.produce(batch("b"), (short) 1, false, 1_000);
        assertThat(refused.errors).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(node.replica.log().logEndOffset()).isEqualTo(1);
    }

    @Test
    void retryOfAnIdempotentProducerGetsTheOriginalOffset() {
        node.replica.apply(state(1, 1, 1));
        Answers first = node.produce(batch(5, 0, "a"), ALL);
        Answers retry = node.produce(batch(5, 0, "a"), ALL);
        assertThat(retry.isDone()).isFalse();
        loop.until(() -> first.isDone() && retry.isDone());
        assertThat(retry.errors).containsExactly(Errors.NONE);
        assertThat(retry.baseOffset).isZero();
        assertThat(node.replica.log().logEndOffset()).isEqualTo(1);
    }

    /** Those that Kafka's ReplicaManager expects tell it not. */
    @Test
    void refusalsTellWhereTheLogStartsAsKafkas() {
        node.replica.apply(state(1, 1, 1));
        loop.until(node.produce(batch(5, 0, "a"), ALL)::isDone);
        Answers gap = node.produce(batch(5, 7, "b"), ALL);
        assertThat(gap.errors).containsExactly(Errors.OUT_OF_ORDER_SEQUENCE_NUMBER);
        assertThat(gap.baseOffset).isEqualTo(-1);
        assertThat(gap.logStartOffset).isZero();
        ByteBuffer corrupt = batch("a");
        corrupt.put(corrupt.limit() - 1, (byte) (corrupt.get(corrupt.limit() - 1) ^ 1));
        assertThat(node.produce(corrupt, ALL).logStartOffset).isEqualTo(-1);
        assertThat(node.produce(batch("b"), (short) 1, false, 1_000).logStartOffset)
                .isEqualTo(-1);
    }

    @Test
    void refusalOfTheLogCarriesItsReason() {
        node.replica.apply(state(1, 1, 1));
        ByteBuffer corrupt = batch("a");
        corrupt.put(corrupt.limit() - 1, (byte) (corrupt.get(corrupt.limit() - 1) ^ 1));
        Answers answers = node.produce(corrupt, ALL);
        assertThat(answers.errors).containsExactly(Errors.CORRUPT_MESSAGE);
        assertThat(answers.baseOffset).isEqualTo(-1);
        assertThat(answers.message).isNotBlank();
    }

    @Test
    void produceThatWaitsTooLongTimesOut() {
        node.replica.apply(state(1, 1, 2));
        Answers answers = node.produce(batch("a"), ALL, true, 700);
        loop.pass(699);
        assertThat(answers.isDone()).isFalse();
        loop.pass(1);
        assertThat(answers.errors).containsExactly(Errors.REQUEST_TIMED_OUT);
        assertThat(loop.timerCount()).isZero();
    }

    @Test
    void laterProduceWithAnEarlierDeadlineTimesOutFirst() {
        node.replica.apply(state(1, 1, 2));
        Answers slow = node.produce(batch("a"), ALL, true, 5_000);
        Answers quick = node.produce(batch("b"), ALL, true, 100);
        loop.pass(100);
        assertThat(quick.errors).containsExactly(Errors.REQUEST_TIMED_OUT);
        assertThat(slow.isDone()).isFalse();
        loop.pass(4_900);
        assertThat(slow.errors).containsExactly(Errors.REQUEST_TIMED_OUT);
    }

    @Test
    void losingLeadershipAnswersWhatWaits() {
        node.replica.apply(state(1, 1, 2));
        Answers answers = node.produce(batch("a"), ALL);
        node.replica.apply(state(2, 2, 2));
        assertThat(answers.errors).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(node.replica.isFollower()).isTrue();
        loop.pass(60_000);
        assertThat(answers.errors).hasSize(1);
    }

    @Test
    void olderMetadataArePassedOver() {
        node.replica.apply(state(1, 3, 1));
        node.replica.apply(state(2, 2, 2));
        assertThat(node.replica.isLeader()).isTrue();
        assertThat(node.replica.leaderEpoch()).isEqualTo(3);
    }

    @Test
    void fencedNodeDoesNotBeginToLead() {
        AssignedReplica fenced = new AssignedReplica(1, true, false, 10, true, false);
        node.replica.apply(new PartitionState(1, 1, 1, List.of(fenced), true, false, 1, true));
        assertThat(node.replica.isLeader()).isFalse();
        node.replica.apply(state(1, 1, 1));
        assertThat(node.replica.isLeader()).isTrue();
    }

    @Test
    void partitionWithoutLeaderIsNotFollowed() {
        node.replica.apply(state(PartitionState.NO_LEADER, 1, 2));
        assertThat(node.replica.isFollower()).isFalse();
        assertThat(node.replica.leaderId()).isEqualTo(-1);
    }

    @Test
    void consumersReadWhatIsCommittedAndNoMore() {
        node.replica.apply(state(1, 1, 1));
        Answers first = node.produce(batch("a"), ALL);
        loop.until(first::isDone);
        node.produce(batch("b"), (short) 1);
        FetchOutcome out = read(0);
        assertThat(out.error).isEqualTo(Errors.NONE);
        assertThat(out.highWatermark).isEqualTo(1);
        assertThat(readUpTo).isEqualTo(1);
        assertThat(read(1).error).isEqualTo(Errors.NONE);
        assertThat(readUpTo).isEqualTo(-1);
        assertThat(read(2).error).isEqualTo(Errors.NONE);
        assertThat(read(3).error).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
        assertThat(read(3).logStartOffset).isZero();
    }

    @Test
    void consumersWithAnotherLeaderEpochAreToldSo() {
        node.replica.apply(state(1, 4, 1));
        ConsumerRead read = new ConsumerRead();
        read.currentLeaderEpoch = 3;
        FetchOutcome fenced = read(read);
        assertThat(fenced.error).isEqualTo(Errors.FENCED_LEADER_EPOCH);
        assertThat(fenced.currentLeaderEpoch).isEqualTo(4);
        assertThat(fenced.currentLeaderId).isEqualTo(1);
        read.currentLeaderEpoch = 5;
        assertThat(read(read).error).isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
    }

    @Test
    void consumersWithAnotherHistoryAreTold() {
        node.replica.apply(state(1, 4, 1));
        loop.until(node.produce(batch("a"), ALL)::isDone);
        ConsumerRead read = new ConsumerRead();
        read.fetchOffset = 1;
        read.lastFetchedEpoch = 3;
        FetchOutcome out = read(read);
        assertThat(out.divergingEndOffset).isZero();
        read.lastFetchedEpoch = 4;
        assertThat(read(read).divergingEndOffset).isEqualTo(-1);
        read.lastFetchedEpoch = 9;
        assertThat(read(read).error).isEqualTo(Errors.OFFSET_OUT_OF_RANGE);
    }

    @Test
    void offsetsAreLookedUp() {
        node.replica.apply(state(1, 1, 1));
        loop.until(node.produce(batch("a"), ALL)::isDone);
        assertThat(node.replica.lookUpOffset(-2, -1)).isEqualTo(new OffsetLookup(Errors.NONE, 0, -1, 1));
        assertThat(node.replica.lookUpOffset(-4, -1)).isEqualTo(new OffsetLookup(Errors.NONE, 0, -1, 1));
        assertThat(node.replica.lookUpOffset(-1, 1)).isEqualTo(new OffsetLookup(Errors.NONE, 1, -1, 1));
        assertThat(node.replica.lookUpOffset(1_700_000_000_000L, -1))
                .isEqualTo(new OffsetLookup(Errors.NONE, 0, 1_700_000_000_000L, 1));
        assertThat(node.replica.lookUpOffset(1_700_000_000_001L, -1).offset()).isEqualTo(-1);
        assertThat(node.replica.lookUpOffset(-3, -1).offset()).isZero();
        for (long tiered : new long[] {-5, -6}) {
            assertThat(node.replica.lookUpOffset(tiered, -1)).isEqualTo(new OffsetLookup(Errors.NONE, -1, -1, -1));
        }
        assertThat(node.replica.lookUpOffset(-99, -1).error()).isEqualTo(Errors.INVALID_REQUEST);
        assertThat(node.replica.lookUpOffset(-1, 0).error()).isEqualTo(Errors.FENCED_LEADER_EPOCH);
        assertThat(node.replica.epochEnd(1, 1)).isEqualTo(new EpochEnd(Errors.NONE, 1, 1));
        assertThat(node.replica.epochEnd(1, 7)).isEqualTo(new EpochEnd(Errors.NONE, -1, -1));
    }

    @Test
    void whileTheHighWatermarkMayBeTooLowLatestIsNotAvailable() {
        node.replica.apply(state(1, 1, 2));
        node.produce(batch("a"), (short) 1);
        node.replica.apply(state(1, 2, 2));
        assertThat(node.replica.lookUpOffset(-1, -1).error()).isEqualTo(Errors.OFFSET_NOT_AVAILABLE);
        assertThat(node.replica.lookUpOffset(1_700_000_000_000L, -1).error()).isEqualTo(Errors.OFFSET_NOT_AVAILABLE);
        assertThat(node.replica.lookUpOffset(-2, -1).error()).isEqualTo(Errors.NONE);
    }

    @Test
    void highWatermarkIsTakenUpFromTheLogAfterARestart() {
        node.replica.apply(state(1, 1, 1));
        loop.until(node.produce(batch("a"), ALL)::isDone);
        node.replicas.close();
        node.directory.closeCleanly(10);
        node.directory.close();
        node = new RuntimeNode(1, path.resolve("data"), loop);
        assertThat(node.replica.highWatermark()).isEqualTo(1);
    }

    @Test
    void watchersHearOfEveryMoveOnceTheEventIsOver() {
        List<String> heard = new ArrayList<>();
        FetchWatcher watcher = new FetchWatcher() {
            @Override
            public void onLogEnd(Replica replica) {
                heard.add("end " + replica.log().logEndOffset());
            }

            @Override
            public void onHighWatermark(Replica replica) {
                heard.add("high watermark " + replica.highWatermark());
            }

            @Override
            public void onStateChange(Replica replica) {
                heard.add("state");
                replica.removeWatcher(this);
                replica.addWatcher(this);
            }
        };
        node.replica.addWatcher(watcher);
        node.replica.apply(state(1, 1, 1));
        loop.until(node.produce(batch("a"), ALL)::isDone);
        assertThat(heard).containsExactly("state", "end 1", "high watermark 1");
        node.replica.removeWatcher(watcher);
        node.produce(batch("b"), (short) 1);
        assertThat(heard).hasSize(3);
    }

    @Test
    void removedReplicaAnswersWhatWaitsAndTellsItsWatchers() {
        node.replica.apply(state(1, 1, 2));
        Answers answers = node.produce(batch("a"), ALL);
        assertThat(node.replicas.remove(RuntimeNode.T0.topicId(), 0)).isSameAs(node.replica);
        assertThat(answers.errors).containsExactly(Errors.NOT_LEADER_OR_FOLLOWER);
        assertThat(node.replicas.get(RuntimeNode.T0.topicId(), 0)).isNull();
        assertThat(node.replicas.remove(RuntimeNode.T0.topicId(), 0)).isNull();
        node.replica.apply(state(1, 2, 2));
        assertThat(node.replica.isLeader()).isFalse();
    }

    @Test
    void replicaIsCreatedOnce() {
        assertThatThrownBy(() -> node.replicas.create(RuntimeNode.T0, node.replica.log()))
                .isInstanceOf(IllegalStateException.class);
    }

    @Test
    void tickComesAtItsIntervalUntilTheSetIsClosed() {
        node.replica.apply(state(1, 1, 2));
        node.produce(batch("a"), (short) 1);
        node.replicas.start();
        loop.pass(11_000);
        assertThat(node.proposals).as("2 never fetched").hasSize(1);
        node.replicas.close();
        assertThat(loop.timerCount()).isZero();
    }

    @Test
    void lateOutcomeOfAnOldRoleIsIgnored() {
        node.replica.apply(state(1, 1, 2));
        node.produce(batch("a"), (short) 1);
        node.replicas.start();
        loop.pass(11_000);
        node.replica.apply(state(2, 2, 2));
        node.proposals.get(0).outcome().accept(Errors.NONE, state(1, 1, 2));
        assertThat(node.replica.isFollower()).isTrue();
    }
}
