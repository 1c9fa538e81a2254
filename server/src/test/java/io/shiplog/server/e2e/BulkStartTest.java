// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.server.net.TransferCounters.PeerTransfer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica without a disk returns: it gets whole segments from the others, and is the same as they are afterwards. */
class BulkStartTest {
    private static final String TOPIC = "bulk";
    private static final int RECORD_BYTES = 4 * 1024;
    private static final int RECORDS = 600;

    @TempDir
    private Path directory;

    private TestCluster cluster;
    private int leader;
    private int inSync;
    private int wiped;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory, 1, 3)
                .with("replica.bulk.min.bytes", "1")
                .start();
        cluster.clients().createTopic(TOPIC, 1, 3, Map.of("segment.bytes", "262144"));
        produce(RECORDS);
        leader = cluster.leader(TOPIC, 0);
        cluster.awaitIsr(TOPIC, 0, 3);
        inSync = leader == 101 ? 102 : 101;
        wiped = 101 + 102 + 103 - leader - inSync;
        cluster.stopStorage(wiped);
        cluster.loseDisk(wiped);
    }

    @AfterEach
    void stop() throws Exception {
        cluster.close();
    }

    private void produce(int records) throws Exception {
        List<Future<RecordMetadata>> sent = new ArrayList<>();
        try (KafkaProducer<byte[], byte[]> producer =
                cluster.clients().producer("all", Map.of("batch.size", "16384", "linger.ms", "0"))) {
            for (int i = 0; i < records; i++) {
                byte[] value = new byte[RECORD_BYTES];
                ByteBuffer.wrap(value).putInt(i);
                sent.add(producer.send(new ProducerRecord<>(TOPIC, 0, null, value)));
            }
            for (Future<RecordMetadata> each : sent) {
                each.get(60, TimeUnit.SECONDS);
            }
        }
    }

    private List<Path> segments(int node) throws IOException {
        try (Stream<Path> files = Files.list(cluster.logDirectory(node, TOPIC, 0))) {
            return files.filter(file -> file.toString().endsWith(".log"))
                    .sorted()
                    .toList();
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

    /** What a node sent to the wiped one. */
    private long sentBy(int node) {
        PeerTransfer sent = cluster.node(node).transfers().followers().get(wiped);
        return sent == null ? 0 : sent.sendfileBytes() + sent.bufferBytes();
    }

    private long sealedBytes(int node) throws IOException {
        long bytes = 0;
        List<Path> segments = segments(node);
        for (Path segment : segments.subList(0, segments.size() - 1)) {
            bytes += Files.size(segment);
        }
        return bytes;
    }

    @Test
    void aWipedFollowerGetsSegmentsFromAnInSyncFollower() throws Exception {
        long before = sentBy(leader);
        cluster.startStorage(wiped);
        produce(50);
        cluster.awaitIsr(TOPIC, 0, 3);
        cluster.awaitIdenticalLogs(TOPIC, 0);
        assertThat(sentBy(inSync))
                .as("a follower sends nothing but segments")
                .isGreaterThanOrEqualTo(sealedBytes(inSync) / 2);
        assertThat(sentBy(leader) - before).as("the leader sends the rest").isLessThan(sealedBytes(inSync));
        cluster.stopStorage(wiped);
        cluster.startStorage(wiped);
        cluster.awaitIsr(TOPIC, 0, 3);
        cluster.awaitIdenticalLogs(TOPIC, 0);
        assertThat(cluster.clients().readAll(TOPIC, 0)).hasSize(RECORDS + 50);
    }

    /** And the one who sent them looks at its own bytes, is repaired, and comes back. */
    @Test
    void corruptBytesAreRefusedAndTakenFromAnotherReplica() throws Exception {
        Path rotten = segments(inSync).get(1);
        flip(rotten, Files.size(rotten) - 10);
        cluster.startStorage(wiped);
        cluster.awaitIdenticalLogs(TOPIC, 0);
        cluster.awaitIsr(TOPIC, 0, 3);
        assertThat(cluster.clients().readAll(TOPIC, 0)).hasSize(RECORDS);
    }

    /** Of this topic's followers, until {@link #endThrottle}. */
    private void throttle(int bytesPerSecond) throws Exception {
        alter(new ConfigResource(ConfigResource.Type.TOPIC, TOPIC), "follower.replication.throttled.replicas", "*");
        alter(
                new ConfigResource(ConfigResource.Type.BROKER, ""),
                "follower.replication.throttled.rate",
                Integer.toString(bytesPerSecond));
    }

    private void endThrottle() throws Exception {
        alter(new ConfigResource(ConfigResource.Type.BROKER, ""), "follower.replication.throttled.rate", "100000000");
    }

    private void alter(ConfigResource resource, String name, String value) throws Exception {
        AlterConfigOp set = new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
        try (Admin admin = cluster.clients().admin()) {
            admin.incrementalAlterConfigs(Map.of(resource, List.of(set))).all().get(30, TimeUnit.SECONDS);
        }
    }

    private void startSlowly() throws Exception {
        throttle(200_000);
        cluster.startStorage(wiped);
        Await.until("segments come", 60_000, () -> sentBy(inSync) > 300_000);
    }

    @Test
    void theSourceDiesInTheMiddle() throws Exception {
        startSlowly();
        cluster.crashStorage(inSync);
        endThrottle();
        Await.until(
                "the wiped one is in sync",
                60_000,
                () -> cluster.partition(TOPIC, 0).inIsr(wiped));
        cluster.startStorage(inSync);
        cluster.awaitIsr(TOPIC, 0, 3);
        cluster.awaitIdenticalLogs(TOPIC, 0);
        assertThat(cluster.clients().readAll(TOPIC, 0)).hasSize(RECORDS);
    }

    @Test
    void recordsAreDeletedInTheMiddle() throws Exception {
        startSlowly();
        String name = segments(leader).get(5).getFileName().toString();
        long start = Long.parseLong(name.substring(0, name.indexOf('.')));
        try (Admin admin = cluster.clients().admin()) {
            admin.deleteRecords(Map.of(new TopicPartition(TOPIC, 0), RecordsToDelete.beforeOffset(start)))
                    .all()
                    .get(60, TimeUnit.SECONDS);
        }
        endThrottle();
        cluster.awaitIsr(TOPIC, 0, 3);
        cluster.awaitIdenticalLogs(TOPIC, 0);
        assertThat(cluster.clients().readAll(TOPIC, 0)).hasSize(RECORDS - (int) start);
    }
}
