// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.JobMove;
import io.shiplog.metadata.image.JobState;
import io.shiplog.metadata.image.MoveState;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AdvanceJobsCommand;
import io.shiplog.metadata.proto.ControlJobCommand;
import io.shiplog.metadata.proto.CordonBrokerCommand;
import io.shiplog.metadata.proto.DeleteTopicsCommand;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.JobSettings;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.StartJobCommand;
import io.shiplog.metadata.proto.TopicRef;
import io.shiplog.metadata.proto.UnregisterBrokerCommand;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.protocol.Errors;

/** Jobs of a {@link TestCluster} whose topics have one partition each. */
final class TestJobs {
    final TestCluster cluster;
    long wallClockMs = 1_000_000;
    private long requests;

    TestJobs(TestCluster cluster) {
        this.cluster = cluster;
    }

    // ---- commands

    StartJobCommand.Builder job(JobRecord.Kind kind) {
        ByteBuffer id = ByteBuffer.allocate(16).putLong(7).putLong(++requests);
        return StartJobCommand.newBuilder()
                .setRequestId(ByteString.copyFrom(id.flip()))
                .setKind(kind)
                .setTitle("test");
    }

    /** A job that moves one partition, of a topic, from where it is. */
    StartJobCommand.Builder moving(String topic, int... replicas) {
        return job(JobRecord.Kind.REASSIGN).addMoves(move(topic, replicas));
    }

    io.shiplog.metadata.proto.JobMove.Builder move(String topic, int... replicas) {
        TopicImage image = cluster.image().topic(topic);
        io.shiplog.metadata.proto.JobMove.Builder move = io.shiplog.metadata.proto.JobMove.newBuilder()
                .setTopicId(Uuids.toBytes(image.id()))
                .setBytes(100);
        Arrays.stream(replicas).forEach(move::addReplicas);
        Arrays.stream(image.partition(0).replicas()).forEach(move::addExpected);
        return move;
    }

    static JobSettings.Builder atATime(int inFlight, int perNode) {
        return JobSettings.newBuilder().setMaxInFlight(inFlight).setMaxPerNode(perNode);
    }

    MetadataCommand.Builder command(StartJobCommand.Builder start) {
        return TestCluster.own().setWallClockMs(wallClockMs).setStartJob(start);
    }

    /** Must be accepted; the id of the job. */
    long start(StartJobCommand.Builder start) {
        return cluster.ok(command(start)).getStartJob().getJobId();
    }

    void refused(Errors expected, String says, StartJobCommand.Builder start) {
        refused(expected, says, command(start));
    }

    void refused(Errors expected, String says, MetadataCommand.Builder command) {
        long offset = cluster.image().offset();
        MetadataResult result = cluster.run(command);
        assertThat(Errors.forCode((short) result.getError()))
                .as(result.getMessage())
                .isEqualTo(expected);
        assertThat(result.getMessage()).contains(says);
        assertThat(cluster.image().offset()).isEqualTo(offset);
    }

    MetadataCommand.Builder control(long id, ControlJobCommand.Action action) {
        return TestCluster.own()
                .setWallClockMs(wallClockMs)
                .setControlJob(ControlJobCommand.newBuilder().setJobId(id).setAction(action));
    }

    void tell(long id, ControlJobCommand.Action action) {
        cluster.ok(control(id, action));
    }

    MetadataCommand.Builder cordon(int node, boolean cordoned) {
        return TestCluster.own()
                .setCordonBroker(
                        CordonBrokerCommand.newBuilder().setTargetBrokerId(node).setCordoned(cordoned));
    }

    /** The node must be fenced. */
    void unregister(int node) {
        cluster.ok(TestCluster.own()
                .setUnregisterBroker(UnregisterBrokerCommand.newBuilder().setTargetBrokerId(node)));
    }

    void delete(String topic) {
        cluster.ok(TestCluster.own()
                .setDeleteTopics(DeleteTopicsCommand.newBuilder()
                        .addTopics(TopicRef.newBuilder().setName(topic))));
    }

    // ---- steps

    static AdvanceJobsCommand.Builder step() {
        return AdvanceJobsCommand.newBuilder().setRepairWaitMs(600_000).setMaxChanges(1_000);
    }

    void advance(AdvanceJobsCommand.Builder step) {
        cluster.ok(TestCluster.own().setWallClockMs(wallClockMs).setAdvanceJobs(step));
    }

    /** Steps until one changes nothing. */
    void advance() {
        long before = -1;
        while (before != cluster.image().offset()) {
            before = cluster.image().offset();
            advance(step());
        }
    }

    /** All live replicas of a topic come into sync. */
    void sync(String topic) {
        PartitionImage partition = cluster.partition(topic);
        int[] live = Arrays.stream(partition.replicas())
                .filter(node ->
                        cluster.broker(node) != null && cluster.broker(node).active())
                .toArray();
        int error = cluster.alter(partition.leader(), cluster.alteration(topic, live))
                .getError();
        assertThat(error).isIn((int) Errors.NONE.code(), (int) Errors.NEW_LEADER_ELECTED.code());
    }

    /** Steps, and whatever is being copied arrives, until the job has ended. */
    void finish(long id) {
        for (int round = 0; job(id).open(); round++) {
            assertThat(round).as("rounds").isLessThan(1_000);
            advance();
            for (TopicImage topic : cluster.image().topics()) {
                if (topic.partition(0).reassigning()) {
                    sync(topic.name());
                }
            }
        }
    }

    // ---- what is there

    JobImage job(long id) {
        return cluster.image().jobs().job(id);
    }

    void is(long id, JobState state) {
        assertThat(job(id).state()).isEqualTo(state);
    }

    MoveState state(long id, String topic) {
        return job(id).moves().stream()
                .filter(move -> isOf(move, topic))
                .findFirst()
                .orElseThrow()
                .state();
    }

    private boolean isOf(JobMove move, String topic) {
        TopicImage image = cluster.image().topic(topic);
        return image != null && move.topicId().equals(image.id());
    }

    int[] replicas(String topic) {
        return cluster.partition(topic).replicas();
    }

    String waits(long id, int index) {
        return JobWaits.of(cluster.image()).reason(job(id), index);
    }
}
