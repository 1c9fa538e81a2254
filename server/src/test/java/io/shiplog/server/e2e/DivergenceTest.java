// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DivergenceTest {
    private static final String TOPIC = "ledger";

    @TempDir
    Path directory;

    /**
     * The leader is left alone and takes records with acks=1 that nobody else has; then it crashes, the others come back from
     * their own crashes, go on without those records, and the old leader has to give its tail up.
     */
    @Test
    void tailThatWasNeverCommittedGivesWayToTheNewLeadersLog() throws Exception {
        try (TestCluster cluster = new TestCluster(directory, 1, 3).start()) {
            cluster.clients().createTopic(TOPIC, 1, 3, Map.of());
            produce(cluster, "all", "committed", 50);
            int oldLeader = cluster.leader(TOPIC, 0);
            List<Integer> others = List.of(101, 102, 103).stream()
                    .filter(id -> id != oldLeader)
                    .toList();
            others.forEach(cluster::crashStorage);
            cluster.awaitIsr(TOPIC, 0, 1);
            produce(cluster, "1", "lonely", 30);
            cluster.crashStorage(oldLeader);
            cluster.startStorage(others.toArray(new Integer[0]));
            Await.until("another leader", 30_000, () -> others.contains(cluster.leader(TOPIC, 0)));
            produce(cluster, "all", "after", 20);
            cluster.startStorage(oldLeader);
            cluster.awaitIsr(TOPIC, 0, 3);
            cluster.awaitIdenticalLogs(TOPIC, 0);
            assertThat(cluster.clients().readAll(TOPIC, 0))
                    .extracting(record -> Clients.text(record.value()).replaceAll("-.*", ""))
                    .doesNotContain("lonely")
                    .filteredOn(value -> value.equals("committed"))
                    .hasSize(50);
        }
    }

    private static void produce(TestCluster cluster, String acks, String text, int count) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer(acks)) {
            for (int i = 0; i < count; i++) {
                producer.send(new ProducerRecord<>(TOPIC, 0, null, Clients.bytes(text + "-" + i)))
                        .get(60, TimeUnit.SECONDS);
            }
        }
    }
}
