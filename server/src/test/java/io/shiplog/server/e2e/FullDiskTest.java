// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.shiplog.metadata.image.PartitionImage;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One of three nodes has a full disk (its reserve is larger than any disk): C11 across a cluster. */
class FullDiskTest {
    private static final int FULL = 101;
    private static final String MORE_THAN_THERE_IS = Long.toString(1L << 60);

    @TempDir
    Path directory;

    private TestCluster cluster;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory, 1, 3)
                .with("replica.lag.time.max.ms", "1000")
                .start();
        admin = cluster.clients().admin();
        alone("before");
        produce("before", "there already");
        cluster.stopStorage(FULL);
        cluster.with("disk.reserve.bytes", MORE_THAN_THERE_IS).startStorage(FULL);
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        cluster.close();
    }

    /** A topic that only the node with the full disk has. */
    private void alone(String topic) throws Exception {
        admin.createTopics(java.util.List.of(new NewTopic(topic, Map.of(0, java.util.List.of(FULL)))))
                .all()
                .get(30, TimeUnit.SECONDS);
        cluster.leader(topic, 0);
    }

    private void produce(String topic, String value, int deliveryMs) throws Exception {
        Map<String, Object> patience =
                Map.of("delivery.timeout.ms", deliveryMs, "request.timeout.ms", 1_000, "linger.ms", 0);
        try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer("all", patience)) {
            producer.send(new ProducerRecord<>(topic, 0, null, Clients.bytes(value)))
                    .get(60, TimeUnit.SECONDS);
        }
    }

    private void produce(String topic, String value) throws Exception {
        produce(topic, value, 60_000);
    }

    @Test
    void whatOnlyAFullNodeHasCanBeReadAndDeletedAndNotWritten() throws Exception {
        assertThatThrownBy(() -> produce("before", "refused", 2_000))
                .isInstanceOf(ExecutionException.class)
                .cause()
                .isInstanceOfAny(KafkaStorageException.class, TimeoutException.class);
        assertThat(cluster.clients().readAll("before", 0)).hasSize(1);
        TopicPartition partition = new TopicPartition("before", 0);
        assertThat(admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(1)))
                        .lowWatermarks()
                        .get(partition)
                        .get(30, TimeUnit.SECONDS)
                        .lowWatermark())
                .isEqualTo(1);
        cluster.stopStorage(FULL);
        cluster.with("disk.reserve.bytes", "0").startStorage(FULL);
        produce("before", "there is room again");
        assertThat(cluster.clients().readAll("before", 0)).hasSize(1);
    }

    @Test
    void leadersLeaveAFullNodeAndWritesGoOnWithoutIt() throws Exception {
        admin.createTopics(java.util.List.of(new NewTopic("t", Map.of(0, java.util.List.of(FULL, 102, 103)))))
                .all()
                .get(30, TimeUnit.SECONDS);
        Await.until("a leader with room", 30_000, () -> {
            PartitionImage partition = cluster.partition("t", 0);
            return partition.hasLeader() && partition.leader() != FULL;
        });
        produce("t", "written");
        assertThat(cluster.partition("t", 0).inIsr(FULL))
                .as("it could not take the record")
                .isFalse();
        assertThat(cluster.clients().readAll("t", 0)).hasSize(1);
        cluster.stopStorage(FULL);
        cluster.with("disk.reserve.bytes", "0").startStorage(FULL);
        cluster.awaitIsr("t", 0, 3);
        cluster.awaitIdenticalLogs("t", 0);
    }
}
