// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import static io.shiplog.replication.runtime.RuntimeNode.ALL;
import static io.shiplog.replication.runtime.RuntimeNode.T0;
import static io.shiplog.replication.runtime.RuntimeNode.batch;
import static io.shiplog.replication.runtime.RuntimeNode.state;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.core.FetchNext;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.storage.log.LogDamage;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows C1, C4 and C5 on real logs: bytes rot at the leader, or at the follower. */
class DamagedReplicaTest {
    @TempDir
    Path path;

    private final TurnedLoop loop = new TurnedLoop();
    private final List<LogDamage> damages = new ArrayList<>();
    private RuntimeNode leader;
    private RuntimeNode follower;

    @BeforeEach
    void open() {
        leader = new RuntimeNode(1, path.resolve("one"), loop);
        follower = new RuntimeNode(2, path.resolve("two"), loop);
        leader.directory.onDamage(damages::add);
        leader.replica.apply(state(1, 1, 2));
        follower.replica.apply(state(1, 1, 2));
        leader.produce(batch("a"), ALL);
        leader.produce(batch("b"), ALL);
    }

    @AfterEach
    void close() {
        leader.close();
        follower.close();
    }

    /** Flips a bit of a byte of the first batch in a node's file. */
    private void flip(RuntimeNode node, int byteOfBatch) throws IOException {
        Path file = path.resolve(node == leader ? "one" : "two")
                .resolve(T0.topicId() + "-0")
                .resolve("00000000000000000000.log");
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, byteOfBatch);
            one.put(0, (byte) (one.get(0) ^ 1)).flip();
            channel.write(one, byteOfBatch);
        }
    }

    private FetchOutcome read(RuntimeNode node, long offset) {
        ConsumerRead read = new ConsumerRead();
        read.currentLeaderEpoch = -1;
        read.fetchOffset = offset;
        read.lastFetchedEpoch = -1;
        read.maxBytes = 1 << 20;
        read.atLeastOneBatch = true;
        FetchOutcome out = new FetchOutcome();
        node.replica.readForConsumer(read, out);
        return out;
    }

    /** What this process wrote is sent unread; the follower notices, and the second time the leader is asked to look. */
    @Test
    void aLeaderWithRottenBytesFindsThemWhenItsFollowerRefusesTwice() throws IOException {
        flip(leader, 65);
        assertThat(follower.fetchFrom(leader)).isEqualTo(FetchNext.BACK_OFF);
        assertThat(damages).isEmpty();
        assertThat(follower.fetchFrom(leader)).isEqualTo(FetchNext.BACK_OFF);
        assertThat(damages).isEmpty();
        assertThat(follower.fetchFrom(leader)).isEqualTo(FetchNext.BACK_OFF);
        assertThat(damages).hasSize(1);
        assertThat(follower.replica.log().logEndOffset()).isZero();
        assertThat(follower.replica.status().problem()).isEqualTo(Errors.KAFKA_STORAGE_ERROR.name());
        assertThat(leader.replica.isOffline()).isFalse();
    }

    /** Kafka's CRC leaves the base offset out. */
    @Test
    void aFollowerRefusesAWrongBaseOffset() throws IOException {
        flip(leader, 7);
        assertThat(follower.fetchFrom(leader)).isEqualTo(FetchNext.BACK_OFF);
        assertThat(follower.replica.log().logEndOffset()).isZero();
    }

    @Test
    void aFollowerTakesASoundAnswerAfterABadOne() throws IOException {
        flip(leader, 65);
        follower.fetchFrom(leader);
        flip(leader, 65);
        assertThat(follower.fetchFrom(leader)).isEqualTo(FetchNext.CONTINUE);
        assertThat(follower.replica.log().logEndOffset()).isEqualTo(2);
    }

    @Test
    void consumersAreAskedToWaitUnlessNobodyElseHasIt() throws IOException {
        replicateBoth();
        flip(leader, 65);
        leader.replica.log().distrust(0);
        assertThat(read(leader, 0).error).isEqualTo(Errors.KAFKA_STORAGE_ERROR);
        leader.replica.repair().damaged(0);
        leader.replica.repair().keep(true);
        assertThat(read(leader, 0).error).isEqualTo(Errors.CORRUPT_MESSAGE);
        FetchOutcome sound = read(leader, 1);
        assertThat(sound.error).isEqualTo(Errors.NONE);
        assertThat(sound.records.firstOffset()).isEqualTo(1);
        sound.records.release();
    }

    private void replicateBoth() {
        follower.fetchFrom(leader);
        loop.until(() -> follower.replica.status().flushedOffset() == 2
                && leader.replica.status().flushedOffset() == 2);
        follower.fetchFrom(leader);
        follower.fetchFrom(leader);
        assertThat(leader.replica.highWatermark()).isEqualTo(2);
    }

    /** Kafka's CRC leaves the leader epoch out, and above the flush mark nothing else covers it. */
    @Test
    void aFollowerWithAnEpochThatNobodyLedInIsRepairedInsteadOfBeingRefusedForEver() {
        replicateBoth();
        follower.replica.log().appendAsFollower(batchOfEpoch(2, 1 << 25), 1 << 25);
        follower.directory.onDamage(damages::add);
        leader.replica.apply(state(3, 2, 3));
        leader.replica.apply(state(1, 3, 2));
        follower.replica.apply(state(1, 3, 2));
        assertThat(damages).hasSize(1);
        assertThat(follower.replica.repair().isNeeded()).isTrue();
        follower.fetchFrom(leader);
        assertThat(follower.replica.stoppedBecause()).isNull();
        assertThat(follower.replica.repair().mayBeAskedFor())
                .as("the leader knows where this replica ends")
                .isTrue();
    }

    @Test
    void aFollowerOfALaterEpochHasNothingToRepair() {
        replicateBoth();
        follower.directory.onDamage(damages::add);
        follower.replica.apply(state(1, 3, 2));
        assertThat(damages).isEmpty();
        assertThat(follower.replica.repair().isNeeded()).isFalse();
    }

    /** Blocks of another file above the flush mark: sound batches, whose offsets follow each other, and not those of the leader. */
    @Test
    void aFollowerThatEndsWithinABatchOfItsLeaderIsRepairedInsteadOfBeingRefusedForEver() {
        leader.produce(batch("c", "d"), ALL);
        for (long offset = 0; offset < 3; offset++) {
            follower.replica.log().appendAsFollower(batchOfEpoch(offset, 1), 1);
        }
        follower.directory.onDamage(damages::add);
        follower.fetchFrom(leader);
        follower.fetchFrom(leader);
        assertThat(damages).as("the leader has not looked at its bytes yet").isEmpty();
        follower.fetchFrom(leader);
        assertThat(damages).hasSize(1);
        assertThat(damages.get(0).segmentBase()).isZero();
        assertThat(follower.replica.repair().isNeeded()).isTrue();
        follower.fetchFrom(leader);
        assertThat(follower.replica.repair().mayBeAskedFor())
                .as("the leader knows where this replica ends")
                .isTrue();
    }

    /** The epoch that a batch rotted to exists, and began later (simulator, seed 59565). */
    @Test
    void aFollowerWithAnEpochThatBeganLaterIsRepairedInsteadOfBeingRefusedForEver() {
        leader.produce(batch("c"), ALL);
        leader.replica.apply(state(1, 2, 2));
        leader.produce(batch("d"), ALL);
        follower.replica.log().appendAsFollower(batchOfEpoch(0, 1), 1);
        follower.replica.log().appendAsFollower(batchOfEpoch(1, 2), 2);
        follower.directory.onDamage(damages::add);
        follower.replica.apply(state(1, 2, 2));
        follower.fetchFrom(leader);
        follower.fetchFrom(leader);
        assertThat(damages).as("the leader has not looked at its bytes yet").isEmpty();
        follower.fetchFrom(leader);
        assertThat(damages).hasSize(1);
        assertThat(follower.replica.repair().isNeeded()).isTrue();
        follower.fetchFrom(leader);
        assertThat(follower.replica.repair().mayBeAskedFor())
                .as("the leader knows where this replica ends")
                .isTrue();
    }

    private static ByteBuffer batchOfEpoch(long offset, int epoch) {
        ByteBuffer batch = batch("c");
        batch.putLong(0, offset).putInt(12, epoch);
        return batch;
    }

    /** The leader's word is needed first, or it would take the replica into the ISR again for what it once had. */
    @Test
    void aFollowerIsNotRepairedBeforeItsLeaderKnowsWhereItEnds() {
        replicateBoth();
        follower.replica.repair().damaged(0);
        assertThat(follower.replica.repair().mayBeAskedFor()).isFalse();
        follower.fetchFrom(leader);
        assertThat(follower.replica.repair().mayBeAskedFor()).isTrue();
        assertThat(leader.replica.status().followers().get(0).fetchOffset()).isZero();
        assertThat(follower.replica.log().logEndOffset())
                .as("nothing is cut yet")
                .isEqualTo(2);
        assertThat(follower.replica.repair().isLetGoBy(1)).as("still in sync").isFalse();

        PartitionState without = new PartitionState(
                1,
                1,
                2,
                List.of(
                        new AssignedReplica(1, true, false, 10, false, false),
                        new AssignedReplica(2, false, false, 20, false, false)),
                true,
                false,
                1,
                true);
        leader.replica.apply(without);
        follower.replica.apply(without);
        assertThat(follower.replica.repair().isLetGoBy(2)).isTrue();
        follower.replica.repair().carryOut();
        assertThat(follower.replica.log().logEndOffset()).isZero();
        follower.fetchFrom(leader);
        assertThat(follower.replica.log().logEndOffset()).isEqualTo(2);
        assertThat(leader.proposals).as("not in sync before it is on its disk").isEmpty();
        loop.until(() -> follower.replica.status().flushedOffset() == 2);
        follower.fetchFrom(leader);
        assertThat(leader.proposals).hasSize(1);
    }

    @Test
    void aLeaderThatIsLetGoEndsBeforeTheDamageForTheNewOne() {
        replicateBoth();
        leader.replica.repair().damaged(0);
        assertThat(leader.replica.repair().mayBeAskedFor()).isTrue();
        leader.replica.apply(state(2, 2, 2));
        follower.replica.apply(state(2, 2, 2));
        leader.fetchFrom(follower);
        assertThat(follower.replica.status().followers().get(0).fetchOffset()).isZero();
    }

    /** The only replica in sync of a partition stopped its node with this, and all its other partitions, at every start. */
    @Test
    void whoIsElectedWithAnEpochThatRottedLeadsWithAllThatIsThere() {
        replicateBoth();
        follower.replica.log().appendAsFollower(batchOfEpoch(2, 1 | 1 << 25), 1 | 1 << 25);
        follower.replica.apply(state(2, 2, 2));
        assertThat(follower.replica.isLeader()).isTrue();
        assertThat(follower.replica.log().logEndOffset()).isEqualTo(3);
        leader.replica.apply(state(2, 2, 2));
        assertThat(leader.fetchFrom(follower)).isEqualTo(FetchNext.CONTINUE);
        assertThat(leader.replica.log().logEndOffset()).isEqualTo(3);
        assertThat(leader.replica.log().latestEpoch()).isEqualTo(1);
    }

    /** Metadata that were taken back, or more than a bit that rotted: this replica does not lead, and its node goes on. */
    @Test
    void whoIsElectedWithALogThatIsAheadGoesOfflineAloneAndSaysSo() {
        List<Replica> offline = new ArrayList<>();
        follower.replicas.setOfflineListener(offline::add);
        replicateBoth();
        follower.replica.log().appendAsFollower(batchOfEpoch(2, 9), 9);
        follower.replica.log().appendAsFollower(batchOfEpoch(3, 9), 9);
        follower.replica.apply(state(2, 2, 2));
        assertThat(follower.replica.isLeader()).isFalse();
        assertThat(follower.replica.isOffline()).isTrue();
        assertThat(offline).containsExactly(follower.replica);
        assertThat(follower.produce(batch("x"), ALL).errors).containsExactly(Errors.KAFKA_STORAGE_ERROR);
        assertThat(follower.replica.log().logEndOffset()).as("nothing is cut").isEqualTo(4);
    }

    @Test
    void aReplicaThatIsClosedTellsNobodyThatItIsOffline() {
        List<Replica> offline = new ArrayList<>();
        follower.replicas.setOfflineListener(offline::add);
        follower.replicas.close();
        follower.replica.takeOffline("closed");
        assertThat(offline).isEmpty();
    }
}
