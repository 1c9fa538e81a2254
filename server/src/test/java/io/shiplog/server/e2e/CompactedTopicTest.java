// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.InvalidRecordException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What stock clients see of a compacted topic. */
class CompactedTopicTest {
    private static final int KEYS = 20;
    private static final int ROUNDS = 15;
    /** A record per segment where timestamps differ: all but the last record can be compacted. */
    private static final Map<String, String> CONFIGS = Map.of(
            "cleanup.policy", "compact",
            "min.cleanable.dirty.ratio", "0.01",
            "delete.retention.ms", "0",
            "segment.bytes", "20000",
            "min.insync.replicas", "1",
            "segment.ms", "1");

    @TempDir
    static Path directory;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(directory, 1, 2)
                .with("log.cleaner.backoff.ms", "50")
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @Test
    void readBackHoldsExactlyTheLatestValuePerKeyAlsoFromAFollowerThatBeganAnew() throws Exception {
        cluster.clients().createTopic("latest", 1, 2, CONFIGS);
        TreeMap<String, String> model = new TreeMap<>();
        Map<String, Object> small = Map.of(ProducerConfig.BATCH_SIZE_CONFIG, 2_000, ProducerConfig.LINGER_MS_CONFIG, 5);
        try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer("all", small)) {
            for (int round = 0; round < ROUNDS; round++) {
                for (int k = 0; k < KEYS; k++) put(producer, model, "k" + k, "value-" + round + "-" + "x".repeat(200));
            }
            for (int k = 0; k < 5; k++) put(producer, model, "k" + k, null);
            producer.flush();
            awaitModel(producer, model);
        }
        cluster.crashStorage(102);
        cluster.loseDisk(102);
        cluster.startStorage(102);
        cluster.awaitIsr("latest", 0, 2);
        cluster.stopStorage(101);
        Await.until("102 leads", 60_000, () -> cluster.partition("latest", 0).leader() == 102);
        Await.until("the same records from 102", 60_000, () -> readAll("latest").equals(model));
        cluster.startStorage(101);
    }

    @Test
    void aRecordWithoutAKeyIsRefusedAndNamed() throws Exception {
        cluster.clients().createTopic("keyed", 1, 2, CONFIGS);
        for (String compression : List.of("none", "gzip")) {
            Map<String, Object> more = Map.of(ProducerConfig.COMPRESSION_TYPE_CONFIG, compression);
            try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer("all", more)) {
                assertThatThrownBy(() -> producer.send(new ProducerRecord<>("keyed", 0, null, Clients.bytes("v")))
                                .get(60, TimeUnit.SECONDS))
                        .hasCauseInstanceOf(InvalidRecordException.class)
                        .hasMessageContaining("without a key");
                assertThat(producer.send(new ProducerRecord<>("keyed", 0, Clients.bytes("k"), Clients.bytes("v")))
                                .get(60, TimeUnit.SECONDS)
                                .offset())
                        .isNotNegative();
            }
        }
    }

    private static void put(
            KafkaProducer<byte[], byte[]> producer, Map<String, String> model, String key, String value) {
        var unused = producer.send(
                new ProducerRecord<>("latest", 0, Clients.bytes(key), value == null ? null : Clients.bytes(value)));
        if (value == null) model.remove(key);
        else model.put(key, value);
    }

    /** Goes on writing new keys, so that what was last is not in the active segment, until there is one record per key. */
    private static void awaitModel(KafkaProducer<byte[], byte[]> producer, Map<String, String> model) {
        int[] n = {0};
        Await.until("one record per key", 120_000, () -> {
            put(producer, model, "end-" + n[0]++, "v");
            producer.flush();
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(2);
            while (System.nanoTime() < deadlineNs) {
                List<ConsumerRecord<byte[], byte[]>> read = cluster.clients().readAll("latest", 0);
                if (read.size() == model.size() && byKey(read).equals(model)) return true;
            }
            return false;
        });
    }

    private static Map<String, String> readAll(String topic) {
        List<ConsumerRecord<byte[], byte[]>> read = cluster.clients().readAll(topic, 0);
        Map<String, String> found = byKey(read);
        return read.size() == found.size() ? found : Map.of();
    }

    private static Map<String, String> byKey(List<ConsumerRecord<byte[], byte[]>> records) {
        Map<String, String> found = new TreeMap<>();
        for (ConsumerRecord<byte[], byte[]> record : records) {
            found.put(Clients.text(record.key()), record.value() == null ? "(deleted)" : Clients.text(record.value()));
        }
        return found;
    }
}
