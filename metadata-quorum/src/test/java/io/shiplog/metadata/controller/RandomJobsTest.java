// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobMove;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.AlterReassignmentsCommand;
import io.shiplog.metadata.proto.ControlJobCommand;
import io.shiplog.metadata.proto.CordonBrokerCommand;
import io.shiplog.metadata.proto.DeleteTopicsCommand;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.Reassignment;
import io.shiplog.metadata.proto.SnapshotHeader;
import io.shiplog.metadata.proto.StartJobCommand;
import io.shiplog.metadata.proto.TopicRef;
import io.shiplog.metadata.proto.UnregisterBrokerCommand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Random operators, nodes and steps around jobs, some decisions cut off. Invariants hold throughout, and when faults end so do the jobs. */
class RandomJobsTest {
    private static final int NODES = 6;
    private static final int TOPICS = 8;
    private static final int ACTS = 250;

    private final TestCluster cluster = TestCluster.of(NODES);
    private final TestJobs jobs = new TestJobs(cluster);
    private Random random;

    static IntStream seeds() {
        return IntStream.range(0, 150);
    }

    @ParameterizedTest
    @MethodSource("seeds")
    void jobsEndAndLeaveWhatWasAskedFor(int seed) {
        random = new Random(seed);
        for (int act = 0; act < ACTS; act++) {
            act();
            check(cluster.image());
        }
        repairEverything();
        for (JobImage job : cluster.image().jobs().open()) {
            if (job.state() == JobState.PAUSED) {
                jobs.tell(job.id(), ControlJobCommand.Action.RESUME);
            }
        }
        for (int round = 0; !cluster.image().jobs().open().isEmpty(); round++) {
            assertThat(round).as("jobs end").isLessThan(200);
            jobs.advance();
            check(cluster.image());
            syncAll();
        }
        assertThat(anyThrottle(cluster.image())).isFalse();
    }

    private void act() {
        switch (random.nextInt(14)) {
            case 0 -> cluster.create(cluster.newTopic("t" + random.nextInt(TOPICS), 1, 1 + random.nextInt(3)));
            case 1, 2 -> run(start());
            case 3 -> run(control());
            case 4 -> run(operator());
            case 5 -> node();
            case 6, 7, 8 -> sync();
            default -> {
                jobs.wallClockMs += random.nextInt(300_000);
                run(TestCluster.own()
                        .setWallClockMs(jobs.wallClockMs)
                        .setAdvanceJobs(TestJobs.step()
                                .setRepair(random.nextInt(4) == 0)
                                .setMaxChanges(1 + random.nextInt(6))));
            }
        }
    }

    /** Decided twice alike, and sometimes cut off. */
    private void run(MetadataCommand.Builder command) {
        if (command == null) {
            return;
        }
        Decision decision = cluster.decide(command);
        assertThat(cluster.decide(command)).isEqualTo(decision);
        int records = decision.records().size();
        boolean cut = decision.divisible() && records > 1 && random.nextInt(4) == 0;
        cluster.apply(decision, cut ? random.nextInt(records) : records);
    }

    private MetadataCommand.Builder start() {
        JobRecord.Kind kind = random.nextInt(4) == 0 ? JobRecord.Kind.DRAIN_NODE : JobRecord.Kind.REASSIGN;
        StartJobCommand.Builder start =
                jobs.job(kind).setSettings(TestJobs.atATime(1 + random.nextInt(4), 1 + random.nextInt(4)));
        if (kind == JobRecord.Kind.DRAIN_NODE) {
            start.addNodes(1 + random.nextInt(NODES));
        }
        for (TopicImage topic : cluster.image().topics()) {
            if (random.nextBoolean()) {
                start.addMoves(jobs.move(topic.name(), anyNodes()).setStage(random.nextInt(2)));
            }
        }
        return jobs.command(start);
    }

    private int[] anyNodes() {
        return random.ints(1, NODES + 1).distinct().limit(1 + random.nextInt(3)).toArray();
    }

    private JobImage anyJob() {
        List<JobImage> all = new ArrayList<>(cluster.image().jobs().all());
        return all.isEmpty() ? null : all.get(random.nextInt(all.size()));
    }

    private MetadataCommand.Builder control() {
        JobImage job = anyJob();
        ControlJobCommand.Action[] actions = ControlJobCommand.Action.values();
        return job == null ? null : jobs.control(job.id(), actions[random.nextInt(actions.length - 1)]);
    }

    private MetadataCommand.Builder operator() {
        String topic = "t" + random.nextInt(TOPICS);
        Reassignment.Builder asked = Reassignment.newBuilder().setTopic(topic).setCancel(random.nextInt(3) == 0);
        Arrays.stream(asked.getCancel() ? new int[0] : anyNodes()).forEach(asked::addReplicas);
        return switch (random.nextInt(5)) {
            case 0 ->
                TestCluster.own()
                        .setDeleteTopics(DeleteTopicsCommand.newBuilder()
                                .addTopics(TopicRef.newBuilder().setName(topic)));
            case 1 ->
                TestCluster.own()
                        .setCordonBroker(CordonBrokerCommand.newBuilder()
                                .setTargetBrokerId(1 + random.nextInt(NODES))
                                .setCordoned(random.nextBoolean()));
            case 2 -> cluster.drain(1 + random.nextInt(NODES), random.nextInt(3) == 0);
            default ->
                TestCluster.own()
                        .setAlterReassignments(AlterReassignmentsCommand.newBuilder()
                                .setAllowReplicationFactorChange(true)
                                .addPartitions(asked));
        };
    }

    private void node() {
        int id = 1 + random.nextInt(NODES);
        BrokerImage node = cluster.broker(id);
        if (node == null) {
            cluster.start(id);
        } else if (!node.fenced()) {
            cluster.fence(id);
        } else if (random.nextInt(5) == 0) {
            cluster.ok(TestCluster.own()
                    .setUnregisterBroker(UnregisterBrokerCommand.newBuilder().setTargetBrokerId(id)));
        } else {
            cluster.unfence(id);
        }
    }

    /** Some of the live replicas of a topic are in sync. */
    private void sync() {
        String name = "t" + random.nextInt(TOPICS);
        TopicImage topic = cluster.image().topic(name);
        if (topic != null && topic.partition(0).hasLeader()) {
            int leader = topic.partition(0).leader();
            int[] some = Arrays.stream(topic.partition(0).replicas())
                    .filter(node -> node == leader || (isLive(node) && random.nextInt(4) > 0))
                    .toArray();
            cluster.alter(leader, cluster.alteration(name, some));
        }
    }

    private boolean isLive(int node) {
        return cluster.broker(node) != null && cluster.broker(node).active();
    }

    private void repairEverything() {
        for (int id = 1; id <= NODES; id++) {
            if (cluster.broker(id) == null) {
                cluster.start(id);
            } else if (cluster.broker(id).fenced()) {
                cluster.unfence(id);
            }
            cluster.ok(cluster.drain(id, false));
            cluster.run(TestCluster.own()
                    .setCordonBroker(CordonBrokerCommand.newBuilder().setTargetBrokerId(id)));
        }
        // What only nodes without data could lead is deleted, as an operator would have to do something about it.
        for (TopicImage topic : List.copyOf(cluster.image().topics())) {
            if (!topic.partition(0).hasLeader()) {
                cluster.ok(TestCluster.own()
                        .setDeleteTopics(DeleteTopicsCommand.newBuilder()
                                .addTopics(TopicRef.newBuilder().setName(topic.name()))));
            }
        }
        syncAll();
    }

    private void syncAll() {
        for (TopicImage topic : cluster.image().topics()) {
            jobs.sync(topic.name());
        }
    }

    // ---- invariants

    private final Set<Long> checkedEnds = new HashSet<>();

    private void check(MetadataImage image) {
        Set<PartitionId> inJobs = new HashSet<>();
        for (JobImage job : image.jobs().open()) {
            for (JobMove move : job.moves()) {
                boolean released = move.state() == MoveState.SKIPPED || move.state() == MoveState.FAILED;
                if (!released) {
                    assertThat(inJobs.add(move.id()))
                            .as("one open job per partition")
                            .isTrue();
                }
            }
        }
        for (JobImage job : image.jobs().all()) {
            if (!job.open() && checkedEnds.add(job.id())) {
                job.moves().forEach(move -> checkEnd(image, job, move));
            }
        }
        MetadataImage read = MetadataImage.fromSnapshot(SnapshotHeader.getDefaultInstance(), image.toRecords());
        assertThat(read.stateHash()).isEqualTo(image.stateHash());
    }

    private static void checkEnd(MetadataImage image, JobImage job, JobMove move) {
        PartitionImage partition = image.partition(move.topicId(), move.partition());
        assertThat(image.jobs().throttleOf(move.id())).isNull();
        if (partition == null || move.state() == MoveState.FAILED) {
            return;
        }
        int[] expected = move.state() == MoveState.DONE ? move.replicas() : move.expected();
        assertThat(partition.replicas()).as(job.state() + " " + move).containsExactly(expected);
        assertThat(partition.reassigning()).isFalse();
        assertThat(move.state().inFlight()).isFalse();
        if (job.state() == JobState.CANCELLED && !job.keeps()) {
            assertThat(move.state()).isIn(MoveState.REVERTED, MoveState.WAITING, MoveState.SKIPPED);
        }
    }

    private static boolean anyThrottle(MetadataImage image) {
        return image.topics().stream()
                .anyMatch(topic -> image.jobs().throttleOf(new PartitionId(topic.id(), 0)) != null);
    }
}
