// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.fetch.TestCluster.Ack;
import io.shiplog.replication.runtime.Replica;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Followers and their leader, both ends real, bytes in between. The clock stands unless a test lets it go. */
class ReplicaFetcherTest {
    @TempDir
    Path directory;

    private TestCluster cluster;

    private ManualLoop start(int nodes, int partitions, boolean flushBeforeCommit) throws Exception {
        cluster = new TestCluster(directory, nodes, flushBeforeCommit);
        cluster.createPartitions(partitions);
        cluster.loop.run();
        return cluster.loop;
    }

    @AfterEach
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    private WireEndpoint wire(int follower) {
        return cluster.node(follower).endpoints.get(0);
    }

    private static int named(FetchRequestData request) {
        return request.topics().stream()
                .mapToInt(topic -> topic.partitions().size())
                .sum();
    }

    private void assertIdentical(int partition) {
        for (TestNode node : cluster.nodes) {
            assertThat(node.bytes(partition)).isEqualTo(cluster.node(0).bytes(partition));
        }
    }

    @Test
    void oneFetchIsParkedAtAnIdleLeader() throws Exception {
        ManualLoop loop = start(2, 3, true);
        assertThat(wire(1).inFlight()).isOne();
        assertThat(cluster.node(0).service.sessionCount()).isOne();
        int before = wire(1).requests.size();
        loop.advance(499);
        assertThat(wire(1).requests).hasSize(before);
        loop.advance(1);
        assertThat(wire(1).requests).hasSize(before + 1);
        assertThat(named(wire(1).requests.get(before))).isZero();
        assertThat(wire(1).inFlight()).isOne();
    }

    @Test
    void recordOnAnIdleTopicIsCommittedWithoutWaiting() throws Exception {
        ManualLoop loop = start(3, 1, true);
        int before = wire(1).requests.size();
        long startedMs = loop.nowMs();
        Ack ack = cluster.produce(0, 0, "hello", -1);
        loop.runUntil(ack::isDone);
        assertThat(ack.error).isEqualTo(Errors.NONE);
        assertThat(ack.offset).isZero();
        assertThat(loop.nowMs()).isEqualTo(startedMs);
        cluster.settle(0);
        // Appended and flushed; the high watermark's answer heard, and one parked again.
        assertThat(wire(1).requests.size() - before).isLessThanOrEqualTo(2);
        assertThat(wire(1).inFlight()).isOne();
        assertIdentical(0);
    }

    @Test
    void underReplicatedTheAppendedPositionIsEnough() throws Exception {
        ManualLoop loop = start(2, 1, false);
        int before = wire(1).requests.size();
        Ack ack = cluster.produce(0, 0, "hello", -1);
        loop.run();
        assertThat(ack.error).isEqualTo(Errors.NONE);
        assertThat(wire(1).requests.size() - before).isLessThanOrEqualTo(2);
        assertThat(cluster.node(1).replica(0).highWatermark()).isOne();
    }

    @Test
    void highWatermarkReachesTheFollowerAtOnce() throws Exception {
        ManualLoop loop = start(2, 1, false);
        cluster.produce(0, 0, "hello", 1);
        loop.run();
        assertThat(cluster.node(0).replica(0).highWatermark()).isOne();
        assertThat(cluster.node(1).replica(0).highWatermark()).isOne();
    }

    @Test
    void requestNamesOnlyWhatChanged() throws Exception {
        ManualLoop loop = start(2, 100, true);
        int before = wire(1).requests.size();
        Ack ack = cluster.produce(0, 42, "hello", -1);
        loop.runUntil(ack::isDone);
        cluster.settle(42);
        for (int i = before; i < wire(1).requests.size(); i++) {
            assertThat(named(wire(1).requests.get(i))).isLessThanOrEqualTo(1);
        }
    }

    @Test
    void thousandIdlePartitionsCostNothingWhenOneMoves() throws Exception {
        ManualLoop loop = start(2, 1_000, false);
        long before = cluster.node(0).service.partitionsLookedAt();
        Ack ack = cluster.produce(0, 7, "hello", -1);
        loop.run();
        assertThat(ack.error).isEqualTo(Errors.NONE);
        assertThat(cluster.node(0).service.partitionsLookedAt() - before).isBetween(2L, 6L);
    }

    @Test
    void recordsCrossTheWireOnceHoweverFlushesFall() throws Exception {
        ManualLoop loop = start(2, 3, true);
        List<Ack> acks = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            acks.add(cluster.produce(0, i % 3, "value " + i, -1));
            if (i % 7 == 0) {
                wire(1).holdsAnswers = !wire(1).holdsAnswers;
            }
            if (!wire(1).holdsAnswers) {
                wire(1).letGo();
            }
            loop.run();
        }
        wire(1).letGo();
        loop.runUntil(() -> acks.stream().allMatch(Ack::isDone));
        assertThat(acks).allMatch(ack -> ack.error == Errors.NONE);
        long bytes = 0;
        for (int i = 0; i < 3; i++) {
            cluster.settle(i);
            assertIdentical(i);
            bytes += cluster.node(0).log(i).sizeBytes();
        }
        assertThat(wire(1).recordBytes).isEqualTo(bytes);
        assertThat(wire(1).mostInFlight).isLessThanOrEqualTo(2);
    }

    @Test
    void flushedPositionIsTakenThoughTheAnswerToTheFetchBeforeIsOnItsWay() throws Exception {
        ManualLoop loop = start(2, 1, true);
        Ack first = cluster.produce(0, 0, "one", -1);
        loop.run();
        // The follower has the first record and will report its flush; what the leader says next is held up.
        wire(1).holdsAnswers = true;
        Ack second = cluster.produce(0, 0, "two", -1);
        loop.runUntil(first::isDone);
        assertThat(first.error).isEqualTo(Errors.NONE);
        assertThat(second.isDone()).isFalse();
        wire(1).letGo();
        loop.runUntil(second::isDone);
        cluster.settle(0);
        assertIdentical(0);
        assertThat(wire(1).recordBytes).isEqualTo(cluster.node(0).log(0).sizeBytes());
    }

    @Test
    void sessionThatTheLeaderLostIsOpenedAnewAtOnce() throws Exception {
        ManualLoop loop = start(2, 2, true);
        long startedMs = loop.nowMs();
        cluster.node(0).restartService(TestCluster.FETCH);
        loop.advance(500); // the parked fetch of the old service ends
        Ack ack = cluster.produce(0, 1, "hello", -1);
        loop.runUntil(ack::isDone);
        assertThat(ack.error).isEqualTo(Errors.NONE);
        assertThat(loop.nowMs() - startedMs).isEqualTo(500);
        assertThat(cluster.node(0).service.sessionCount()).isOne();
    }

    @Test
    void sessionOfAnOldRegistrationEndsWithIt() throws Exception {
        ManualLoop loop = start(2, 1, true);
        cluster.node(1).brokerEpoch = 200;
        cluster.lead(0, 0, 1);
        loop.run();
        Ack ack = cluster.produce(0, 0, "hello", -1);
        loop.runUntil(ack::isDone);
        assertThat(ack.error).isEqualTo(Errors.NONE);
        assertThat(cluster.node(0).service.sessionCount()).isOne();
    }

    @Test
    void leaderWithoutRoomForSessionsIsFetchedFromAllTheSame() throws Exception {
        cluster = new TestCluster(directory, 2, true);
        cluster.node(0).restartService(new FetchSettings(1_000_000, 1_000, 1_000, 1, 1, 1_000));
        cluster.createPartitions(2);
        cluster.loop.run();
        assertThat(cluster.node(0).service.sessionCount()).isZero();
        int before = wire(1).requests.size();
        cluster.loop.advance(1_000);
        assertThat(wire(1).requests.size() - before).isLessThanOrEqualTo(3);
        Ack ack = cluster.produce(0, 1, "hello", -1);
        cluster.loop.run();
        cluster.loop.runUntil(() -> cluster.node(1).replica(1).status().flushedOffset() == 1);
        // Without a session nothing can be told while a fetch waits: the flushed position has to wait for its end.
        cluster.loop.advance(500);
        cluster.loop.runUntil(ack::isDone);
        assertThat(ack.error).isEqualTo(Errors.NONE);
    }

    @Test
    void lostConnectionIsTriedAgainAfterGrowingPauses() throws Exception {
        ManualLoop loop = start(2, 1, true);
        wire(1).reachable = false;
        wire(1).disconnect();
        int before = wire(1).requests.size();
        loop.run();
        assertThat(cluster.node(1).fetchers.status(cluster.node(1).replica(0)).connected())
                .isFalse();
        loop.advance(19);
        assertThat(wire(1).mostInFlight).isLessThanOrEqualTo(2);
        wire(1).reachable = true;
        assertThat(wire(1).requests).hasSize(before);
        loop.advance(1);
        assertThat(wire(1).requests.size()).isGreaterThan(before);
        assertThat(wire(1).requests.get(before).sessionEpoch()).isZero();
        assertThat(cluster.node(0).service.sessionCount()).isOne();
        Ack ack = cluster.produce(0, 0, "hello", -1);
        loop.runUntil(ack::isDone);
        assertThat(ack.error).isEqualTo(Errors.NONE);
        assertThat(cluster.node(1).fetchers.status(cluster.node(1).replica(0)).connected())
                .isTrue();
    }

    @Test
    void leaderThatDoesNotAnswerIsGivenUp() throws Exception {
        ManualLoop loop = start(2, 1, true);
        wire(1).holdsAnswers = true;
        int before = wire(1).requests.size();
        loop.advance(29_000);
        assertThat(wire(1).requests).hasSize(before);
        wire(1).holdsAnswers = false;
        loop.advance(31_000);
        assertThat(wire(1).requests.size()).isGreaterThan(before);
        assertThat(wire(1).requests.get(before).sessionEpoch()).isZero();
    }

    @Test
    void partitionThatFailsHoldsUpNoOther() throws Exception {
        ManualLoop loop = start(2, 2, true);
        // Partition 0 has a new epoch that its leader has not heard of.
        cluster.tell(cluster.node(1), 0, 0, 5);
        loop.run();
        assertThat(cluster.node(1).fetchers.status(cluster.node(1).replica(0)).lastError())
                .isEqualTo(Errors.UNKNOWN_LEADER_EPOCH);
        Ack other = cluster.produce(0, 1, "other", -1);
        loop.runUntil(other::isDone);
        assertThat(other.error).isEqualTo(Errors.NONE);
        int before = wire(1).requests.size();
        loop.advance(1_000);
        // 20, 40, 80, 160, 320, 640 ms: few attempts, each a request with it and one without it.
        assertThat(wire(1).requests.size() - before).isLessThan(20);
        assertThat(cluster.node(1).fetchers.status(cluster.node(1).replica(0)).failures())
                .isBetween(4, 7);
        cluster.tell(cluster.node(0), 0, 0, 5);
        cluster.tell(cluster.node(1), 0, 0, 5);
        Ack ack = cluster.produce(0, 0, "hello", -1);
        loop.runUntil(ack::isDone);
        assertThat(ack.error).isEqualTo(Errors.NONE);
        assertThat(cluster.node(1).fetchers.status(cluster.node(1).replica(0)).failures())
                .isZero();
    }

    @Test
    void followersTurnToTheNewLeaderAndTruncateWhatItLacks() throws Exception {
        ManualLoop loop = start(3, 1, true);
        Ack committed = cluster.produce(0, 0, "committed", -1);
        loop.runUntil(committed::isDone);
        cluster.settle(0);
        // Node 0 appends two records that nobody fetches, then node 1 leads.
        cluster.node(1).fetchers.unfollow(cluster.node(1).replica(0));
        cluster.node(2).fetchers.unfollow(cluster.node(2).replica(0));
        loop.run();
        cluster.produce(0, 0, "lost 1", 1);
        cluster.produce(0, 0, "lost 2", 1);
        loop.run();
        assertThat(cluster.node(0).log(0).logEndOffset()).isEqualTo(3);
        cluster.lead(0, 1, 1);
        Ack ack = cluster.produce(1, 0, "kept", -1);
        loop.runUntil(ack::isDone);
        assertThat(ack.error).isEqualTo(Errors.NONE);
        assertThat(ack.offset).isOne();
        loop.runUntil(() -> cluster.node(0).log(0).logEndOffset() == 2);
        assertIdentical(0);
        assertThat(cluster.node(0).endpoints.get(1).inFlight()).isPositive();
        assertThat(wire(2).closed).isTrue();
    }

    @Test
    void fetcherWithoutPartitionsIsClosed() throws Exception {
        ManualLoop loop = start(2, 2, true);
        cluster.node(1).fetchers.unfollow(cluster.node(1).replica(0));
        loop.run();
        assertThat(wire(1).closed).isFalse();
        assertThat(cluster.node(0).service.sessionPartitionCount()).isOne();
        cluster.node(1).fetchers.unfollow(cluster.node(1).replica(1));
        assertThat(wire(1).closed).isTrue();
        assertThat(cluster.node(1).fetchers.status()).isEmpty();
    }

    @Test
    void reconnectGoesOnWhereItWas() throws Exception {
        ManualLoop loop = start(2, 2, true);
        WireEndpoint old = wire(1);
        cluster.node(1).fetchers.reconnect(0);
        assertThat(old.closed).isTrue();
        Ack ack = cluster.produce(0, 1, "hello", -1);
        loop.runUntil(ack::isDone);
        assertThat(ack.error).isEqualTo(Errors.NONE);
        assertThat(wire(1)).isNotSameAs(old);
    }

    @Test
    void closedFetcherLeavesNothingBehind() throws Exception {
        ManualLoop loop = start(2, 1, true);
        int timers = loop.timers();
        cluster.node(1).fetchers.close();
        assertThat(wire(1).closed).isTrue();
        assertThat(loop.timers()).isLessThan(timers);
        loop.advance(1_000);
        assertThat(wire(1).inFlight()).isZero();
    }

    @Test
    void lagIsReported() throws Exception {
        ManualLoop loop = start(2, 1, false);
        Ack ack = cluster.produce(0, 0, "hello", -1);
        loop.run();
        assertThat(ack.error).isEqualTo(Errors.NONE);
        FetcherStatus status = cluster.node(1).fetchers.status(cluster.node(1).replica(0));
        assertThat(status.lag()).isZero();
        assertThat(status.leaderId()).isZero();
        assertThat(status.partition()).isEqualTo(TestCluster.partition(0));
    }

    @Test
    void replicaThatLostItsRoleIsNotSpokenFor() throws Exception {
        ManualLoop loop = start(2, 2, true);
        Ack ack = cluster.produce(0, 1, "hello", -1);
        loop.runUntil(ack::isDone);
        cluster.settle(1);
        TestNode follower = cluster.node(1);
        Replica ended = follower.replica(0);
        int before = wire(1).requests.size();
        follower.end(0);
        follower.fetchers.onPositionChanged(ended);
        follower.fetchers.onPositionChanged(follower.replica(1));
        loop.run();
        List<FetchRequestData> since =
                List.copyOf(wire(1).requests.subList(before, wire(1).requests.size()));
        assertThat(since)
                .isNotEmpty()
                .allMatch(request -> request.topics().stream()
                        .flatMap(topic -> topic.partitions().stream())
                        .allMatch(partition -> partition.partition() == 1));
        assertThat(since).anyMatch(request -> !request.forgottenTopicsData().isEmpty());
        assertThat(cluster.node(0).service.sessionPartitionCount()).isOne();
        // A full request leaves it out as well.
        wire(1).disconnect();
        loop.advance(20);
        assertThat(named(wire(1).requests.get(before + since.size()))).isOne();
    }

    /** An empty log looks the same before and after the repair: only the word that it is under way differs. */
    @Test
    void aFollowerThatIsBeingRepairedJoinsOnlyAfterwards() throws Exception {
        cluster = new TestCluster(directory, 2, false);
        cluster.node(1).inIsr = false;
        cluster.minIsr = 1;
        for (TestNode node : cluster.nodes) {
            node.create(TestCluster.partition(0));
        }
        cluster.node(1).replica(0).repair().damaged(0);
        cluster.lead(0, 0, 0);
        for (int i = 0; i < 20; i++) {
            cluster.loop.advance(100);
        }
        assertThat(cluster.node(0).replica(0).status().followers().get(0).fetchOffset())
                .as("it fetches")
                .isZero();
        assertThat(cluster.node(0).replica(0).openProposal()).isNull();
        cluster.node(1).replica(0).repair().forget();
        for (int i = 0; i < 20; i++) {
            cluster.loop.advance(100);
        }
        assertThat(cluster.node(0).replica(0).openProposal()).isNotNull();
    }
}
