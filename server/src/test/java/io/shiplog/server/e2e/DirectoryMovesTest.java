// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.PartitionImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.admin.DescribeReplicaLogDirsResult.ReplicaLogDirInfo;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionReplica;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.config.ConfigResource;
import org.apache.kafka.common.errors.LogDirNotFoundException;
import org.apache.kafka.common.errors.ReplicaNotAvailableException;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas move between the two log directories of their node, under load (KIP-113). */
class DirectoryMovesTest {
    private static final String TOPIC = "orders";
    private static final String RATE = "replica.alter.log.dirs.io.max.bytes.per.second";
    private static final int WAIT_MS = 60_000;

    @TempDir
    Path directory;

    private TestCluster cluster;
    private Admin admin;

    @BeforeEach
    void start() throws Exception {
        cluster = new TestCluster(directory, 1, 2).withTwoDisks().start();
        cluster.clients().createTopic(TOPIC, 1, 2, Map.of("min.insync.replicas", "2", "segment.bytes", "1048576"));
        admin = cluster.clients().admin();
    }

    @AfterEach
    void stop() throws Exception {
        admin.close();
        cluster.close();
    }

    private static TopicPartitionReplica replica(int node) {
        return new TopicPartitionReplica(TOPIC, 0, node);
    }

    private ReplicaLogDirInfo where(int node) throws Exception {
        return admin.describeReplicaLogDirs(List.of(replica(node)))
                .all()
                .get(30, TimeUnit.SECONDS)
                .get(replica(node));
    }

    private Path other(int node) throws Exception {
        boolean first =
                where(node).getCurrentReplicaLogDir().equals(cluster.data(node).toString());
        return first ? cluster.secondData(node) : cluster.data(node);
    }

    private void alter(TopicPartitionReplica replica, Path target) throws Exception {
        admin.alterReplicaLogDirs(Map.of(replica, target.toString())).all().get(30, TimeUnit.SECONDS);
    }

    private void awaitIn(int node, Path target) {
        Await.until("the replica of " + node + " in " + target, WAIT_MS, () -> {
            try {
                ReplicaLogDirInfo info = where(node);
                return target.toString().equals(info.getCurrentReplicaLogDir())
                        && info.getFutureReplicaLogDir() == null;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    private void setRate(int node, String bytesPerSecond) throws Exception {
        AlterConfigOp.OpType type = bytesPerSecond == null ? AlterConfigOp.OpType.DELETE : AlterConfigOp.OpType.SET;
        Collection<AlterConfigOp> ops = List.of(new AlterConfigOp(new ConfigEntry(RATE, bytesPerSecond), type));
        admin.incrementalAlterConfigs(Map.of(new ConfigResource(ConfigResource.Type.BROKER, "" + node), ops))
                .all()
                .get(30, TimeUnit.SECONDS);
    }

    private void fill(int mebibytes) throws Exception {
        byte[] value = new byte[64 << 10];
        try (KafkaProducer<byte[], byte[]> producer = cluster.clients().producer("all")) {
            for (int i = 0; i < mebibytes * 16; i++) {
                var unused = producer.send(new ProducerRecord<>(TOPIC, 0, null, value));
            }
            producer.flush();
        }
    }

    @Test
    void leaderAndFollowerMoveUnderLoad() throws Exception {
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 500)) {
            load.awaitMoreAcks(200);
            PartitionImage before = cluster.partition(TOPIC, 0);
            String name = cluster.image().topic(TOPIC).id() + "-0";
            for (int node : List.of(101, 102)) {
                Path from = Path.of(where(node).getCurrentReplicaLogDir());
                Path target = other(node);
                alter(replica(node), target);
                awaitIn(node, target);
                load.awaitMoreAcks(100);
                Await.until("the end of the old files", WAIT_MS, () -> !Files.exists(from.resolve(name)));
            }
            PartitionImage after = cluster.partition(TOPIC, 0);
            assertThat(after.leaderEpoch()).isEqualTo(before.leaderEpoch());
            assertThat(after.isrSize()).isEqualTo(2);
            cluster.crashStorage(101);
            cluster.startStorage(101);
            load.awaitMoreAcks(100);
            load.finishAndVerify();
        }
        cluster.awaitIsr(TOPIC, 0, 2);
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }

    @Test
    void aMoveThatIsInterruptedBeginsAnew() throws Exception {
        fill(8);
        int leader = cluster.leader(TOPIC, 0);
        setRate(leader, "500000");
        Path target = other(leader);
        try (AckedLoad load = new AckedLoad(cluster.clients(), TOPIC, 200)) {
            alter(replica(leader), target);
            awaitCopy(leader, target);
            load.awaitMoreAcks(50);
            cluster.crashStorage(leader);
            cluster.startStorage(leader);
            assertThat(where(leader).getCurrentReplicaLogDir()).isNotEqualTo(target.toString());
            awaitCopy(leader, target);
            setRate(leader, null);
            awaitIn(leader, target);
            load.awaitMoreAcks(50);
            cluster.stopStorage(leader);
            cluster.startStorage(leader);
            awaitIn(leader, target);
            load.finishAndVerify();
        }
        cluster.awaitIsr(TOPIC, 0, 2);
        cluster.awaitIdenticalLogs(TOPIC, 0);
    }

    private void awaitCopy(int node, Path target) {
        Await.until("a copy in " + target, WAIT_MS, () -> {
            try {
                ReplicaLogDirInfo info = where(node);
                return target.toString().equals(info.getFutureReplicaLogDir()) && info.getFutureReplicaOffsetLag() > 0;
            } catch (Exception e) {
                throw new AssertionError(e);
            }
        });
    }

    @Test
    void aMoveIsCancelledByItsReturnAndRefusedWhereItLeadsNowhere() throws Exception {
        fill(4);
        setRate(101, "200000");
        Uuid id = cluster.image().topic(TOPIC).id();
        Path home = Path.of(where(101).getCurrentReplicaLogDir());
        Path target = other(101);
        alter(replica(101), target);
        awaitCopy(101, target);
        alter(replica(101), home);
        awaitIn(101, home);
        alter(replica(101), home);
        awaitIn(101, home);
        Await.until("the end of the copy", WAIT_MS, () -> hasNothingOf(id, target));
        assertThat(failure(replica(101), directory.resolve("nowhere"))).isInstanceOf(LogDirNotFoundException.class);
        assertThat(failure(new TopicPartitionReplica("unknown", 0, 101), home))
                .isInstanceOf(UnknownTopicOrPartitionException.class);
        alter(replica(101), target);
        awaitCopy(101, target);
        admin.deleteTopics(List.of(TOPIC)).all().get(30, TimeUnit.SECONDS);
        Await.until("the end of both logs", WAIT_MS, () -> hasNothingOf(id, home) && hasNothingOf(id, target));
    }

    private static boolean hasNothingOf(Uuid topicId, Path directory) {
        try (Stream<Path> found = Files.list(directory)) {
            return found.noneMatch(path -> path.getFileName().toString().startsWith(topicId.toString()));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private Throwable failure(TopicPartitionReplica replica, Path target) throws Exception {
        try {
            alter(replica, target);
        } catch (ExecutionException e) {
            return e.getCause();
        }
        return null;
    }

    @Test
    void aReplicaThatComesLaterComesWhereItIsWanted() throws Exception {
        String later = "later";
        cluster.clients().createTopic(later, 1, 1, Map.of());
        int holder = cluster.leader(later, 0);
        int other = holder == 101 ? 102 : 101;
        TopicPartitionReplica wanted = new TopicPartitionReplica(later, 0, other);
        // Where it would not be made by itself: there is less room for each of the logs.
        Path target = Path.of(where(other).getCurrentReplicaLogDir());
        assertThat(failure(wanted, target)).isInstanceOf(ReplicaNotAvailableException.class);
        admin.alterPartitionReassignments(
                        Map.of(new TopicPartition(later, 0), Optional.of(new NewPartitionReassignment(List.of(other)))))
                .all()
                .get(30, TimeUnit.SECONDS);
        Await.until("the replica", WAIT_MS, () -> cluster.partition(later, 0).leader() == other);
        ReplicaLogDirInfo info = admin.describeReplicaLogDirs(List.of(wanted))
                .all()
                .get(30, TimeUnit.SECONDS)
                .get(wanted);
        assertThat(info.getCurrentReplicaLogDir()).isEqualTo(target.toString());
    }
}
