// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.quota.ClientQuotaAlteration;
import org.apache.kafka.common.quota.ClientQuotaEntity;
import org.apache.kafka.common.record.internal.FileRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Quotas, topics that are created by being asked for, and topics with a compression of their own, with stock clients. */
class ClientLimitsTest {
    private static final int NODE = TestCluster.FIRST_STORAGE_ID;

    @TempDir
    static Path directory;

    private static TestCluster cluster;

    @BeforeAll
    static void start() throws Exception {
        cluster = new TestCluster(directory, 1, 1)
                .with("auto.create.topics.enable", "true")
                .with("offsets.topic.num.partitions", "2")
                .start();
    }

    @AfterAll
    static void stop() throws Exception {
        cluster.close();
    }

    @Test
    void clientsHearThatTheyAreThrottledUntilTheQuotaIsGone() throws Exception {
        cluster.clients().createTopic("metered", 1, 1, Map.of());
        setQuota("producer_byte_rate", 100_000.0);
        setQuota("consumer_byte_rate", 100_000.0);
        try (KafkaProducer<byte[], byte[]> producer = metered()) {
            // ten windows of a second give 1,000,000 bytes
            sendUntilThrottled(producer, "metered", 200_000);
        }
        assertThat(metric("Produce.throttled-requests")).isPositive();
        try (KafkaConsumer<byte[], byte[]> consumer = meteredConsumer()) {
            TopicPartition metered = new TopicPartition("metered", 0);
            consumer.assign(List.of(metered));
            Await.until("throttled fetches", 60_000, () -> {
                if (consumer.poll(Duration.ofMillis(100)).isEmpty()) {
                    consumer.seekToBeginning(List.of(metered));
                }
                return max(consumer.metrics(), "fetch-throttle-time-max") > 0;
            });
        }
        assertThat(metric("Fetch.throttled-requests")).isPositive();
        setQuota("producer_byte_rate", null);
        setQuota("consumer_byte_rate", null);
        try (KafkaProducer<byte[], byte[]> producer = metered()) {
            send(producer, "metered", 10, 200_000);
            assertThat(max(producer.metrics(), "produce-throttle-time-max")).isZero();
        }
    }

    @Test
    void clientsThatTakeTheNodesTimeAreThrottled() throws Exception {
        cluster.clients().createTopic("busy", 1, 1, Map.of());
        setQuota("request_percentage", 0.0001);
        try (KafkaProducer<byte[], byte[]> producer = metered()) {
            sendUntilThrottled(producer, "busy", 100);
        } finally {
            setQuota("request_percentage", null);
        }
        assertThat(metric("Request.throttled-requests")).isPositive();
    }

    @Test
    void topicIsCreatedForTheProducerThatAsksForIt() throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer("all")) {
            send(producer, "asked-for", 1, 10);
            assertThatThrownBy(() -> send(producer, "not a name", 1, 10)).hasMessageContaining("InvalidTopic");
        }
        assertThat(cluster.image().topic("asked-for").partitionCount()).isEqualTo(1);
    }

    @Test
    void topicIsNotCreatedForConsumersThatDoNotWantThat() throws Exception {
        try (KafkaConsumer<byte[], byte[]> consumer =
                cluster.clients().consumer(Map.of("allow.auto.create.topics", false))) {
            consumer.assign(List.of(new TopicPartition("not-asked-for", 0)));
            consumer.poll(Duration.ofMillis(500));
        }
        assertThat(cluster.image().topic("not-asked-for")).isNull();
        try (KafkaConsumer<byte[], byte[]> consumer =
                cluster.clients().consumer(Map.of("allow.auto.create.topics", true))) {
            consumer.assign(List.of(
                    new TopicPartition("asked-for-by-consumer", 0),
                    new TopicPartition(Topic.GROUP_METADATA_TOPIC_NAME, 0)));
            Await.until("topics", 30_000, () -> {
                consumer.poll(Duration.ofMillis(50));
                return cluster.image().topic("asked-for-by-consumer") != null
                        && cluster.image().topic(Topic.GROUP_METADATA_TOPIC_NAME) != null;
            });
        }
        assertThat(cluster.image().topic(Topic.GROUP_METADATA_TOPIC_NAME).partitionCount())
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"uncompressed", "gzip", "snappy", "lz4", "zstd"})
    void batchesAreKeptAsTheTopicSaysWhoeverSendsThem(String type) throws Exception {
        String topic = "kept-" + type;
        cluster.clients().createTopic(topic, 1, 1, Map.of("compression.type", type));
        int count = 0;
        for (String sent : List.of("none", "gzip", "snappy", "lz4", "zstd")) {
            try (KafkaProducer<byte[], byte[]> producer = cluster.clients()
                    .producer("all", Map.of("compression.type", sent, "batch.size", 2_000, "linger.ms", 1))) {
                List<Future<RecordMetadata>> acks = new ArrayList<>();
                for (int i = 0; i < 200; i++) {
                    acks.add(producer.send(new ProducerRecord<>(topic, Clients.bytes("v" + count++))));
                }
                for (Future<RecordMetadata> ack : acks) {
                    ack.get(60, TimeUnit.SECONDS);
                }
            }
        }
        List<ConsumerRecord<byte[], byte[]>> records = cluster.clients().readAll(topic, 0);
        assertThat(records).hasSize(count);
        for (int i = 0; i < count; i++) {
            assertThat(Clients.text(records.get(i).value())).isEqualTo("v" + i);
        }
        Path log = cluster.logDirectory(NODE, topic, 0).resolve("00000000000000000000.log");
        try (FileRecords kept = FileRecords.open(log.toFile())) {
            String expected = type.equals("uncompressed") ? "none" : type;
            for (RecordBatch batch : kept.batches()) {
                assertThat(batch.compressionType().name).isEqualTo(expected);
            }
        }
        assertThat(metric("Recompression.Batches")).isPositive();
    }

    private static KafkaProducer<byte[], byte[]> metered() {
        return cluster.clients()
                .producer("all", Map.of("client.id", "metered", "batch.size", 1, "request.timeout.ms", 60_000));
    }

    private static KafkaConsumer<byte[], byte[]> meteredConsumer() {
        return cluster.clients().consumer(Map.of("client.id", "metered", "max.partition.fetch.bytes", 400_000));
    }

    private static void setQuota(String key, Double limit) throws Exception {
        ClientQuotaEntity entity = new ClientQuotaEntity(Map.of(ClientQuotaEntity.CLIENT_ID, "metered"));
        try (Admin admin = cluster.clients().admin()) {
            admin.alterClientQuotas(List.of(
                            new ClientQuotaAlteration(entity, List.of(new ClientQuotaAlteration.Op(key, limit)))))
                    .all()
                    .get(30, TimeUnit.SECONDS);
        }
    }

    private static void send(KafkaProducer<byte[], byte[]> producer, String topic, int count, int bytes)
            throws Exception {
        for (int i = 0; i < count; i++) {
            producer.send(new ProducerRecord<>(topic, new byte[bytes])).get(60, TimeUnit.SECONDS);
        }
    }

    private static void sendUntilThrottled(KafkaProducer<byte[], byte[]> producer, String topic, int bytes) {
        Await.until("throttled requests", 60_000, () -> {
            send(producer, topic, 1, bytes);
            return max(producer.metrics(), "produce-throttle-time-max") > 0;
        });
    }

    private static double max(Map<MetricName, ? extends Metric> metrics, String name) {
        return metrics.entrySet().stream()
                .filter(metric -> metric.getKey().name().equals(name))
                .mapToDouble(metric -> (double) metric.getValue().metricValue())
                .filter(value -> !Double.isNaN(value))
                .max()
                .orElse(0);
    }

    private static long metric(String name) {
        return cluster.node(NODE).metrics().get(name).getAsLong();
    }
}
