// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.net.TransferCounters.PeerTransfer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.Test;

/** A replica that was away gets what it missed. */
class CatchUpTest extends OneTopic {
    private static final int RECORD_BYTES = 16 * 1024;

    CatchUpTest() {
        super(3, 1, Map.of("segment.bytes", "8388608"));
    }

    @Test
    void restartedFollowerCatchesUpBySendfile() throws Exception {
        int follower = aFollower();
        cluster.stopStorage(follower);
        produce("all", 3_000);
        cluster.startStorage(follower);
        cluster.awaitIsr(TOPIC, 0, 3);
        PeerTransfer sent =
                cluster.node(cluster.leader(TOPIC, 0)).transfers().followers().get(follower);
        long total = sent.sendfileBytes() + sent.bufferBytes();
        System.out.println("catch-up: " + sent.sendfileBytes() + " of " + total + " bytes by sendfile");
        assertThat(total).isGreaterThanOrEqualTo(3_000L * RECORD_BYTES);
        assertThat(sent.sendfileBytes() * 100).isGreaterThanOrEqualTo(95 * total);
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }

    @Test
    void deletedIndexIsRebuiltAtStart() throws Exception {
        // More than is walked over before a node registers: the log is opened while the node serves.
        produce("all", 4_500);
        int leader = cluster.leader(TOPIC, 0);
        cluster.stopStorage(leader);
        deleteTree(cluster.data(leader).resolve("index"));
        cluster.startStorage(leader);
        cluster.awaitIsr(TOPIC, 0, 3);
        assertThat(cluster.clients().readAll(TOPIC, 0)).hasSize(4_500);
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }

    @Test
    void replicaThatLostItsDiskIsFilledAgain() throws Exception {
        produce("all", 500);
        int follower = aFollower();
        cluster.stopStorage(follower);
        deleteTree(cluster.data(follower));
        cluster.startStorage(follower);
        cluster.awaitIsr(TOPIC, 0, 3);
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }

    private int aFollower() {
        return cluster.leader(TOPIC, 0) == 103 ? 102 : 103;
    }

    private void produce(String acks, int records) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer(acks)) {
            for (int i = 0; i < records; i++) {
                sent.add(producer.send(new ProducerRecord<>(TOPIC, 0, null, new byte[RECORD_BYTES])));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private static void deleteTree(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }
}
