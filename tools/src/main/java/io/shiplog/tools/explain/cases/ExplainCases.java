// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.explain.cases;

import io.shiplog.tools.trial.Fault;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

/**
 * The cases one by one, on a cluster that is well before each. The trouble is always that of storage node 3, or of 5 where it is a target, so that the
 * node that is named can be wrong.
 */
final class ExplainCases {
    private static final long SAY_MS = 60_000;
    private static final int SICK = 3;
    private static final int TARGET = 5;
    private static final List<Integer> REPLICAS = List.of(1, 2, SICK);
    private static final int MIB = 1024 * 1024;

    private final Stage stage;
    private final Explanations explanations;

    ExplainCases(Stage stage) {
        this.stage = stage;
        this.explanations = new Explanations(stage.quorum());
    }

    /** What was said; then everything is put right, and {@code explain} has to say so. */
    String run(StagedCase which) throws Exception {
        String topic = which.title();
        String said;
        try {
            said = stage(which, topic);
        } catch (Fault | RuntimeException | ExecutionException missed) {
            putRight(topic);
            throw missed;
        }
        putRight(topic);
        explanations.await(new Expectation("HEALTHY", Expectation.ANY, ""), SAY_MS, "cluster");
        return said;
    }

    private void putRight(String topic) throws Exception {
        stage.allAsAtFirst();
        stage.admin().deleteTopics(List.of(topic)).all().get();
    }

    private String stage(StagedCase which, String topic) throws Exception {
        return switch (which) {
            case NODE_DEAD -> nodeDead(topic);
            case NODE_PAUSED -> nodePaused(topic);
            case DISK_FULL -> diskFull(topic);
            case SLOW_DISK -> slowDisk(topic);
            case THROTTLE_LEFT_OVER -> throttleLeftOver(topic);
            case MIN_ISR_TOO_HIGH -> minIsrTooHigh(topic);
            case FOLLOWER_CATCHING_UP -> catchingUp(topic);
            case QUORUM_WITHOUT_MAJORITY -> withoutMajority(topic);
            case CORRUPT_SEGMENT -> corruptSegment(topic);
            case TARGET_DOWN -> targetDown(topic);
        };
    }

    /** Asked of the partition and of the cluster, both name it. */
    private String both(String topic, Expectation expected) throws Fault, InterruptedException {
        explanations.await(expected, SAY_MS, "partition", topic + "-0");
        return explanations.await(expected, SAY_MS, "cluster");
    }

    private String nodeDead(String topic) throws Exception {
        stage.createTopic(topic, REPLICAS, Map.of());
        stage.cluster().kill(List.of(Stage.storage(SICK)));
        return both(topic, new Expectation("NODE_DEAD", SICK, "bin/storage-node CONFIG of node 3"));
    }

    private String nodePaused(String topic) throws Exception {
        stage.createTopic(topic, REPLICAS, Map.of());
        stage.cluster().pause(Stage.storage(SICK));
        try {
            return both(topic, new Expectation("NODE_PAUSED", SICK, "kill -CONT"));
        } finally {
            stage.cluster().resume(Stage.storage(SICK));
        }
    }

    /** The room that the node is to keep free is more than there is: for it the disk is full. */
    private String diskFull(String topic) throws Exception {
        stage.createTopic(topic, REPLICAS, Map.of());
        stage.restart(SICK, Map.of("disk.reserve.bytes", Long.toString(1L << 60)));
        stage.write(topic, 10, MIB / 64);
        return both(topic, new Expectation("DISK_FULL", SICK, "df -h"));
    }

    /** What the node takes for slow is what a disk does that is well. */
    private String slowDisk(String topic) throws Exception {
        stage.createTopic(topic, REPLICAS, Map.of());
        stage.restart(SICK, Map.of("disk.slow.threshold.ms", "1"));
        AtomicBoolean stopped = new AtomicBoolean();
        Thread writer = stage.writeUntil(stopped, topic);
        try {
            return both(topic, new Expectation("DISK_SLOW", SICK, "iostat"));
        } finally {
            stopped.set(true);
            writer.join();
        }
    }

    private String throttleLeftOver(String topic) throws Exception {
        stage.createTopic(topic, REPLICAS, Map.of());
        ConfigResource ofTopic = new ConfigResource(ConfigResource.Type.TOPIC, topic);
        ConfigResource ofBroker = new ConfigResource(ConfigResource.Type.BROKER, Integer.toString(SICK));
        Map<String, String> names = Map.of("follower.replication.throttled.replicas", "*");
        Map<String, String> rates = Map.of("follower.replication.throttled.rate", "10240");
        // The node itself takes its settings, so while it runs.
        stage.configure(OpType.SET, ofTopic, names);
        stage.configure(OpType.SET, ofBroker, rates);
        stage.cluster().kill(List.of(Stage.storage(SICK)));
        stage.write(topic, 20, MIB / 2);
        stage.cluster().start(List.of(Stage.storage(SICK)));
        try {
            return both(
                    topic,
                    new Expectation(
                            "THROTTLE_LEFT_OVER",
                            SICK,
                            "--entity-name 3 --delete-config follower.replication.throttled.rate"));
        } finally {
            stage.configure(OpType.DELETE, ofTopic, names);
            stage.configure(OpType.DELETE, ofBroker, rates);
        }
    }

    private String minIsrTooHigh(String topic) throws Exception {
        stage.createTopic(topic, REPLICAS, Map.of("min.insync.replicas", "3"));
        return both(
                topic,
                new Expectation(
                        "MIN_ISR_TOO_HIGH",
                        Expectation.ANY,
                        "topics alter " + topic + " --config min.insync.replicas=2"));
    }

    /** A fetch brings one batch, so it takes a while. */
    private String catchingUp(String topic) throws Exception {
        stage.createTopic(topic, REPLICAS, Map.of());
        stage.cluster().kill(List.of(Stage.storage(SICK)));
        stage.write(topic, 3_000, MIB / 64);
        stage.restart(
                SICK,
                Map.of(
                        "replica.fetch.max.bytes",
                        "1",
                        "replica.fetch.response.max.bytes",
                        "1",
                        "replica.bulk.min.bytes",
                        "-1"));
        return explanations.await(
                new Expectation("CATCHING_UP", SICK, "it joins by itself"), SAY_MS, "partition", topic + "-0");
    }

    private String withoutMajority(String topic) throws Exception {
        stage.createTopic(topic, REPLICAS, Map.of());
        stage.cluster().kill(List.of("quorum-1", "quorum-2"));
        return both(topic, new Expectation("QUORUM_NO_MAJORITY", Expectation.ANY, "bin/quorum-node CONFIG of node 1"));
    }

    /** The only replica: another one would repair it before anybody asks. */
    private String corruptSegment(String topic) throws Exception {
        stage.createTopic(topic, List.of(SICK), Map.of("segment.bytes", Integer.toString(MIB)));
        stage.write(topic, 200, MIB / 64);
        Path log = stage.cluster()
                .data(Stage.storage(SICK))
                .resolve(stage.topicId(topic) + "-0")
                .resolve("00000000000000000000.log");
        flip(log, MIB / 2);
        return both(topic, new Expectation("CORRUPT_SEGMENT", SICK, "kafka-delete-records"));
    }

    private static void flip(Path file, long position) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            ByteBuffer one = ByteBuffer.allocate(1);
            channel.read(one, position);
            one.put(0, (byte) (one.get(0) ^ 1)).flip();
            channel.write(one, position);
        }
    }

    private String targetDown(String topic) throws Exception {
        stage.createTopic(topic, REPLICAS, Map.of());
        stage.cluster().kill(List.of(Stage.storage(TARGET)));
        explanations.await(new Expectation("NODE_DEAD", TARGET, ""), SAY_MS, "cluster");
        reassign(topic, Optional.of(new NewPartitionReassignment(List.of(1, 2, TARGET))));
        try {
            return both(topic, new Expectation("TARGET_DOWN", TARGET, "bin/storage-node CONFIG of node 5"));
        } finally {
            reassign(topic, Optional.empty());
        }
    }

    private void reassign(String topic, Optional<NewPartitionReassignment> target)
            throws ExecutionException, InterruptedException {
        stage.admin()
                .alterPartitionReassignments(Map.of(new TopicPartition(topic, 0), target))
                .all()
                .get();
    }
}
