// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.fetch.TestCluster.Ack;
import io.shiplog.storage.log.DirectoryHost;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** When a follower fetches again after records came: the clock stands, and flushes wait, unless a test lets them go. */
class FetchAfterFlushTest {
    private static final int MUCH_BYTES = 300 * 1024;

    @TempDir
    Path directory;

    private final HeldFlushes flushes = new HeldFlushes();
    private TestCluster cluster;

    private ManualLoop start(int partitions, boolean flushBeforeCommit) throws IOException {
        cluster = new TestCluster(directory, 2, flushBeforeCommit, id -> id == 1 ? flushes : DirectoryHost.ofProcess());
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

    private WireEndpoint wire() {
        return cluster.node(1).endpoints.get(0);
    }

    private long appended(int partition) {
        return cluster.node(1).log(partition).logEndOffset();
    }

    private void produceAndAppend(int partition, String value) throws Exception {
        long end = appended(partition);
        cluster.produce(0, partition, value, -1);
        cluster.loop.runUntil(() -> appended(partition) > end);
        cluster.loop.run();
    }

    @Test
    void oneRequestTellsWhatWasAppendedAndFlushed() throws Exception {
        ManualLoop loop = start(1, true);
        int before = wire().requests.size();
        Ack ack = cluster.produce(0, 0, "hello", -1);
        loop.runUntil(() -> appended(0) == 1);
        loop.run();
        assertThat(wire().inFlight()).as("fetches while the flush waits").isZero();
        flushes.letGo();
        loop.runUntil(ack::isDone);
        assertThat(ack.error).isEqualTo(Errors.NONE);
        assertThat(wire().requests.get(before).topics()).hasSize(1);
        assertThat(cluster.node(0).replica(0).status().followers().get(0).fetchOffset())
                .isOne();
        assertThat(wire().mostInFlight).isOne();
    }

    @Test
    void slowFlushHoldsUpTheNextFetchForTwoMsOnly() throws Exception {
        ManualLoop loop = start(2, true);
        produceAndAppend(0, "slow");
        assertThat(flushes.waiting()).isOne();
        loop.advance(1);
        assertThat(wire().inFlight()).isZero();
        loop.advance(1);
        assertThat(wire().inFlight()).isOne();
        // Records of another partition come though the flush of this one has not ended, and what it leaves is told when
        // it has.
        produceAndAppend(1, "other");
        flushes.letGo();
        loop.run();
        cluster.settle(0);
        cluster.settle(1);
    }

    @Test
    void restOfTwoMsIsNotWaitedForAfterTheFlush() throws Exception {
        ManualLoop loop = start(1, true);
        produceAndAppend(0, "hello");
        int timers = loop.timers();
        flushes.letGo();
        loop.run();
        assertThat(wire().inFlight()).isOne();
        assertThat(loop.timers()).as("the deadline is given up").isLessThanOrEqualTo(timers);
        cluster.settle(0);
        int before = wire().requests.size();
        loop.advance(10);
        assertThat(wire().requests).hasSize(before);
    }

    @Test
    void flushOfOnePartitionIsNotTakenForThatOfAnother() throws Exception {
        ManualLoop loop = start(2, true);
        Ack first = cluster.produce(0, 0, "one", -1);
        cluster.produce(0, 1, "two", -1);
        loop.runUntil(() -> appended(0) + appended(1) == 2);
        loop.run();
        assertThat(wire().inFlight()).isZero();
        flushes.letGoOne();
        loop.run();
        assertThat(wire().inFlight()).as("the other has not ended").isZero();
        flushes.letGo();
        loop.runUntil(first::isDone);
        assertThat(wire().inFlight()).isOne();
    }

    @Test
    void whoCatchesUpFetchesOnWhileItFlushes() throws Exception {
        start(1, true);
        produceAndAppend(0, "x".repeat(MUCH_BYTES));
        assertThat(flushes.waiting()).isOne();
        assertThat(wire().inFlight()).isOne();
        flushes.letGo();
        cluster.settle(0);
    }

    @Test
    void whereTheFlushCountsForNothingTheNextFetchIsSentAtOnce() throws Exception {
        start(1, false);
        produceAndAppend(0, "hello");
        assertThat(wire().inFlight()).isOne();
    }

    @Test
    void partitionThatLeavesIsWaitedForNoLonger() throws Exception {
        ManualLoop loop = start(2, true);
        produceAndAppend(0, "hello");
        assertThat(wire().inFlight()).isZero();
        cluster.node(1).fetchers.unfollow(cluster.node(1).replica(0));
        loop.run();
        assertThat(wire().inFlight()).isOne();
    }

    @Test
    void flushesOfWhoIsFarBehindLetOthersGoFirst() throws Exception {
        cluster = new TestCluster(directory, 2, true, id -> id == 1 ? flushes : DirectoryHost.ofProcess());
        cluster.node(1).inIsr = false;
        cluster.minIsr = 1;
        cluster.createPartitions(1);
        cluster.node(1).fetchers.unfollow(cluster.node(1).replica(0));
        Ack last = null;
        for (int i = 0; i < 3; i++) {
            last = cluster.produce(0, 0, "x".repeat(2 * MUCH_BYTES), -1);
        }
        cluster.loop.runUntil(last::isDone);
        cluster.node(1).fetchers.follow(cluster.node(1).replica(0));
        cluster.loop.runUntil(() -> appended(0) == 3);
        assertThat(flushes.yielding).as("for the first records").isOne();
        assertThat(flushes.hurried).as("when the last had come").isOne();
        assertThat(flushes.waiting()).isOne();
    }

    @Test
    void newConnectionIsNotWaitedWith() throws Exception {
        ManualLoop loop = start(1, true);
        produceAndAppend(0, "hello");
        WireEndpoint old = wire();
        cluster.node(1).fetchers.reconnect(0);
        loop.run();
        assertThat(wire()).isNotSameAs(old);
        assertThat(wire().requests).as("the first fetch of the session").hasSize(1);
        loop.advance(2);
        assertThat(wire().inFlight()).isOne();
    }
}
