// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import static org.assertj.core.api.Assertions.assertThat;

import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.tools.plan.PlanInput;
import io.shiplog.tools.plan.PlanNode;
import io.shiplog.tools.plan.PlanPartition;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.admin.LogDirDescription;
import org.apache.kafka.clients.admin.ReplicaInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.KafkaStorageException;
import org.junit.jupiter.api.Test;

/** The planner sees nodes and partitions as the metadata and the nodes themselves describe them. */
class PlanInputsTest {
    private static final TopicPartition T0 = new TopicPartition("t", 0);
    private final Metadata metadata =
            new Metadata().node(1, "a").node(2, "b").topic("t").partition(0, 1, 2);

    private PlanNode node(PlanInput input, int id) {
        return input.nodes().stream()
                .filter(node -> node.id() == id)
                .findFirst()
                .orElseThrow();
    }

    private static LogDirDescription directory(long total, long usable, Map<TopicPartition, ReplicaInfo> replicas) {
        return new LogDirDescription(null, replicas, total, usable);
    }

    @Test
    void statesOfNodesAreThoseOfTheMetadata() {
        metadata.node(3, "").node(4, "").node(5, "");
        metadata.state(2, BrokerStateRecord.newBuilder().setFenced(true));
        metadata.state(3, BrokerStateRecord.newBuilder().setDraining(true));
        metadata.state(4, BrokerStateRecord.newBuilder().setCordoned(true));
        metadata.state(5, BrokerStateRecord.newBuilder().setInControlledShutdown(true));
        PlanInput input = PlanInputs.of(metadata.image(), LogDirs.none());
        assertThat(input.nodes())
                .extracting(PlanNode::state)
                .containsExactlyInAnyOrder(
                        PlanNode.State.SERVING,
                        PlanNode.State.FENCED,
                        PlanNode.State.DRAINING,
                        PlanNode.State.CORDONED,
                        PlanNode.State.STOPPING);
        assertThat(node(input, 1).rack()).isEqualTo("a");
    }

    @Test
    void bytesAreThoseOfTheLeaderAndDirectoriesThoseOnline() {
        LogDirs logDirs = LogDirs.none();
        logDirs.add(
                1,
                Map.of(
                        "/a", directory(100, 50, Map.of(T0, new ReplicaInfo(7, 0, false))),
                        "/b", directory(100, 60, Map.of(T0, new ReplicaInfo(3, 4, true))),
                        "/c", new LogDirDescription(new KafkaStorageException("gone"), Map.of())));
        logDirs.add(2, Map.of("/a", directory(100, 50, Map.of(T0, new ReplicaInfo(9, 0, false)))));
        PlanInput input = PlanInputs.of(metadata.image(), logDirs);
        PlanPartition partition = input.partitions().get(0);
        assertThat(partition.bytes()).isEqualTo(7);
        assertThat(partition.directories()).containsEntry(1, "/a").containsEntry(2, "/a");
        assertThat(node(input, 1).directories()).extracting(each -> each.path()).containsExactly("/a", "/b");
    }

    @Test
    void withoutTheLeadersAnswerBytesAreThoseOfTheLargestReplica() {
        LogDirs logDirs = LogDirs.none();
        logDirs.add(2, Map.of("/a", directory(100, 50, Map.of(T0, new ReplicaInfo(9, 0, false)))));
        assertThat(PlanInputs.of(metadata.image(), logDirs).partitions().get(0).bytes())
                .isEqualTo(9);
    }

    @Test
    void aPartitionOfAnOpenJobIsBusy() {
        metadata.job(3, JobRecord.State.RUNNING, 0).moves(3, Metadata.move(0, 1, List.of(1, 2), List.of(2, 1)));
        assertThat(Optional.ofNullable(PlanInputs.of(metadata.image(), LogDirs.none())
                        .partitions()
                        .get(0)
                        .busy()))
                .contains("is part of job 3");
    }
}
