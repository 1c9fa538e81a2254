// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.client;

import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AlterReassignmentsCommand;
import io.shiplog.metadata.proto.ConfigAlteration;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.ControlJobCommand;
import io.shiplog.metadata.proto.CordonBrokerCommand;
import io.shiplog.metadata.proto.CreateTopicsCommand;
import io.shiplog.metadata.proto.DeleteTopicsCommand;
import io.shiplog.metadata.proto.ElectLeadersCommand;
import io.shiplog.metadata.proto.IncrementalAlterConfigsCommand;
import io.shiplog.metadata.proto.JobMove;
import io.shiplog.metadata.proto.JobRecord;
import io.shiplog.metadata.proto.JobSettings;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.NewTopic;
import io.shiplog.metadata.proto.Reassignment;
import io.shiplog.metadata.proto.RecoverPartitionsCommand;
import io.shiplog.metadata.proto.StartJobCommand;
import io.shiplog.metadata.proto.TopicPartitionName;
import io.shiplog.metadata.proto.TopicRef;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;

/** The commands that an operator gives. */
public final class AdminCommands {
    private AdminCommands() {}

    public static MetadataCommand.Builder createTopic(
            String name, Uuid id, int partitions, int replicationFactor, Map<String, String> configs) {
        return MetadataCommand.newBuilder()
                .setCreateTopics(CreateTopicsCommand.newBuilder()
                        .addTopics(NewTopic.newBuilder()
                                .setName(name)
                                .setTopicId(Uuids.toBytes(id))
                                .setPartitions(partitions)
                                .setReplicationFactor(replicationFactor)
                                .putAllConfigs(configs)));
    }

    public static MetadataCommand.Builder deleteTopic(Uuid id) {
        return MetadataCommand.newBuilder()
                .setDeleteTopics(DeleteTopicsCommand.newBuilder()
                        .addTopics(TopicRef.newBuilder().setTopicId(Uuids.toBytes(id))));
    }

    /**
     * An election by hand.
     *
     * @param unclean may lose records
     */
    public static MetadataCommand.Builder electLeader(TopicIdPartition partition, boolean unclean) {
        return MetadataCommand.newBuilder()
                .setElectLeaders(ElectLeadersCommand.newBuilder()
                        .setType(unclean ? ElectLeadersCommand.Type.UNCLEAN : ElectLeadersCommand.Type.PREFERRED)
                        .addPartitions(TopicPartitionName.newBuilder()
                                .setTopic(partition.topic())
                                .setPartition(partition.partition())));
    }

    /** What is left of a partition that nobody can lead is taken, the longest log first: what an operator does when data are lost. */
    public static MetadataCommand.Builder recover(TopicIdPartition partition) {
        return MetadataCommand.newBuilder()
                .setRecoverPartitions(RecoverPartitionsCommand.newBuilder()
                        .setStrategy(RecoverPartitionsCommand.Strategy.AGGRESSIVE)
                        .addPartitions(TopicPartitionName.newBuilder()
                                .setTopic(partition.topic())
                                .setPartition(partition.partition())));
    }

    public static MetadataCommand.Builder reassign(TopicIdPartition partition, List<Integer> replicas) {
        return reassignment(Reassignment.newBuilder()
                .setTopic(partition.topic())
                .setPartition(partition.partition())
                .addAllReplicas(replicas));
    }

    public static MetadataCommand.Builder cancelReassignment(TopicIdPartition partition) {
        return reassignment(Reassignment.newBuilder()
                .setTopic(partition.topic())
                .setPartition(partition.partition())
                .setCancel(true));
    }

    private static MetadataCommand.Builder reassignment(Reassignment.Builder change) {
        return MetadataCommand.newBuilder()
                .setAlterReassignments(AlterReassignmentsCommand.newBuilder()
                        .setAllowReplicationFactorChange(true)
                        .addPartitions(change));
    }

    /** A job of these moves. */
    public static MetadataCommand.Builder startJob(
            Uuid requestId, JobRecord.Kind kind, List<Integer> nodes, List<JobMove> moves, JobSettings settings) {
        return MetadataCommand.newBuilder()
                .setStartJob(StartJobCommand.newBuilder()
                        .setRequestId(Uuids.toBytes(requestId))
                        .setKind(kind)
                        .addAllNodes(nodes)
                        .addAllMoves(moves)
                        .setSettings(settings));
    }

    /** A move of a job. */
    public static JobMove move(TopicIdPartition partition, List<Integer> from, List<Integer> to) {
        return JobMove.newBuilder()
                .setTopicId(Uuids.toBytes(partition.topicId()))
                .setPartition(partition.partition())
                .addAllExpected(from)
                .addAllReplicas(to)
                .build();
    }

    public static MetadataCommand.Builder controlJob(long id, ControlJobCommand.Action action) {
        return MetadataCommand.newBuilder()
                .setControlJob(ControlJobCommand.newBuilder().setJobId(id).setAction(action));
    }

    public static MetadataCommand.Builder uncordon(int node) {
        return MetadataCommand.newBuilder()
                .setCordonBroker(CordonBrokerCommand.newBuilder().setTargetBrokerId(node));
    }

    public static MetadataCommand.Builder setTopicConfig(String topic, String key, String value) {
        return MetadataCommand.newBuilder()
                .setAlterConfigs(IncrementalAlterConfigsCommand.newBuilder()
                        .addAlterations(ConfigAlteration.newBuilder()
                                .setResource(ConfigResource.newBuilder()
                                        .setType(ConfigResource.Type.TOPIC)
                                        .setName(topic))
                                .setKey(key)
                                .setValue(value)));
    }
}
