// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.client.DamageAnswer;
import io.shiplog.metadata.client.MetadataUnavailable;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDamage;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.model.PartitionKey;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The steps of a repair, in their order, and what each waits for. */
class DamageRepairTest {
    private static final TopicIdPartition T0 = new TopicIdPartition(new Uuid(7, 7), 0, "t");
    private static final PartitionId ID = new PartitionId(T0.topicId(), 0);
    private static final int SELF = 1;
    private static final int OTHER = 2;

    @TempDir
    Path path;

    private final SlowLoop loop = new SlowLoop();
    private final List<CompletableFuture<List<DamageAnswer>>> asked = new ArrayList<>();
    private final List<PartitionId> repaired = new ArrayList<>();
    private LogDirectory directory;
    private Replica replica;
    private DamageRepair repair;

    /** Time passes when the test says so. */
    private static final class SlowLoop implements EventLoop {
        private record Timer(long dueMs, Runnable task) {}

        private final Deque<Runnable> tasks = new ArrayDeque<>();
        private final PriorityQueue<Timer> timers = new PriorityQueue<>((a, b) -> Long.compare(a.dueMs(), b.dueMs()));
        private long nowMs = 1_000;

        @Override
        public boolean inLoop() {
            return true;
        }

        @Override
        public synchronized void execute(Runnable task) {
            tasks.add(task);
        }

        @Override
        public Cancellable schedule(Runnable task, long delayMs) {
            Timer timer = new Timer(nowMs + delayMs, task);
            timers.add(timer);
            return () -> timers.remove(timer);
        }

        @Override
        public long nowMs() {
            return nowMs;
        }

        @Override
        public long wallClockMs() {
            return nowMs;
        }

        private synchronized Runnable next() {
            return tasks.poll();
        }

        void pass(long ms) {
            long endMs = nowMs + ms;
            runAll();
            while (!timers.isEmpty() && timers.peek().dueMs() <= endMs) {
                Timer timer = timers.poll();
                nowMs = Math.max(nowMs, timer.dueMs());
                timer.task().run();
                runAll();
            }
            nowMs = endMs;
        }

        private void runAll() {
            for (Runnable task = next(); task != null; task = next()) {
                task.run();
            }
        }
    }

    @BeforeEach
    void open() {
        directory = LogDirectory.open(path.resolve("data"), LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directory.recover((done, total) -> {});
        ReplicaSet replicas = new ReplicaSet(
                new ReplicaContext(loop, (partition, proposal, outcome) -> {}, ReplicationSettings.defaults(SELF)));
        replica = replicas.create(T0, directory.create(T0, LogSettings.defaults()));
        repair = new DamageRepair(
                replicas,
                loop,
                partitions -> {
                    assertThat(partitions).containsExactly(ID);
                    asked.add(new CompletableFuture<>());
                    return asked.get(asked.size() - 1);
                },
                repaired::add);
    }

    @AfterEach
    void close() {
        directory.close();
    }

    private static PartitionState state(int leader, int leaderEpoch, int partitionEpoch, boolean inSync) {
        return new PartitionState(
                leader,
                leaderEpoch,
                partitionEpoch,
                List.of(
                        new AssignedReplica(SELF, inSync, false, 10, false, false),
                        new AssignedReplica(OTHER, true, false, 20, false, false)),
                true,
                false,
                1,
                true);
    }

    private void damage() {
        repair.onDamage(new LogDamage(new PartitionKey(T0.topicId(), 0), 0, "rot"));
        loop.pass(1_000);
    }

    private void answer(Errors error, int partitionEpoch) {
        asked.get(asked.size() - 1).complete(List.of(new DamageAnswer(error, partitionEpoch)));
        loop.pass(1_000);
    }

    @Test
    void aLeaderAsksLeavesAndIsFilledAgain() {
        replica.apply(state(SELF, 1, 1, true));
        damage();
        assertThat(asked).hasSize(1);
        answer(Errors.NONE, 2);
        assertThat(replica.repair().isNeeded())
                .as("the metadata is not here yet")
                .isTrue();
        replica.apply(state(OTHER, 2, 2, false));
        loop.pass(1_000);
        assertThat(replica.repair().isNeeded()).as("set aside").isFalse();
        assertThat(repaired).isEmpty();
        replica.apply(state(OTHER, 2, 3, true));
        loop.pass(1_000);
        assertThat(repaired).containsExactly(ID);
        assertThat(asked).hasSize(1);
    }

    @Test
    void aFollowerDoesNotAskBeforeItsLeaderKnows() {
        replica.apply(state(OTHER, 1, 1, true));
        damage();
        loop.pass(60_000);
        assertThat(asked).isEmpty();
        replica.apply(state(OTHER, 2, 2, true));
        loop.pass(1_000);
        assertThat(asked).as("a leader that was elected since knows").hasSize(1);
    }

    @Test
    void whoIsCountedOnAgainAsksAgain() {
        replica.apply(state(SELF, 1, 1, true));
        damage();
        answer(Errors.NONE, 2);
        replica.apply(state(OTHER, 2, 3, true));
        loop.pass(1_000);
        assertThat(replica.repair().isNeeded()).isTrue();
        assertThat(asked).hasSize(2);
    }

    @Test
    void whoIsAloneStaysAndAsksAgainLater() {
        replica.apply(state(SELF, 1, 1, true));
        damage();
        answer(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE, 1);
        assertThat(asked).hasSize(1);
        assertThat(replica.isLeader()).isTrue();
        loop.pass(15_000);
        assertThat(asked).hasSize(2);
    }

    @Test
    void anAnswerThatNeverComesIsAskedForAgain() {
        replica.apply(state(SELF, 1, 1, true));
        damage();
        asked.get(0).completeExceptionally(new MetadataUnavailable("no controller"));
        loop.pass(2_000);
        assertThat(asked).hasSize(2);
    }

    @Test
    void anotherDamageDuringTheRepairBeginsAnew() {
        replica.apply(state(SELF, 1, 1, true));
        damage();
        damage();
        assertThat(asked).hasSize(2);
        asked.get(0).complete(List.of(new DamageAnswer(Errors.NONE, 1)));
        loop.pass(1_000);
        replica.apply(state(OTHER, 2, 2, false));
        loop.pass(1_000);
        assertThat(replica.repair().isNeeded())
                .as("the answer to the first question does not count")
                .isTrue();
    }

    @Test
    void whatWasSetAsideInAnEarlierLifeGoesWhenTheReplicaIsInSync() {
        replica.apply(state(OTHER, 1, 1, false));
        repair.awaitRepair(List.of(ID));
        loop.pass(5_000);
        assertThat(repaired).isEmpty();
        replica.apply(state(OTHER, 1, 2, true));
        loop.pass(1_000);
        assertThat(repaired).containsExactly(ID);
    }

    /** Elected uncleanly for want of others: what was set aside may be all that there is. */
    @Test
    void whatWasSetAsideStaysWithALeader() {
        replica.apply(state(SELF, 1, 1, true));
        repair.awaitRepair(List.of(ID));
        loop.pass(120_000);
        assertThat(repaired).isEmpty();
    }

    @Test
    void aDamageWhoseRecordsAreDeletedIsOver() {
        replica.apply(state(SELF, 1, 1, true));
        damage();
        answer(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE, 1);
        assertThat(replica.repair().isNeeded()).isTrue();
        replica.log().truncateFullyAndStartAt(10);
        loop.pass(60_000);
        assertThat(replica.repair().isNeeded()).isFalse();
        assertThat(asked).hasSize(1);
        assertThat(repaired).as("nothing was set aside").isEmpty();
    }

    /** Found in a later segment first, and then in an earlier one: only that one is deleted. */
    @Test
    void aDamageOfWhichThereIsMoreBehindWhatIsDeletedIsNotOver() {
        replica.apply(state(SELF, 1, 1, true));
        repair.onDamage(new LogDamage(new PartitionKey(T0.topicId(), 0), 20, "rot"));
        damage();
        answer(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE, 1);
        replica.log().truncateFullyAndStartAt(10);
        loop.pass(1_000);
        assertThat(replica.repair().isNeeded()).isTrue();
        replica.log().truncateFullyAndStartAt(21);
        loop.pass(1_000);
        assertThat(replica.repair().isNeeded()).isFalse();
    }

    /** What was set aside of an earlier damage still waits for the replica to be in sync. */
    @Test
    void aDeletedDamageDoesNotMakeWhatWasSetAsideForgotten() {
        replica.apply(state(OTHER, 1, 1, false));
        repair.awaitRepair(List.of(ID));
        loop.pass(1_000);
        damage();
        assertThat(replica.repair().isNeeded()).isTrue();
        replica.log().truncateFullyAndStartAt(10);
        loop.pass(1_000);
        assertThat(replica.repair().isNeeded()).isFalse();
        assertThat(repaired).isEmpty();
        replica.apply(state(OTHER, 1, 2, true));
        loop.pass(1_000);
        assertThat(repaired).containsExactly(ID);
    }
}
