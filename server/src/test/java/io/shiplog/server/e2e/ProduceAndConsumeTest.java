// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Stock clients on a healthy cluster of three quorum and three storage nodes. */
class ProduceAndConsumeTest {
    @TempDir
    static Path directory;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(directory, 3, 3).start();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"all", "1", "0"})
    void recordsComeBackInOrder(String acks) throws Exception {
        String topic = "acks-" + acks;
        cluster.clients().createTopic(topic, 2, 3, Map.of());
        int count = 500;
        try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer(acks)) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                sent.add(producer.send(new ProducerRecord<>(topic, 1, null, Clients.bytes("record-" + i))));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get(30, TimeUnit.SECONDS);
            }
        }
        List<ConsumerRecord<byte[], byte[]>> read = new ArrayList<>();
        Await.until("all records", 30_000, () -> {
            read.clear();
            read.addAll(cluster.clients().readAll(topic, 1));
            return read.size() == count;
        });
        for (int i = 0; i < count; i++) {
            assertThat(read.get(i).offset()).isEqualTo(i);
            assertThat(Clients.text(read.get(i).value())).isEqualTo("record-" + i);
        }
        assertThat(cluster.clients().readAll(topic, 0)).isEmpty();
    }
}
