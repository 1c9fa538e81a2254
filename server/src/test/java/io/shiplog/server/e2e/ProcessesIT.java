// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.net.RawClient;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three quorum and three storage nodes as real processes, which are killed and paused under load. */
class ProcessesIT {
    private static final String TOPIC = "orders";
    private static final long SECONDS = 1_000;
    private static final int WHILE_PAUSED = 20;
    /** Longer than broker.session.timeout.ms, which is 2 s. */
    private static final long LEASE_IS_OVER_NS = 3_000_000_000L;

    @TempDir
    Path directory;

    private ProcessCluster cluster;
    private Clients clients;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        cluster = new ProcessCluster(directory.resolve("cluster"));
        cluster.start();
        clients = new Clients(cluster.bootstrap());
        admin = clients.admin();
        clients.createTopic(TOPIC, 1, 3, Map.of("min.insync.replicas", "2"));
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        cluster.close();
    }

    @Test
    void killedLeaderAndThenEveryProcessKilledAtOnce() throws Exception {
        try (AckedLoad load = new AckedLoad(clients, TOPIC, 500)) {
            load.awaitMoreAcks(200);
            String leader = "storage-" + leader();
            cluster.kill(leader);
            load.awaitMoreAcks(200);
            System.out.println("longest gap in acks, leader killed: " + load.longestGapMs() + " ms");
            assertThat(load.longestGapMs()).isLessThan(5 * SECONDS);
            cluster.start(leader);
            awaitIsr(3);
            load.awaitMoreAcks(100);
            cluster.kill("quorum-1", "quorum-2", "quorum-3", "storage-1", "storage-2", "storage-3");
            cluster.start();
            load.awaitMoreAcks(100);
            load.finishAndVerify();
        }
        awaitIsr(3);
    }

    /** Every storage process dies at once, and the leader's disk never comes back. */
    @Test
    void everyStorageNodeKilledAndOneDiskGone() throws Exception {
        try (AckedLoad load = new AckedLoad(clients, TOPIC, 500)) {
            load.awaitMoreAcks(500);
            int leader = leader();
            cluster.kill("storage-1", "storage-2", "storage-3");
            cluster.loseDisk(leader);
            cluster.start();
            load.awaitMoreAcks(200);
            load.finishAndVerify();
        }
        awaitIsr(3);
    }

    /** What the paused leader finds in its sockets when it wakes was sent to a leader that has been replaced. */
    @Test
    void pausedLeaderIsReplacedAndTakesNothingWhenItWakes() throws Exception {
        int old = leader();
        try (AckedLoad load = new AckedLoad(clients, TOPIC, 500);
                RawClient raw = new RawClient(cluster.port(old))) {
            RawProduce toOldLeader =
                    new RawProduce(raw, clients.describe(admin, TOPIC).topicId());
            // Who described the topic may have heard of the leader before the leader itself has.
            Await.until(
                    "the leader to take acks=1",
                    30 * SECONDS,
                    () -> toOldLeader.produce((short) 1).errorCode() == 0);
            load.awaitMoreAcks(200);
            cluster.pause("storage-" + old);
            for (int i = 0; i < WHILE_PAUSED; i++) {
                toOldLeader.send((short) 1, "while-paused");
            }
            load.awaitMoreAcks(200);
            System.out.println("longest gap in acks, leader paused: " + load.longestGapMs() + " ms");
            assertThat(leaderAsToldWithout(old)).isNotEqualTo(old);
            cluster.resume("storage-" + old);
            for (int i = 0; i < WHILE_PAUSED; i++) {
                assertThat(Errors.forCode(toOldLeader.receive().errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
            }
            // Until it has heard of its successor it would tell who asks of the ISR and of the end of the log that it
            // knew.
            Await.until("the old leader to hear of the new one", 30 * SECONDS, () -> !refusesForItsLease(toOldLeader));
            awaitIsr(3);
            load.finishAndVerify();
        }
        assertThat(clients.readAll(TOPIC, 0))
                .extracting(record -> Clients.text(record.value()))
                .doesNotContain("while-paused");
    }

    /**
     * The quorum sleeps too, so nothing but its lease can tell the leader that it may have been replaced meanwhile. Acks=all needs
     * followers that still follow, and goes on.
     */
    @Test
    void leaderThatSleptPastItsLeaseRefusesUntilItHasHeardTheController() throws Exception {
        int leader = leader();
        String[] quorum = {"quorum-1", "quorum-2", "quorum-3"};
        try (RawClient raw = new RawClient(cluster.port(leader))) {
            RawProduce toLeader =
                    new RawProduce(raw, clients.describe(admin, TOPIC).topicId());
            Await.until(
                    "the leader to take acks=1",
                    30 * SECONDS,
                    () -> toLeader.produce((short) 1).errorCode() == 0);
            cluster.pause(quorum);
            cluster.pause("storage-" + leader);
            long pausedNs = System.nanoTime();
            toLeader.send((short) 1, "while-paused");
            Await.until("the lease to be over", 30 * SECONDS, () -> System.nanoTime() - pausedNs > LEASE_IS_OVER_NS);
            cluster.resume("storage-" + leader);
            var refused = toLeader.receive();
            assertThat(Errors.forCode(refused.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
            assertThat(refused.errorMessage()).contains("lease");
            assertThat(toLeader.produce((short) -1).errorCode()).as("acks=all").isZero();
            cluster.resume(quorum);
        }
        awaitIsr(3);
        assertThat(clients.readAll(TOPIC, 0))
                .extracting(record -> Clients.text(record.value()))
                .doesNotContain("while-paused");
    }

    private static boolean refusesForItsLease(RawProduce toOldLeader) throws Exception {
        var refused = toOldLeader.produce((short) 1);
        assertThat(Errors.forCode(refused.errorCode())).isEqualTo(Errors.NOT_LEADER_OR_FOLLOWER);
        return refused.errorMessage() != null && refused.errorMessage().contains("lease");
    }

    private int leader() throws Exception {
        Node[] leader = new Node[1];
        Await.until("a leader", 30 * SECONDS, () -> (leader[0] = partition().leader()) != null);
        return leader[0].id();
    }

    /** Asks one of the other nodes: a client that is connected to a paused one may stay with it for half a minute. */
    private int leaderAsToldWithout(int paused) throws Exception {
        List<String> others = new ArrayList<>(List.of(cluster.bootstrap().split(",", -1)));
        others.remove(paused - 1);
        try (Admin fresh = new Clients(others.get(0)).admin()) {
            return clients.describe(fresh, TOPIC).partitions().get(0).leader().id();
        }
    }

    private void awaitIsr(int size) {
        Await.until(
                size + " replicas in sync",
                60 * SECONDS,
                () -> partition().isr().size() == size);
    }

    private TopicPartitionInfo partition() throws Exception {
        return clients.describe(admin, TOPIC).partitions().get(0);
    }
}
