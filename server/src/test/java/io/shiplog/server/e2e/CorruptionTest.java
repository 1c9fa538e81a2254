// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Rows C1, C3 and C4 in a cluster: rot is found, the replica leaves, and comes back with the bytes of the others. */
class CorruptionTest {
    private static final String TOPIC = "rot";
    private static final int RECORD_BYTES = 4 * 1024;
    private static final int RECORDS = 200;

    @TempDir
    private Path directory;

    private TestCluster cluster;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory, 1, 3)
                .with("scrub.interval.ms", "1000")
                .with("scrub.bytes.per.second", "1073741824")
                .with("read.check.interval.ms", "0")
                .start();
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    private void topic(int replicas) throws Exception {
        cluster.clients().createTopic(TOPIC, 1, replicas, Map.of("segment.bytes", "131072"));
        produce();
    }

    private void produce() throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer("all")) {
            for (int i = 0; i < RECORDS; i++) {
                sent.add(producer.send(new ProducerRecord<>(TOPIC, 0, null, new byte[RECORD_BYTES])));
                if (i % 8 == 0) {
                    producer.flush();
                }
            }
            for (Future<RecordMetadata> each : sent) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private Path segment(int node, int number) throws IOException {
        try (Stream<Path> files = Files.list(cluster.logDirectory(node, TOPIC, 0))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList()
                    .get(number);
        }
    }

    private static void flip(Path file, long position) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 1)).flip();
            channel.write(one, position);
        }
    }

    private void awaitRepair() {
        cluster.awaitIdenticalLogs(TOPIC, 0);
        cluster.awaitIsr(TOPIC, 0, 3);
        awaitNothingSetAside();
    }

    private void awaitNothingSetAside() {
        Await.until("what was set aside is gone", 30_000, () -> {
            for (int id = 101; id <= 103; id++) {
                try (Stream<Path> files = Files.list(cluster.data(id))) {
                    if (files.anyMatch(file -> file.toString().endsWith(".damaged"))) {
                        return false;
                    }
                }
            }
            return true;
        });
    }

    @Test
    void aFollowerWithAFlippedBitIsRepairedFromItsLeader() throws Exception {
        topic(3);
        int leader = cluster.leader(TOPIC, 0);
        flip(segment(leader == 103 ? 102 : 103, 1), 5_000);
        awaitRepair();
        assertThat(cluster.leader(TOPIC, 0)).as("no reason to move").isEqualTo(leader);
        assertThat(cluster.clients().readAll(TOPIC, 0)).hasSize(RECORDS);
    }

    @Test
    void aLeaderWithAWrongBaseOffsetHandsOverAndNobodySeesIt() throws Exception {
        topic(3);
        int leader = cluster.leader(TOPIC, 0);
        flip(segment(leader, 2), 7);
        assertThat(cluster.clients().readAll(TOPIC, 0)).hasSize(RECORDS);
        awaitRepair();
        produce();
        assertThat(cluster.clients().readAll(TOPIC, 0)).hasSize(2 * RECORDS);
    }

    @Test
    void aDeletedSegmentOfAStoppedNodeIsFetchedAgain() throws Exception {
        topic(3);
        int leader = cluster.leader(TOPIC, 0);
        Path victim = segment(leader, 1);
        cluster.crashStorage(leader);
        Files.delete(victim);
        cluster.startStorage(leader);
        awaitRepair();
        assertThat(cluster.clients().readAll(TOPIC, 0)).hasSize(RECORDS);
    }

    /** Nobody else has it: what is sound is served, and the rest is refused for good. */
    @Test
    void theOnlyReplicaGoesOnWithWhatIsSound() throws Exception {
        topic(1);
        flip(segment(cluster.leader(TOPIC, 0), 1), 5_000);
        Throwable told = null;
        for (int i = 0; i < 100 && told == null; i++) {
            told = catchThrowable(() -> cluster.clients().readAll(TOPIC, 0));
        }
        assertThat(told).isNotNull();
        produce();
        assertThat(cluster.partition(TOPIC, 0).hasLeader()).isTrue();
    }

    /** The leader has it found by its own scrub, hands over, and only then cuts: nobody who writes notices. */
    @Test
    void aLeaderThatFindsItsOwnBytesCorruptHandsOverUnderLoad() throws Exception {
        cluster.clients().createTopic(TOPIC, 1, 3, Map.of("segment.bytes", "131072"));
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 200)) {
            load.awaitMoreAcks(200);
            int leader = cluster.leader(TOPIC, 0);
            flip(segment(leader, 0), 100);
            Await.until("another leader", 60_000, () -> cluster.leader(TOPIC, 0) != leader);
            load.awaitMoreAcks(200);
            load.finishAndVerify();
        }
        awaitRepair();
    }

    /** A segment is gone when the only replica starts: it leads all the same, and serves what is before and behind the hole. */
    @Test
    void theOnlyReplicaServesWhatIsLeftAfterItsStart() throws Exception {
        topic(1);
        int node = cluster.leader(TOPIC, 0);
        cluster.stopStorage(node);
        Path victim = segment(node, 1);
        long hole = baseOffset(victim);
        long behind = baseOffset(segment(node, 2));
        Files.delete(victim);
        cluster.startStorage(node);
        assertThat(firstOffsetFrom(0)).isZero();
        assertThat(firstOffsetFrom(behind)).isEqualTo(behind);
        assertThat(catchThrowable(() -> firstOffsetFrom(hole))).isNotNull();
        produce();
        assertThat(cluster.partition(TOPIC, 0).leader()).isEqualTo(node);
        assertThat(cluster.node(node).metrics())
                .anySatisfy((name, value) -> assertThat(name).startsWith("LogDirectory.DamagedSegments"));
    }

    /** It holds what only it has, so that the others can come back; and one of them has the bytes that it lacks. */
    @Test
    void whoWasAloneIsRepairedByAReplicaThatComesBack() throws Exception {
        cluster.clients().createTopic(TOPIC, 1, 2, Map.of("segment.bytes", "131072", "min.insync.replicas", "1"));
        produce();
        cluster.awaitIsr(TOPIC, 0, 2);
        int leader = cluster.leader(TOPIC, 0);
        int other = cluster.partition(TOPIC, 0).replicas()[0] == leader
                ? cluster.partition(TOPIC, 0).replicas()[1]
                : cluster.partition(TOPIC, 0).replicas()[0];
        cluster.stopStorage(other);
        produce();
        cluster.stopStorage(leader);
        Files.delete(segment(leader, 1));
        cluster.startStorage(leader);
        assertThat(firstOffsetFrom(RECORDS + 1)).isGreaterThan(RECORDS);
        cluster.startStorage(other);
        cluster.awaitIsr(TOPIC, 0, 2);
        awaitNothingSetAside();
        cluster.awaitIdenticalLogs(TOPIC, 0);
        assertThat(cluster.clients().readAll(TOPIC, 0)).hasSize(2 * RECORDS);
    }

    private static long baseOffset(Path segment) {
        return Long.parseLong(segment.getFileName().toString().replace(".log", ""));
    }

    /** The first record that a consumer gets who begins at the offset. */
    private long firstOffsetFrom(long offset) {
        TopicPartition tp = new TopicPartition(TOPIC, 0);
        try (KafkaConsumer<byte[], byte[]> consumer = cluster.clients().consumer(Map.of())) {
            consumer.assign(List.of(tp));
            consumer.seek(tp, offset);
            long deadlineNs = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
            while (System.nanoTime() < deadlineNs) {
                for (ConsumerRecord<byte[], byte[]> record :
                        consumer.poll(Duration.ofMillis(200)).records(tp)) {
                    if (record.offset() >= offset) {
                        return record.offset();
                    }
                }
            }
        }
        throw new AssertionError("nothing was read from " + offset);
    }
}
