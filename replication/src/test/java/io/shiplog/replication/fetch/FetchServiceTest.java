// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What consumers get, and when. One node, or a second one whose silence holds the high watermark back. */
class FetchServiceTest {
    private static final int BATCH_BYTES = Batches.of("value 0").remaining();

    @TempDir
    Path directory;

    private TestCluster cluster;
    private FetchService service;
    private ManualLoop loop;

    private TestConsumer start(int nodes, int partitions) throws Exception {
        cluster = new TestCluster(directory, nodes, false);
        cluster.createPartitions(partitions);
        loop = cluster.loop;
        loop.run();
        service = cluster.node(0).service;
        return new TestConsumer(service);
    }

    private void fill(int partition, int batches) {
        for (int i = 0; i < batches; i++) {
            cluster.produce(0, partition, "value " + i, 1);
        }
        loop.run();
    }

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    @Test
    void recordsThatAreThereAreGivenAtOnce() throws Exception {
        TestConsumer consumer = start(1, 1);
        fill(0, 3);
        consumer.add(0, 1).send();
        assertThat(consumer.batches()).isEqualTo(2);
        assertThat(consumer.partitions().get(0).highWatermark()).isEqualTo(3);
        assertThat(consumer.partitions().get(0).lastStableOffset()).isEqualTo(3);
        assertThat(consumer.partitions().get(0).logStartOffset()).isZero();
    }

    @ParameterizedTest
    @ValueSource(ints = {4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18})
    void everyVersionIsServed(int version) throws Exception {
        TestConsumer consumer = start(1, 1).version(version);
        fill(0, 2);
        consumer.add(0, 0).send();
        assertThat(consumer.batches()).isEqualTo(2);
        assertThat(consumer.partitions().get(0).errorCode()).isZero();
    }

    @Test
    void fetchAtTheEndWaitsForTheNextRecord() throws Exception {
        TestConsumer consumer = start(1, 2);
        fill(0, 1);
        consumer.add(0, 1).add(1, 0).send();
        assertThat(consumer.isParked()).isTrue();
        loop.advance(100);
        assertThat(consumer.isParked()).isTrue();
        fill(1, 1);
        assertThat(consumer.indexes()).containsExactlyInAnyOrder(0, 1);
        assertThat(consumer.answers).isOne();
        assertThat(consumer.pending.isDone()).isTrue();
    }

    @Test
    void consumerWaitsForTheHighWatermarkNotForTheLogEnd() throws Exception {
        TestConsumer consumer = start(2, 1);
        cluster.node(1).fetchers.unfollow(cluster.node(1).replica(0));
        loop.run();
        consumer.add(0, 0).send();
        fill(0, 1);
        assertThat(cluster.node(0).log(0).logEndOffset()).isOne();
        assertThat(consumer.isParked()).isTrue();
        cluster.lead(0, 0, 0);
        loop.run();
        assertThat(consumer.batches()).isOne();
    }

    @Test
    void waitEndsAtItsDeadline() throws Exception {
        TestConsumer consumer = start(1, 1);
        consumer.add(0, 0).send();
        loop.advance(499);
        assertThat(consumer.isParked()).isTrue();
        loop.advance(1);
        assertThat(consumer.batches()).isZero();
        assertThat(consumer.partitions().get(0).errorCode()).isZero();
    }

    @Test
    void longestWaitIsOurs() throws Exception {
        TestConsumer consumer = start(1, 1);
        consumer.begin(0, -1, Integer.MAX_VALUE, 1).add(0, 0).send();
        loop.advance(30_000);
        assertThat(consumer.isParked()).isFalse();
    }

    @Test
    void fetchThatDoesNotWantToWaitIsAnsweredAtOnce() throws Exception {
        TestConsumer consumer = start(1, 1);
        consumer.begin(0, -1, 0, 1).add(0, 0).send();
        assertThat(consumer.batches()).isZero();
    }

    @Test
    void fetchOfNothingIsAnsweredAtOnce() throws Exception {
        TestConsumer consumer = start(1, 1);
        consumer.send();
        assertThat(consumer.partitions()).isEmpty();
    }

    @Test
    void minBytesAreCollectedOverPartitions() throws Exception {
        TestConsumer consumer = start(1, 2);
        consumer.begin(0, -1, 500, 2 * BATCH_BYTES).add(0, 0).add(1, 0).send();
        fill(0, 1);
        assertThat(consumer.isParked()).isTrue();
        fill(1, 1);
        assertThat(consumer.partitions()).allMatch(data -> TestConsumer.batches(data) == 1);
        assertThat(consumer.partitions()).hasSize(2);
    }

    @Test
    void deadlineGivesWhatThereIsBelowMinBytes() throws Exception {
        TestConsumer consumer = start(1, 2);
        consumer.begin(0, -1, 500, 10 * BATCH_BYTES).add(0, 0).add(1, 0).send();
        fill(0, 1);
        loop.advance(500);
        assertThat(consumer.partitions()).hasSize(2);
        assertThat(consumer.partitions().stream()
                        .mapToInt(TestConsumer::batches)
                        .sum())
                .isOne();
    }

    @Test
    void firstBatchIsGivenHoweverLarge() throws Exception {
        TestConsumer consumer = start(1, 2);
        fill(0, 2);
        fill(1, 2);
        consumer.maxBytes(1).add(0, 0, 1).add(1, 0, 1).send();
        assertThat(consumer.partitions()).hasSize(2);
        assertThat(TestConsumer.batches(consumer.partitions().get(0))).isOne();
        assertThat(TestConsumer.batches(consumer.partitions().get(1))).isZero();
    }

    @Test
    void partitionMaxBytesBoundsEachPartition() throws Exception {
        TestConsumer consumer = start(1, 2);
        fill(0, 5);
        fill(1, 5);
        consumer.add(0, 0, 2 * BATCH_BYTES).add(1, 0, 3 * BATCH_BYTES).send();
        assertThat(TestConsumer.batches(consumer.partitions().get(0))).isEqualTo(2);
        assertThat(TestConsumer.batches(consumer.partitions().get(1))).isEqualTo(3);
    }

    @Test
    void maxBytesBoundTheResponseAndPartitionsTakeTurns() throws Exception {
        TestConsumer consumer = start(1, 3);
        for (int i = 0; i < 3; i++) {
            fill(i, 3);
        }
        consumer.begin(0, 0, 0, 1).maxBytes(3 * BATCH_BYTES);
        consumer.add(0, 0).add(1, 0).add(2, 0).send();
        int session = consumer.response.sessionId();
        assertThat(consumer.partitions().stream()
                        .mapToInt(TestConsumer::batches)
                        .sum())
                .isEqualTo(3);
        consumer.begin(session, 1, 0, 1).maxBytes(3 * BATCH_BYTES).add(0, 3).send();
        assertThat(consumer.indexes()).containsExactly(1);
        assertThat(consumer.batches()).isEqualTo(3);
        consumer.begin(session, 2, 0, 1).maxBytes(3 * BATCH_BYTES).add(1, 3).send();
        assertThat(consumer.indexes()).containsExactly(2);
        assertThat(consumer.batches()).isEqualTo(3);
    }

    @Test
    void largestResponseIsOurs() throws Exception {
        start(1, 1);
        cluster.node(0).restartService(new FetchSettings(2 * BATCH_BYTES, 1_000, 100, 10, 10, 1_000));
        TestConsumer consumer = new TestConsumer(cluster.node(0).service);
        fill(0, 5);
        consumer.add(0, 0).send();
        assertThat(consumer.batches()).isEqualTo(2);
    }

    @Test
    void sessionAnswersOnlyWhatChanged() throws Exception {
        TestConsumer consumer = start(1, 3);
        consumer.begin(0, 0, 0, 1).add(0, 0).add(1, 0).add(2, 0).send();
        int session = consumer.response.sessionId();
        assertThat(session).isPositive();
        assertThat(consumer.indexes()).containsExactly(0, 1, 2);
        consumer.begin(session, 1, 500, 1).send();
        assertThat(consumer.isParked()).isTrue();
        fill(1, 1);
        assertThat(consumer.indexes()).containsExactly(1);
        assertThat(consumer.batches()).isOne();
        consumer.begin(session, 2, 500, 1).add(1, 1).send();
        assertThat(consumer.isParked()).isTrue();
        loop.advance(500);
        assertThat(consumer.partitions()).isEmpty();
    }

    @Test
    void recordsThatWereNotTakenAreGivenAgain() throws Exception {
        TestConsumer consumer = start(1, 1);
        fill(0, 2);
        consumer.begin(0, 0, 0, 1).add(0, 0).send();
        int session = consumer.response.sessionId();
        for (int epoch = 1; epoch < 4; epoch++) {
            consumer.begin(session, epoch, 500, 1).send();
            assertThat(consumer.batches()).isEqualTo(2);
        }
    }

    @Test
    void wakeUpLooksAtTheChangedPartitionAlone() throws Exception {
        TestConsumer consumer = start(1, 1_000);
        consumer.begin(0, 0, 0, 1);
        for (int i = 0; i < 1_000; i++) {
            consumer.add(i, 0);
        }
        consumer.send();
        int session = consumer.response.sessionId();
        assertThat(service.sessionPartitionCount()).isEqualTo(1_000);
        long before = service.partitionsLookedAt();
        consumer.begin(session, 1, 500, 1).send();
        fill(77, 1);
        assertThat(consumer.indexes()).containsExactly(77);
        assertThat(service.partitionsLookedAt() - before).isOne();
    }

    @Test
    void manyMovesInOneTurnAreOneAnswer() throws Exception {
        TestConsumer consumer = start(1, 10);
        consumer.begin(0, 0, 0, 1);
        for (int i = 0; i < 10; i++) {
            consumer.add(i, 0);
        }
        consumer.send();
        int session = consumer.response.sessionId();
        consumer.begin(session, 1, 500, 1).send();
        for (int i = 0; i < 10; i++) {
            cluster.produce(0, i, "x", 1);
        }
        assertThat(consumer.isParked()).isTrue();
        loop.run();
        assertThat(consumer.partitions()).hasSize(10);
        assertThat(consumer.answers).isEqualTo(2);
    }

    @Test
    void forgottenPartitionIsSilent() throws Exception {
        TestConsumer consumer = start(1, 2);
        consumer.begin(0, 0, 0, 1).add(0, 0).add(1, 0).send();
        int session = consumer.response.sessionId();
        consumer.begin(session, 1, 500, 1).forget(0).send();
        assertThat(service.sessionPartitionCount()).isOne();
        fill(0, 1);
        assertThat(consumer.isParked()).isTrue();
        fill(1, 1);
        assertThat(consumer.indexes()).containsExactly(1);
    }

    @Test
    void sessionEndsWithItsLastPartition() throws Exception {
        TestConsumer consumer = start(1, 1);
        consumer.begin(0, 0, 0, 1).add(0, 0).send();
        int session = consumer.response.sessionId();
        consumer.begin(session, 1, 500, 1).forget(0).send();
        assertThat(consumer.response.sessionId()).isZero();
        assertThat(consumer.response.errorCode()).isZero();
        assertThat(service.sessionCount()).isZero();
    }

    @Test
    void requestOutOfStepIsRefusedAndTheParkedOneGoesOn() throws Exception {
        TestConsumer consumer = start(1, 1);
        consumer.begin(0, 0, 0, 1).add(0, 0).send();
        int session = consumer.response.sessionId();
        consumer.begin(session, 1, 500, 1).send();
        TestConsumer other = new TestConsumer(service);
        other.begin(session, 1, 500, 1).send();
        assertThat(other.response.errorCode()).isEqualTo(Errors.INVALID_FETCH_SESSION_EPOCH.code());
        assertThat(other.response.sessionId()).isZero();
        other.begin(session + 1, 1, 500, 1).send();
        assertThat(other.response.errorCode()).isEqualTo(Errors.FETCH_SESSION_ID_NOT_FOUND.code());
        assertThat(consumer.isParked()).isTrue();
        fill(0, 1);
        assertThat(consumer.batches()).isOne();
    }

    @Test
    void nextFetchOfTheSessionReleasesTheParkedOne() throws Exception {
        TestConsumer consumer = start(1, 1);
        consumer.begin(0, 0, 0, 1).add(0, 0).send();
        int session = consumer.response.sessionId();
        consumer.begin(session, 1, 500, 1).send();
        TestConsumer next = new TestConsumer(service);
        next.begin(session, 2, 500, 1).send();
        assertThat(consumer.partitions()).isEmpty();
        assertThat(next.isParked()).isTrue();
        fill(0, 1);
        assertThat(next.batches()).isOne();
        assertThat(consumer.answers).isEqualTo(2);
    }

    @Test
    void evictedSessionAnswersItsParkedFetch() throws Exception {
        TestConsumer consumer = start(1, 2);
        consumer.begin(0, 0, 0, 1).add(0, 0).send();
        int session = consumer.response.sessionId();
        consumer.begin(session, 1, 500, 1).send();
        TestConsumer other = new TestConsumer(service);
        other.begin(session, 0, 0, 1).add(1, 0).send();
        assertThat(consumer.partitions()).isEmpty();
        assertThat(consumer.response.sessionId()).isEqualTo(session);
        assertThat(other.response.sessionId()).isPositive().isNotEqualTo(session);
    }

    @Test
    void unknownTopicsAndPartitionsAreErrorsOfTheirOwn() throws Exception {
        TestConsumer consumer = start(1, 1);
        fill(0, 1);
        consumer.add(new Uuid(9, 9), "", 0, 0, 100).add(5, 0).add(0, 0).send();
        assertThat(consumer.partitions())
                .extracting(PartitionData::errorCode)
                .containsExactly(Errors.UNKNOWN_TOPIC_ID.code(), Errors.UNKNOWN_TOPIC_OR_PARTITION.code(), (short) 0);
        assertThat(TestConsumer.batches(consumer.partitions().get(2))).isOne();
        assertThat(consumer.partitions())
                .extracting(PartitionData::abortedTransactions)
                .as("what is nowhere has the default, as in Kafka")
                .containsExactly(List.of(), List.of(), null);
        consumer.version(12).begin(0, -1, 500, 1);
        consumer.add(null, "nobody", 0, 0, 100).send();
        assertThat(consumer.partitions().get(0).errorCode()).isEqualTo(Errors.UNKNOWN_TOPIC_OR_PARTITION.code());
    }

    @Test
    void errorIsRepeatedUntilItIsGone() throws Exception {
        TestConsumer consumer = start(1, 1);
        cluster.node(0).hasPartitions = false;
        consumer.begin(0, 0, 500, 1).add(0, 0).send();
        int session = consumer.response.sessionId();
        assertThat(consumer.partitions().get(0).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        consumer.begin(session, 1, 500, 1).send();
        assertThat(consumer.partitions().get(0).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        cluster.node(0).hasPartitions = true;
        consumer.begin(session, 2, 500, 1).send();
        assertThat(consumer.isParked()).isTrue();
        fill(0, 1);
        assertThat(consumer.batches()).isOne();
    }

    @Test
    void offsetBeyondTheLogIsOutOfRange() throws Exception {
        TestConsumer consumer = start(1, 1);
        fill(0, 2);
        consumer.add(0, 3).send();
        PartitionData refused = consumer.partitions().get(0);
        assertThat(refused.errorCode()).isEqualTo(Errors.OFFSET_OUT_OF_RANGE.code());
        assertThat(List.of(refused.highWatermark(), refused.lastStableOffset(), refused.logStartOffset()))
                .as("offsets of a log that a consumer is not in")
                .containsOnly(-1L);
    }

    @Test
    void parkedFetchHearsThatTheLeaderIsAnotherNode() throws Exception {
        TestConsumer consumer = start(2, 1);
        consumer.begin(0, 0, 0, 1).add(0, 0).send();
        int session = consumer.response.sessionId();
        consumer.version(10).begin(0, -1, 500, 1).add(0, 0).send();
        assertThat(consumer.isParked()).isTrue();
        cluster.lead(0, 1, 1);
        loop.run();
        assertThat(consumer.partitions().get(0).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
        assertThat(session).isPositive();
    }

    @Test
    void releasedFetchIsAnsweredWithWhatIsThere() throws Exception {
        TestConsumer consumer = start(1, 1);
        consumer.begin(0, -1, 500, 10 * BATCH_BYTES).add(0, 0).send();
        fill(0, 1);
        assertThat(consumer.isParked()).isTrue();
        consumer.pending.release();
        assertThat(consumer.batches()).isOne();
        consumer.pending.release();
        assertThat(consumer.answers).isOne();
    }

    @Test
    void droppedFetchIsNeverAnsweredAndLeavesNothing() throws Exception {
        TestConsumer consumer = start(1, 1);
        int timers = loop.timers();
        consumer.add(0, 0).send();
        assertThat(loop.timers()).isEqualTo(timers + 1);
        consumer.pending.drop();
        assertThat(loop.timers()).isEqualTo(timers);
        fill(0, 1);
        loop.advance(1_000);
        assertThat(consumer.answers).isZero();
    }

    @Test
    void dropOfAWokenFetchIsHeeded() throws Exception {
        TestConsumer consumer = start(1, 1);
        consumer.add(0, 0).send();
        cluster.produce(0, 0, "x", 1);
        consumer.pending.drop();
        loop.run();
        assertThat(consumer.answers).isZero();
    }

    @Test
    void fetchThatIsDroppedWhileItIsAnsweredGivesItsRecordsUp() throws Exception {
        TestConsumer consumer = start(1, 1);
        consumer.begin(0, -1, 500, 10 * BATCH_BYTES).add(0, 0).send();
        fill(0, 1);
        // A new epoch of the same leader: the replica is looked up again, and the connection goes just then.
        cluster.node(0).onLookup = consumer.pending::drop;
        cluster.lead(0, 0, 1);
        consumer.pending.release();
        loop.run();
        assertThat(consumer.answers).isZero();
        assertThat(consumer.pending.isDone()).isTrue();
    }

    @Test
    void clientsOfVersionElevenMayReadFromAFollower() throws Exception {
        start(2, 1);
        fill(0, 2);
        TestConsumer consumer = new TestConsumer(cluster.node(1).service);
        consumer.version(11).add(0, 0).send();
        assertThat(consumer.batches()).isEqualTo(2);
        consumer.version(10).begin(0, -1, 500, 1).add(0, 0).send();
        assertThat(consumer.partitions().get(0).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    }

    @Test
    void consumerOfAFollowerIsWokenByItsHighWatermark() throws Exception {
        start(2, 1);
        TestConsumer consumer = new TestConsumer(cluster.node(1).service);
        consumer.add(0, 0).send();
        assertThat(consumer.isParked()).isTrue();
        fill(0, 1);
        assertThat(consumer.batches()).isOne();
    }

    @Test
    void errorNamesTheLeaderToThoseWhoCanReadIt() throws Exception {
        start(2, 1);
        TestConsumer consumer = new TestConsumer(cluster.node(1).service);
        consumer.version(16).add(0, 0);
        cluster.lead(0, 0, 3);
        consumer.version(10).begin(0, -1, 500, 1).add(0, 0).send();
        assertThat(consumer.partitions().get(0).currentLeader().leaderId()).isEqualTo(-1);
        assertThat(consumer.partitions().get(0).errorCode()).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER.code());
    }
}
