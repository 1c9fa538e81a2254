// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import static io.shiplog.server.adapter.Images.after;
import static io.shiplog.server.adapter.Images.broker;
import static io.shiplog.server.adapter.Images.partition;
import static io.shiplog.server.adapter.Images.topic;
import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.replication.core.CoreSettings;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.FetchOutcome;
import io.shiplog.replication.runtime.FollowerRead;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.server.net.NettyEventLoop;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.PartitionLog;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.GroupMaxSizeReachedException;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatRequestData;
import org.apache.kafka.common.message.ConsumerGroupHeartbeatResponseData;
import org.apache.kafka.common.message.OffsetCommitRequestData;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestPartition;
import org.apache.kafka.common.message.OffsetCommitRequestData.OffsetCommitRequestTopic;
import org.apache.kafka.common.message.OffsetCommitResponseData;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestGroup;
import org.apache.kafka.common.message.OffsetFetchRequestData.OffsetFetchRequestTopics;
import org.apache.kafka.common.message.OffsetFetchResponseData.OffsetFetchResponseGroup;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.utils.BufferSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What the coordinator relies on, with the real one on a real replica and log; the other replica is played by the test, and so the high watermark moves when
 * the test says.
 */
class CoordinatorOnReplicaTest {
    private static final int LEADER = 1;
    private static final int FOLLOWER = 2;
    private static final long EPOCH_OF_BROKERS = 7;
    private static final long TIMEOUT_S = 30;
    private static final long NO_ANSWER = -100;
    private static final long SHORT_NS = TimeUnit.MILLISECONDS.toNanos(20);
    private static final Uuid TOPIC_ID = Uuid.randomUuid();
    private static final RequestContext CLIENT =
            new RequestContext(InetAddress.getLoopbackAddress(), ApiKeys.OFFSET_COMMIT.id, 9, "test", 1);

    @TempDir
    Path path;

    private final Queue<Throwable> escaped = new ConcurrentLinkedQueue<>();
    private final Uuid offsetsId = Uuid.randomUuid();
    private NettyEventLoop loop;
    private LogDirectory directory;
    private ReplicaSet replicas;
    private Replica replica;
    private GroupCoordinators groups;
    private volatile boolean leased = true;
    private volatile CountDownLatch electionsWaitFor;

    @BeforeEach
    void start() {
        loop = NettyEventLoop.start("loop", escaped::add);
        directory = LogDirectory.open(path, LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directory.stampAs("cluster", LEADER);
        directory.recover((done, total) -> {});
        directory.markRunning(1);
        replicas = new ReplicaSet(new ReplicaContext(
                loop,
                (partition, proposal, outcome) -> {},
                new ReplicationSettings(LEADER, CoreSettings.DEFAULTS, 100)));
        groups = coordinators(20_000);
        replicas.setCreationListener(groups::onReplicaCreated);
    }

    private GroupCoordinators coordinators(int commitTimeoutMs) {
        Map<String, String> settings = Map.of(
                "offsets.topic.num.partitions", "1",
                "group.coordinator.threads", "2",
                "offsets.commit.timeout.ms", Integer.toString(commitTimeoutMs));
        return new GroupCoordinators(
                new GroupSettings(LEADER, 2, settings), loop, this::image, () -> leased, escaped::add);
    }

    /** On the elections' thread, whenever there is something to load. */
    private MetadataImage image() {
        CountDownLatch until = electionsWaitFor;
        if (until != null) {
            try {
                assertThat(until.await(TIMEOUT_S, TimeUnit.SECONDS)).isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }
        return MetadataImage.empty();
    }

    @AfterEach
    void stop() {
        groups.close();
        onLoop(() -> {
            replicas.close();
            return null;
        });
        directory.close();
        loop.close();
        assertThat(escaped).isEmpty();
    }

    private <T> T onLoop(Supplier<T> task) {
        return CompletableFuture.supplyAsync(task, loop::execute)
                .orTimeout(TIMEOUT_S, TimeUnit.SECONDS)
                .join();
    }

    private PartitionLog create() {
        replica = create(0);
        return replica.log();
    }

    private Replica create(int partition) {
        TopicIdPartition id = new TopicIdPartition(offsetsId, partition, "__consumer_offsets");
        PartitionLog log = directory.create(id, LogSettings.defaults());
        return onLoop(() -> replicas.create(id, log));
    }

    private void lead(int epoch) {
        apply(LEADER, epoch, true);
    }

    private void apply(int leader, int epoch, boolean followerInSync) {
        apply(replica, leader, epoch, followerInSync);
    }

    private void apply(Replica to, int leader, int epoch, boolean followerInSync) {
        PartitionState state = new PartitionState(
                leader,
                epoch,
                epoch,
                List.of(
                        new AssignedReplica(LEADER, true, false, EPOCH_OF_BROKERS, false, false),
                        new AssignedReplica(FOLLOWER, followerInSync, false, EPOCH_OF_BROKERS, false, false)),
                true,
                false,
                2,
                false);
        onLoop(() -> {
            to.apply(state);
            return null;
        });
    }

    /** The follower has fetched everything that is in the leader's log now. */
    private void followerCatchesUp() {
        onLoop(() -> {
            FollowerRead read = new FollowerRead();
            read.replicaId = FOLLOWER;
            read.brokerEpoch = EPOCH_OF_BROKERS;
            read.currentLeaderEpoch = replica.leaderEpoch();
            read.fetchOffset = replica.log().logEndOffset();
            read.lastFetchedEpoch = replica.log().latestEpoch();
            read.flushedOffset = read.fetchOffset;
            read.logStartOffset = 0;
            FetchOutcome outcome = new FetchOutcome();
            replica.updateFollower(read, outcome);
            assertThat(outcome.error).isEqualTo(Errors.NONE);
            return null;
        });
    }

    private CompletableFuture<Errors> commit(long offset) {
        OffsetCommitRequestData request = new OffsetCommitRequestData()
                .setGroupId("group")
                .setGenerationIdOrMemberEpoch(-1)
                .setTopics(List.of(new OffsetCommitRequestTopic()
                        .setTopicId(TOPIC_ID)
                        .setName("topic")
                        .setPartitions(List.of(new OffsetCommitRequestPartition()
                                .setPartitionIndex(0)
                                .setCommittedOffset(offset)))));
        return groups.coordinator()
                .commitOffsets(CLIENT, request, BufferSupplier.NO_CACHING)
                .thenApply(CoordinatorOnReplicaTest::error);
    }

    private static Errors error(OffsetCommitResponseData answer) {
        return Errors.forCode(answer.topics().get(0).partitions().get(0).errorCode());
    }

    /** Commits again while the coordinator loads. */
    private Errors commitWhenLoaded(long offset) {
        Errors error = Errors.COORDINATOR_LOAD_IN_PROGRESS;
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (System.nanoTime() < deadlineNs) {
            if (groups.coordinator() != null) {
                CompletableFuture<Errors> answer = commit(offset);
                while (!answer.isDone()) {
                    followerCatchesUp();
                    LockSupport.parkNanos(SHORT_NS);
                }
                error = answer.join();
            }
            if (error != Errors.COORDINATOR_LOAD_IN_PROGRESS && error != Errors.NOT_COORDINATOR) {
                return error;
            }
            LockSupport.parkNanos(SHORT_NS);
        }
        return error;
    }

    private CompletableFuture<OffsetFetchResponseGroup> fetch(boolean stable) {
        OffsetFetchRequestGroup request = new OffsetFetchRequestGroup()
                .setGroupId("group")
                .setTopics(
                        List.of(new OffsetFetchRequestTopics().setName("topic").setPartitionIndexes(List.of(0))));
        return groups.coordinator().fetchOffsets(CLIENT, request, stable);
    }

    /** The committed offset, -1 for none; {@link #NO_ANSWER} when there is an error. */
    private long fetched(boolean stable) {
        return fetch(stable)
                .orTimeout(TIMEOUT_S, TimeUnit.SECONDS)
                .handle((answer, failure) -> failure != null || answer.errorCode() != 0
                        ? NO_ANSWER
                        : answer.topics().get(0).partitions().get(0).committedOffset())
                .join();
    }

    private void awaitEnd(long end) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (replica.log().logEndOffset() < end && System.nanoTime() < deadlineNs) {
            LockSupport.parkNanos(SHORT_NS);
        }
        assertThat(replica.log().logEndOffset()).isEqualTo(end);
    }

    @Test
    void commitIsAnsweredWhenItIsOnAllInSyncReplicas() throws Exception {
        create();
        lead(1);
        assertThat(commitWhenLoaded(10)).isEqualTo(Errors.NONE);
        long before = replica.log().logEndOffset();
        CompletableFuture<Errors> answer = commit(20);
        awaitEnd(before + 1);
        assertThat(fetched(false)).isEqualTo(10);
        assertThat(answer).isNotDone();
        followerCatchesUp();
        assertThat(answer.get(TIMEOUT_S, TimeUnit.SECONDS)).isEqualTo(Errors.NONE);
        assertThat(fetched(true)).isEqualTo(20);
    }

    @Test
    void nothingIsWrittenBelowMinIsr() throws Exception {
        create();
        lead(1);
        assertThat(commitWhenLoaded(10)).isEqualTo(Errors.NONE);
        long end = replica.log().logEndOffset();
        apply(LEADER, 1, true);
        onLoop(() -> {
            replica.apply(new PartitionState(
                    LEADER,
                    1,
                    2,
                    List.of(
                            new AssignedReplica(LEADER, true, false, EPOCH_OF_BROKERS, false, false),
                            new AssignedReplica(FOLLOWER, false, false, EPOCH_OF_BROKERS, true, false)),
                    true,
                    false,
                    2,
                    false));
            return null;
        });
        assertThat(commit(20).get(TIMEOUT_S, TimeUnit.SECONDS)).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(replica.log().logEndOffset()).isEqualTo(end);
        assertThat(fetched(false)).isEqualTo(10);
    }

    @Test
    void whatWasCommittedIsLoadedInTheNextEpoch() {
        create();
        lead(1);
        for (int offset = 1; offset <= 20; offset++) {
            assertThat(commitWhenLoaded(offset)).isEqualTo(Errors.NONE);
        }
        lead(2);
        assertThat(commitWhenLoaded(21)).isEqualTo(Errors.NONE);
        assertThat(fetched(true)).isEqualTo(21);
        assertThat(onLoop(() -> replica.log().latestEpoch())).isEqualTo(2);
    }

    /** 10 is committed; 20 is in the log of the next epoch's leader, which does not know whether it is. */
    private void leadAnewWithACommitThatNobodyElseHas() {
        create();
        lead(1);
        assertThat(commitWhenLoaded(10)).isEqualTo(Errors.NONE);
        long before = replica.log().logEndOffset();
        CompletableFuture<Errors> answer = commit(20);
        awaitEnd(before + 1);
        lead(2);
        assertThat(answer).succeedsWithin(Duration.ofSeconds(TIMEOUT_S)).isEqualTo(Errors.NOT_COORDINATOR);
    }

    /** The leader before may have acknowledged it: whoever answers with less gives an acknowledged commit back. */
    @Test
    void aCoordinatorAnswersWhenAllThatItHasReadIsKnownToBeCommitted() {
        leadAnewWithACommitThatNobodyElseHas();
        long untilNs = System.nanoTime() + 10 * SHORT_NS;
        while (System.nanoTime() < untilNs) {
            assertThat(fetched(false)).isEqualTo(NO_ANSWER);
        }
        followerCatchesUp();
        awaitLoaded();
        assertThat(fetched(false)).isEqualTo(20);
    }

    @Test
    void aLoadThatWaitsEndsWithTheLeadership() {
        leadAnewWithACommitThatNobodyElseHas();
        apply(FOLLOWER, 3, true);
        lead(4);
        followerCatchesUp();
        awaitLoaded();
        assertThat(fetched(false)).isEqualTo(20);
    }

    /** The log was replaced meanwhile: whoever only took the new epoch would go on answering from memory. */
    @Test
    void everyEpochIsLoadedFromTheLog() {
        PartitionLog log = create();
        lead(1);
        assertThat(commitWhenLoaded(10)).isEqualTo(Errors.NONE);
        apply(FOLLOWER, 2, true);
        onLoop(() -> {
            log.truncateFullyAndStartAt(1_000);
            return null;
        });
        lead(3);
        awaitLoaded();
        assertThat(fetched(false)).isEqualTo(-1);
        // the next write goes behind what is not there any more
        assertThat(commitWhenLoaded(11)).isEqualTo(Errors.NONE);
        assertThat(log.logEndOffset()).isEqualTo(1_001);
    }

    private void awaitLoaded() {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (fetched(false) == NO_ANSWER && System.nanoTime() < deadlineNs) {
            LockSupport.parkNanos(SHORT_NS);
        }
    }

    @Test
    void whoDoesNotLeadIsNoCoordinator() throws Exception {
        create();
        lead(1);
        assertThat(commitWhenLoaded(10)).isEqualTo(Errors.NONE);
        apply(FOLLOWER, 2, true);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        Errors error = Errors.NONE;
        while (error != Errors.NOT_COORDINATOR && System.nanoTime() < deadlineNs) {
            error = commit(20).get(TIMEOUT_S, TimeUnit.SECONDS);
        }
        assertThat(error).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(replica.log().logEndOffset()).isEqualTo(1);
    }

    /** Registration comes after the load, and the watermark may have moved in between. */
    @Test
    void listenersAreToldOfTheHighWatermarkAtOnceAndNotOfOtherLeaderships() {
        create();
        lead(1);
        assertThat(commitWhenLoaded(10)).isEqualTo(Errors.NONE);
        Queue<Long> told = new ConcurrentLinkedQueue<>();
        Leadership leadership = onLoop(() -> new Leadership(replica, loop, 1_000));
        leadership.addListener((partition, offset) -> told.add(offset));
        onLoop(() -> null);
        assertThat(told).containsExactly(1L);
        onLoop(() -> {
            leadership.end();
            leadership.onHighWatermark();
            return null;
        });
        assertThat(told).containsExactly(1L);
        assertThat(leadership.isOver()).isTrue();
    }

    @Test
    void aTimeoutOfTheInSyncReplicasIsTold() throws Exception {
        groups.close();
        groups = coordinators(500);
        replicas.setCreationListener(groups::onReplicaCreated);
        create();
        lead(1);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        Errors error = Errors.COORDINATOR_LOAD_IN_PROGRESS;
        while (error != Errors.COORDINATOR_NOT_AVAILABLE && System.nanoTime() < deadlineNs) {
            error = groups.coordinator() == null ? error : commit(10).get(TIMEOUT_S, TimeUnit.SECONDS);
        }
        assertThat(error).isEqualTo(Errors.COORDINATOR_NOT_AVAILABLE);
    }

    /** A load that ends when the next election is told would end that one's load: the shard were failed, or empty. */
    @Test
    void electionsInQuickSuccessionAreLoadedAll() {
        create();
        lead(1);
        for (int offset = 1; offset <= 50; offset++) {
            assertThat(commitWhenLoaded(offset)).isEqualTo(Errors.NONE);
        }
        for (int epoch = 2; epoch < 200; epoch++) {
            lead(epoch);
        }
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        long found = NO_ANSWER;
        while (found == NO_ANSWER && System.nanoTime() < deadlineNs) {
            found = fetched(false);
        }
        assertThat(found).isEqualTo(50);
        assertThat(commitWhenLoaded(51)).isEqualTo(Errors.NONE);
        assertThat(fetched(true)).isEqualTo(51);
    }

    /** Another node has led meanwhile, and may have committed what this shard does not know of. */
    @Test
    void aShardWritesInNoOtherLeadershipThanTheOneItWasLoadedFrom() throws Exception {
        create();
        lead(1);
        assertThat(commitWhenLoaded(10)).isEqualTo(Errors.NONE);
        CountDownLatch elections = new CountDownLatch(1);
        electionsWaitFor = elections;
        apply(create(1), LEADER, 1, true);
        apply(FOLLOWER, 2, true);
        lead(3);
        // nobody has told the shard of 0 yet
        assertThat(commit(20).get(TIMEOUT_S, TimeUnit.SECONDS)).isEqualTo(Errors.NOT_COORDINATOR);
        assertThat(replica.log().logEndOffset()).isEqualTo(1);
        electionsWaitFor = null;
        elections.countDown();
        assertThat(commitWhenLoaded(21)).isEqualTo(Errors.NONE);
        assertThat(fetched(true)).isEqualTo(21);
    }

    /** Another node may coordinate by now; what is answered by all in-sync replicas only goes on. */
    @Test
    void withoutALeaseOnlyCommitsAreTaken() {
        create();
        lead(1);
        assertThat(commitWhenLoaded(10)).isEqualTo(Errors.NONE);
        leased = false;
        assertThat(groups.coordinator()).isNull();
        assertThat(groups.committer()).isNotNull();
        leased = true;
        assertThat(groups.coordinator()).isNotNull();
    }

    @Test
    void groupsBeyondTheLimitAreRefused() {
        create();
        lead(1);
        assertThat(commitWhenLoaded(10)).isEqualTo(Errors.NONE);
        CompletableFuture<String> answer = CompletableFuture.completedFuture("asked");
        for (String group : List.of("group", "second", "group")) {
            assertThat(groups.ask(group, () -> answer)).succeedsWithin(Duration.ofSeconds(TIMEOUT_S));
        }
        assertThat(groups.ask("third", () -> answer))
                .failsWithin(Duration.ofSeconds(TIMEOUT_S))
                .withThrowableThat()
                .withCauseInstanceOf(GroupMaxSizeReachedException.class);
        assertThat(groups.ask(null, () -> answer)).succeedsWithin(Duration.ofSeconds(TIMEOUT_S));
        assertThat(groups.metrics().get("GroupLimit.RefusedGroups").getAsLong()).isEqualTo(1);
    }

    @Test
    void numbersAreThereBeforeAndAfterTheCoordinatorHasStarted() {
        String active = "group-coordinator-metrics.num-partitions,state=active";
        assertThat(groups.metrics().get(active).getAsLong()).isZero();
        create();
        lead(1);
        assertThat(commitWhenLoaded(10)).isEqualTo(Errors.NONE);
        assertThat(groups.metrics().get(active).getAsLong()).isEqualTo(1);
        assertThat(groups.metrics()
                        .get("group-coordinator-metrics.offset-commit-count")
                        .getAsLong())
                .isEqualTo(1);
        assertThat(groups.metrics())
                .allSatisfy(
                        (name, value) -> assertThat(value.getAsLong()).as(name).isNotNegative());
    }

    /** A coordinator that does not know the topic when members are heard of takes their partitions away. */
    @Test
    void topicsAreKnownWhenTheFirstGroupsAreLoaded() {
        MetadataImage image =
                after(MetadataImage.empty(), broker(1, 11), topic(TOPIC_ID, "topic"), partition(TOPIC_ID, 0, 1, 1));
        groups.onMetadata(MetadataDelta.full(MetadataImage.empty(), image));
        create();
        lead(1);
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        ConsumerGroupHeartbeatResponseData answer = new ConsumerGroupHeartbeatResponseData().setErrorCode((short) -1);
        while (answer.errorCode() != 0 && System.nanoTime() < deadlineNs) {
            if (groups.coordinator() != null) {
                CompletableFuture<ConsumerGroupHeartbeatResponseData> beat = join();
                while (!beat.isDone()) {
                    followerCatchesUp();
                    LockSupport.parkNanos(SHORT_NS);
                }
                answer = beat.join();
            }
        }
        assertThat(answer.assignment().topicPartitions()).singleElement().satisfies(topic -> {
            assertThat(topic.topicId()).isEqualTo(TOPIC_ID);
            assertThat(topic.partitions()).containsExactly(0);
        });
    }

    private CompletableFuture<ConsumerGroupHeartbeatResponseData> join() {
        ConsumerGroupHeartbeatRequestData request = new ConsumerGroupHeartbeatRequestData()
                .setGroupId("group")
                .setMemberId("member")
                .setMemberEpoch(0)
                .setRebalanceTimeoutMs(10_000)
                .setSubscribedTopicNames(List.of("topic"))
                .setTopicPartitions(List.of());
        return groups.coordinator().consumerGroupHeartbeat(CLIENT, request);
    }
}
