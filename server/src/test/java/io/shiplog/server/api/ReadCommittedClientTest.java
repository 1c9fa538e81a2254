// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.replication.runtime.Replica;
import io.shiplog.server.net.NetSettings;
import io.shiplog.storage.log.AppendOrigin;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The stock consumer reads transactions, which the test writes in place of a transaction coordinator. */
class ReadCommittedClientTest {
    private static final long TIMEOUT_S = 30;
    private static final short ALL = -1;
    private static final TopicPartition PARTITION = new TopicPartition("t", 0);

    @TempDir
    Path directory;

    private final TestCluster cluster = new TestCluster(1);
    private TestNode node;
    private Replica replica;
    private final int[] sequences = new int[10];

    /** Of what a read-committed consumer should see. */
    private final List<String> committed = new ArrayList<>();

    private final List<List<String>> pending = new ArrayList<>();
    private int serial;

    @BeforeEach
    void start() throws Exception {
        node = new TestNode(cluster, 1, directory.resolve("node"), NetSettings.defaults());
        cluster.broker(1, node.port());
        cluster.topic("t", 1, 1);
        replica = node.host("t", 0);
        for (int i = 0; i < sequences.length; i++) pending.add(new ArrayList<>());
    }

    @AfterEach
    void stop() {
        node.close();
    }

    private void append(MemoryRecords records, AppendOrigin origin) throws Exception {
        ByteBuffer batch = ByteBuffer.allocate(records.sizeInBytes())
                .put(records.buffer().duplicate())
                .flip();
        CompletableFuture<Errors> done = new CompletableFuture<>();
        node.onLoop(() -> {
            replica.produce(
                    batch, origin, ALL, true, 30_000, (error, base, time, start, message) -> done.complete(error));
            return null;
        });
        assertThat(done.get(TIMEOUT_S, TimeUnit.SECONDS)).isEqualTo(Errors.NONE);
    }

    private static SimpleRecord record(String value) {
        return new SimpleRecord(System.currentTimeMillis(), null, value.getBytes(StandardCharsets.UTF_8));
    }

    private void plain() throws Exception {
        String value = "plain " + serial++;
        append(MemoryRecords.withRecords(Compression.NONE, record(value)), AppendOrigin.CLIENT);
        committed.add(value);
    }

    private void data(int producer) throws Exception {
        String value = "producer " + producer + ", " + serial++;
        append(
                MemoryRecords.withTransactionalRecords(
                        Compression.gzip().build(), producer, (short) 0, sequences[producer]++, record(value)),
                AppendOrigin.TRANSACTION);
        pending.get(producer).add(value);
    }

    private void end(int producer, boolean commit) throws Exception {
        ControlRecordType type = commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        append(
                MemoryRecords.withEndTransactionMarker(producer, (short) 0, new EndTransactionMarker(type, 1)),
                AppendOrigin.COORDINATOR);
        if (commit) committed.addAll(pending.get(producer));
        pending.get(producer).clear();
    }

    private KafkaConsumer<String, String> consumer(String isolation) {
        Map<String, Object> config = Map.of(
                ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG,
                "127.0.0.1:" + node.port(),
                ConsumerConfig.ISOLATION_LEVEL_CONFIG,
                isolation,
                ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
                700);
        KafkaConsumer<String, String> consumer =
                new KafkaConsumer<>(config, new StringDeserializer(), new StringDeserializer());
        consumer.assign(List.of(PARTITION));
        consumer.seekToBeginning(List.of(PARTITION));
        return consumer;
    }

    /** Polls until the consumer's position is the offset. */
    private static List<String> readTo(KafkaConsumer<String, String> consumer, long offset) {
        List<String> values = new ArrayList<>();
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(TIMEOUT_S);
        while (consumer.position(PARTITION) < offset) {
            assertThat(System.nanoTime()).as("deadline").isLessThan(deadline);
            consumer.poll(Duration.ofMillis(200)).forEach(record -> values.add(record.value()));
        }
        return values;
    }

    @Test
    void aReadCommittedConsumerSeesWhatWasCommittedAndNothingElse() throws Exception {
        for (int round = 0; round < 12; round++) {
            plain();
            for (int producer = 0; producer < 4; producer++) data(producer);
            data(round % 4);
            plain();
            for (int producer = 3; producer >= 0; producer--) end(producer, (round + producer) % 3 != 0);
        }
        data(7);
        long stable = node.onLoop(() -> replica.log().logEndOffset()) - 1;
        plain();
        long end = node.onLoop(() -> replica.log().logEndOffset());
        try (KafkaConsumer<String, String> consumer = consumer("read_committed")) {
            assertThat(consumer.endOffsets(List.of(PARTITION))).containsEntry(PARTITION, stable);
            List<String> values = readTo(consumer, stable);
            List<String> expected = new ArrayList<>(committed);
            assertThat(expected.remove(expected.size() - 1)).startsWith("plain");
            assertThat(values).containsExactlyInAnyOrderElementsOf(expected);
            assertThat(consumer.poll(Duration.ofMillis(300)).count())
                    .as("the open transaction, and what lies behind it")
                    .isZero();
            end(7, false);
            end(8, true);
            assertThat(readTo(consumer, end + 2)).containsExactly(committed.get(committed.size() - 1));
        }
        try (KafkaConsumer<String, String> consumer = consumer("read_uncommitted")) {
            assertThat(consumer.endOffsets(List.of(PARTITION))).containsEntry(PARTITION, end + 2);
            assertThat(readTo(consumer, end + 2)).hasSize(serial);
        }
    }
}
