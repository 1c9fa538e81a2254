// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.runtime.Replica;
import io.shiplog.server.net.NetSettings;
import io.shiplog.server.net.TransferCounters.PeerTransfer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The stock Java clients against nodes whose metadata stands still. */
class StockClientsTest {
    private static final long TIMEOUT_S = 30;

    @TempDir
    Path directory;

    private final TestCluster cluster = new TestCluster(1);
    private final List<TestNode> nodes = new ArrayList<>();

    @AfterEach
    void stop() {
        nodes.forEach(TestNode::close);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "1", "all"})
    void whatIsProducedIsConsumedInOrder(String acks) throws Exception {
        TestNode node = start(1);
        cluster.topic("t", 1, 1);
        node.host("t", 0);
        int count = 500;
        List<Long> offsets = produce(acks, count, 100);
        if (!acks.equals("0")) {
            assertThat(offsets).startsWith(0L, 1L, 2L).endsWith(count - 1L);
        }
        List<ConsumerRecord<byte[], byte[]>> records = consume(count);
        for (int i = 0; i < count; i++) {
            assertThat(records.get(i).offset()).isEqualTo(i);
            assertThat(records.get(i).value()).isEqualTo(value(i, 100));
        }
    }

    @Test
    void offsetsAreListed() throws Exception {
        TestNode node = start(1);
        cluster.topic("t", 1, 1);
        node.host("t", 0);
        produce("all", 50, 10);
        TopicPartition partition = new TopicPartition("t", 0);
        try (Admin admin = Admin.create(Map.of(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrap()))) {
            for (Map.Entry<OffsetSpec, Long> expected : Map.of(
                            OffsetSpec.earliest(), 0L, OffsetSpec.latest(), 50L, OffsetSpec.forTimestamp(0), 0L)
                    .entrySet()) {
                long found = admin.listOffsets(Map.of(partition, expected.getKey()))
                        .partitionResult(partition)
                        .get(TIMEOUT_S, TimeUnit.SECONDS)
                        .offset();
                assertThat(found).as(expected.getKey().toString()).isEqualTo(expected.getValue());
            }
        }
    }

    @Test
    void aFollowerFetchesOverItsConnectionAndAcksWaitForIt() throws Exception {
        TestNode leader = start(1);
        TestNode follower = start(2);
        cluster.topic("t", 1, 1, 2);
        Replica leading = leader.host("t", 0);
        Replica following = follower.host("t", 0);
        int count = 200;
        produce("all", count, 1_000);
        assertThat((long) leader.onLoop(leading::highWatermark)).isEqualTo(count);
        await(() -> follower.onLoop(following::highWatermark) == count);
        PeerTransfer transfer = leader.transfers.followers().get(2);
        assertThat(transfer.sendfileBytes() + transfer.bufferBytes()).isGreaterThanOrEqualTo(count * 1_000L);
    }

    @Test
    void aFollowerThatCatchesUpIsServedBySendfile() throws Exception {
        TestNode leader = start(1);
        TestNode follower = start(2);
        cluster.topic("t", 1, 1, 2);
        Replica leading = leader.host("t", 0);
        long bytes = 32L << 20;
        int valueBytes = 8_000;
        produce("1", (int) (bytes / valueBytes), valueBytes);
        Replica following = follower.host("t", 0);
        await(() -> follower.onLoop(following::highWatermark) == bytes / valueBytes);
        assertThat((long) leader.onLoop(leading::highWatermark)).isEqualTo(bytes / valueBytes);
        PeerTransfer transfer = leader.transfers.followers().get(2);
        assertThat(transfer.sendfileBytes()).isGreaterThan(bytes * 95 / 100);
    }

    private TestNode start(int nodeId) throws Exception {
        TestNode node = new TestNode(cluster, nodeId, directory.resolve("node-" + nodeId), NetSettings.defaults());
        nodes.add(node);
        cluster.broker(nodeId, node.port());
        return node;
    }

    private String bootstrap() {
        return "127.0.0.1:" + nodes.get(0).port();
    }

    private static byte[] value(int i, int bytes) {
        byte[] value = new byte[bytes];
        Arrays.fill(value, (byte) i);
        byte[] number = Integer.toString(i).getBytes(StandardCharsets.UTF_8);
        System.arraycopy(number, 0, value, 0, number.length);
        return value;
    }

    private List<Long> produce(String acks, int count, int bytes) throws Exception {
        Map<String, Object> config = Map.of(
                ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrap(),
                ProducerConfig.ACKS_CONFIG,
                acks,
                ProducerConfig.LINGER_MS_CONFIG,
                5,
                ProducerConfig.BATCH_SIZE_CONFIG,
                64 * 1024,
                ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG,
                acks.equals("all"));
        List<Long> offsets = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(config, new ByteArraySerializer(), new ByteArraySerializer())) {
            List<Future<RecordMetadata>> sent = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                sent.add(producer.send(new ProducerRecord<>("t", 0, null, value(i, bytes))));
            }
            for (Future<RecordMetadata> each : sent) {
                offsets.add(each.get(TIMEOUT_S, TimeUnit.SECONDS).offset());
            }
        }
        return offsets;
    }

    private List<ConsumerRecord<byte[], byte[]>> consume(int count) {
        Map<String, Object> config = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                bootstrap(),
                ConsumerConfig.AUTO_OFFSET_RESET_CONFIG,
                "earliest");
        List<ConsumerRecord<byte[], byte[]>> records = new ArrayList<>();
        try (KafkaConsumer<byte[], byte[]> consumer =
                new KafkaConsumer<>(config, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            TopicPartition partition = new TopicPartition("t", 0);
            consumer.assign(List.of(partition));
            consumer.seekToBeginning(List.of(partition));
            long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
            while (records.size() < count && System.nanoTime() < deadline) {
                consumer.poll(Duration.ofMillis(500)).forEach(records::add);
            }
        }
        assertThat(records).hasSize(count);
        return records;
    }

    private static void await(BooleanSupplier condition) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            Thread.onSpinWait();
        }
    }
}
