// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartitionInfo;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three quorum and three storage nodes as real processes, which are killed and paused under load. */
class ProcessesIT {
    private static final String TOPIC = "orders";
    private static final long SECONDS = 1_000;

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
        clients.createTopic(TOPIC, 1, 3, Map.of());
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

    /** What the paused leader finds in its sockets when it wakes was sent to a leader that has been replaced. */
    @Test
    void pausedLeaderIsReplacedAndAcknowledgesNothingWhenItWakes() throws Exception {
        try (AckedLoad load = new AckedLoad(clients, TOPIC, 500);
                KafkaProducer<byte[], byte[]> toOldLeader = clients.producer(
                        "1", Map.of("retries", 0, "request.timeout.ms", 30_000, "metadata.max.age.ms", 600_000))) {
            load.awaitMoreAcks(200);
            toOldLeader.send(record("before")).get(30, TimeUnit.SECONDS);
            int old = leader();
            cluster.pause("storage-" + old);
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                sent.add(toOldLeader.send(record("while-paused")));
            }
            load.awaitMoreAcks(200);
            System.out.println("longest gap in acks, leader paused: " + load.longestGapMs() + " ms");
            assertThat(leaderAsToldWithout(old)).isNotEqualTo(old);
            cluster.resume("storage-" + old);
            for (Future<RecordMetadata> each : sent) {
                assertThat(acknowledged(each)).isFalse();
            }
            awaitIsr(3);
            load.finishAndVerify();
        }
    }

    private static ProducerRecord<byte[], byte[]> record(String value) {
        return new ProducerRecord<>(TOPIC, 0, null, Clients.bytes(value));
    }

    private static boolean acknowledged(Future<RecordMetadata> sent) throws Exception {
        try {
            sent.get(60, TimeUnit.SECONDS);
            return true;
        } catch (ExecutionException refused) {
            return false;
        }
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
