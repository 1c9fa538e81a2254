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
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records deleted by a stock client stay deleted; who is behind them starts anew. H2, H4, H5. */
class DeleteRecordsTest {
    private static final TopicPartition T = new TopicPartition("t", 0);

    @TempDir
    Path directory;

    private TestCluster cluster;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory, 1, 3)
                .with("log.retention.check.interval.ms", "200")
                .start();
        admin = cluster.clients().admin();
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        cluster.close();
    }

    private void create(Map<String, String> configs) throws Exception {
        cluster.clients().createTopic(T.topic(), 1, 3, configs);
        cluster.awaitIsr(T.topic(), 0, 3);
    }

    private void produce(int records, int bytes) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer("all")) {
            for (int i = 0; i < records; i++) {
                sent.add(producer.send(new ProducerRecord<>(T.topic(), 0, null, new byte[bytes])));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private long delete(long offset) throws Exception {
        return admin.deleteRecords(Map.of(T, RecordsToDelete.beforeOffset(offset)))
                .lowWatermarks()
                .get(T)
                .get(30, TimeUnit.SECONDS)
                .lowWatermark();
    }

    private long earliest() throws Exception {
        ListOffsetsResult found = admin.listOffsets(Map.of(T, OffsetSpec.earliest()));
        return found.partitionResult(T).get(30, TimeUnit.SECONDS).offset();
    }

    @Test
    void whatIsDeletedStaysDeletedThroughFailovers() throws Exception {
        create(Map.of());
        produce(20, 100);
        assertThat(delete(7)).isEqualTo(7);
        assertThat(delete(3)).as("the start does not go back").isEqualTo(7);
        assertThat(earliest()).isEqualTo(7);
        int first = cluster.leader(T.topic(), 0);
        cluster.crashStorage(first);
        Await.until(
                "another leader",
                30_000,
                () -> cluster.partition(T.topic(), 0).hasLeader()
                        && cluster.partition(T.topic(), 0).leader() != first);
        Await.until("the same start", 30_000, () -> earliest() == 7);
        cluster.startStorage(first);
        cluster.awaitIsr(T.topic(), 0, 3);
        assertThat(cluster.clients().readAll(T.topic(), 0)).hasSize(13);
        assertThat(delete(-1)).isEqualTo(20);
        produce(1, 100);
        assertThat(cluster.clients().readAll(T.topic(), 0))
                .hasSize(1)
                .first()
                .extracting(r -> r.offset())
                .isEqualTo(20L);
    }

    @Test
    void offsetAboveTheHighWatermarkIsRefused() throws Exception {
        create(Map.of());
        produce(2, 100);
        assertThatThrownBy(() -> delete(3))
                .isInstanceOf(ExecutionException.class)
                .hasCauseInstanceOf(org.apache.kafka.common.errors.OffsetOutOfRangeException.class);
        assertThat(earliest()).isZero();
    }

    @Test
    void consumerBelowTheStartIsToldSo() throws Exception {
        create(Map.of());
        produce(5, 100);
        delete(4);
        try (KafkaConsumer<byte[], byte[]> consumer = cluster.clients().consumer(Map.of("auto.offset.reset", "none"))) {
            consumer.assign(List.of(T));
            consumer.seek(T, 1);
            assertThatThrownBy(() -> pollUntilRefused(consumer)).isInstanceOf(OffsetOutOfRangeException.class);
            consumer.seekToBeginning(List.of(T));
            assertThat(consumer.position(T)).isEqualTo(4);
        }
    }

    private static void pollUntilRefused(KafkaConsumer<byte[], byte[]> consumer) {
        long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < deadlineNs) {
            consumer.poll(Duration.ofMillis(200));
        }
    }

    @Test
    void followerThatRetentionLeftBehindStartsWhereItsLeaderStarts() throws Exception {
        create(Map.of("segment.bytes", "1048576", "retention.bytes", "1048576"));
        produce(100, 10_000);
        int follower = cluster.leader(T.topic(), 0) == 103 ? 102 : 103;
        cluster.crashStorage(follower);
        produce(600, 10_000);
        Await.until("retention", 30_000, () -> earliest() > 100);
        cluster.startStorage(follower);
        cluster.awaitIsr(T.topic(), 0, 3);
        produce(1, 10);
        assertThat(cluster.clients().readAll(T.topic(), 0)).isNotEmpty();
    }
}
