// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.client.BrokerRegistration;
import io.shiplog.metadata.client.BrokerRegistration.LogDirReport;
import io.shiplog.metadata.client.DamageAnswer;
import io.shiplog.metadata.client.IsrMember;
import io.shiplog.metadata.client.NewTopicSpec;
import io.shiplog.metadata.client.PartitionAlterationOutcome;
import io.shiplog.metadata.client.PartitionAlterationSpec;
import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.ReplicaLogInfo;
import io.shiplog.metadata.client.TopicOutcome;
import io.shiplog.metadata.client.TopicSelector;
import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.RegistryRecords;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AlterPartitionCommand;
import io.shiplog.metadata.proto.Assignment;
import io.shiplog.metadata.proto.CreateTopicsCommand;
import io.shiplog.metadata.proto.DamageOutcome;
import io.shiplog.metadata.proto.DeleteTopicsCommand;
import io.shiplog.metadata.proto.DescribeQuorumResponse;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.HeldTopic;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.NewTopic;
import io.shiplog.metadata.proto.NodeHint;
import io.shiplog.metadata.proto.ObserverState;
import io.shiplog.metadata.proto.PartitionAlteration;
import io.shiplog.metadata.proto.PartitionAlterationResult;
import io.shiplog.metadata.proto.PartitionLogInfo;
import io.shiplog.metadata.proto.PartitionRef;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import io.shiplog.metadata.proto.ReportDamageCommand;
import io.shiplog.metadata.proto.ReportDamageResult;
import io.shiplog.metadata.proto.ReportLogInfoCommand;
import io.shiplog.metadata.proto.ReportOfflineReplicasCommand;
import io.shiplog.metadata.proto.TopicRef;
import io.shiplog.metadata.proto.TopicResult;
import io.shiplog.metadata.proto.VoterState;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** Commands and results between the client's values and the messages. */
public final class CommandCodec {
    /** Listener name of the one Kafka listener that a storage node has. */
    private static final String LISTENER = "PLAINTEXT";

    private static final String ADMIN = "ADMIN";

    private CommandCodec() {}

    public static MetadataCommand.Builder register(BrokerRegistration registration) {
        RegisterBrokerCommand.Builder command = RegisterBrokerCommand.newBuilder()
                .setClusterId(registration.clusterId())
                .setIncarnationId(Uuids.toBytes(registration.incarnationId()))
                .addEndpoints(Endpoint.newBuilder()
                        .setName(LISTENER)
                        .setHost(registration.host())
                        .setPort(registration.port()))
                .setRack(registration.rack() == null ? "" : registration.rack())
                .setCleanShutdownEpoch(registration.cleanShutdownEpoch())
                .addAllFeatures(RegistryRecords.ranges(Features.supported()));
        registration.directoryIds().forEach(id -> command.addDirectoryIds(Uuids.toBytes(id)));
        registration.damagedPartitions().forEach(damaged -> command.addDamagedPartitions(ref(damaged)));
        registration.logDirs().forEach(report -> command.addLogDirs(logDir(report)));
        if (registration.adminEndpoint() != null) {
            command.setAdminEndpoint(Endpoint.newBuilder()
                    .setName(ADMIN)
                    .setHost(registration.adminEndpoint().host())
                    .setPort(registration.adminEndpoint().port()));
        }
        return MetadataCommand.newBuilder().setBrokerId(registration.brokerId()).setRegisterBroker(command);
    }

    private static PartitionRef ref(PartitionId partition) {
        return PartitionRef.newBuilder()
                .setTopicId(Uuids.toBytes(partition.topicId()))
                .setPartition(partition.partition())
                .build();
    }

    private static io.shiplog.metadata.proto.LogDirReport logDir(LogDirReport report) {
        Map<Uuid, BitSet> held = new TreeMap<>();
        for (PartitionId partition : report.held()) {
            held.computeIfAbsent(partition.topicId(), any -> new BitSet()).set(partition.partition());
        }
        io.shiplog.metadata.proto.LogDirReport.Builder message =
                io.shiplog.metadata.proto.LogDirReport.newBuilder().setDirectoryId(Uuids.toBytes(report.directoryId()));
        report.incarnations().forEach(id -> message.addIncarnations(Uuids.toBytes(id)));
        held.forEach((topic, partitions) -> message.addHeld(HeldTopic.newBuilder()
                .setTopicId(Uuids.toBytes(topic))
                .setPartitions(ByteString.copyFrom(partitions.toByteArray()))));
        return message.build();
    }

    public static MetadataCommand.Builder reportOffline(List<PartitionId> partitions) {
        ReportOfflineReplicasCommand.Builder command = ReportOfflineReplicasCommand.newBuilder();
        partitions.forEach(partition -> command.addPartitions(ref(partition)));
        return MetadataCommand.newBuilder().setReportOfflineReplicas(command);
    }

    /** The topics get their ids here, so that the command can be sent again when its answer was lost. */
    public static MetadataCommand.Builder createTopics(List<NewTopicSpec> topics, boolean validateOnly) {
        CreateTopicsCommand.Builder command = CreateTopicsCommand.newBuilder().setValidateOnly(validateOnly);
        for (NewTopicSpec spec : topics) {
            NewTopic.Builder topic = NewTopic.newBuilder()
                    .setName(spec.name())
                    .setTopicId(Uuids.toBytes(Uuid.randomUuid()))
                    .setPartitions(spec.partitions())
                    .setReplicationFactor(spec.replicationFactor())
                    .putAllConfigs(spec.configs());
            for (Map.Entry<Integer, List<Integer>> assignment :
                    spec.assignments().entrySet()) {
                topic.addAssignments(Assignment.newBuilder()
                        .setPartition(assignment.getKey())
                        .addAllReplicas(assignment.getValue()));
            }
            command.addTopics(topic);
        }
        return MetadataCommand.newBuilder().setBrokerId(-1).setCreateTopics(command);
    }

    public static MetadataCommand.Builder deleteTopics(List<TopicSelector> topics) {
        DeleteTopicsCommand.Builder command = DeleteTopicsCommand.newBuilder();
        for (TopicSelector selector : topics) {
            TopicRef.Builder topic = TopicRef.newBuilder();
            if (selector.name() != null) {
                topic.setName(selector.name());
            } else {
                topic.setTopicId(Uuids.toBytes(selector.topicId()));
            }
            command.addTopics(topic);
        }
        return MetadataCommand.newBuilder().setBrokerId(-1).setDeleteTopics(command);
    }

    public static List<TopicOutcome> topics(List<TopicResult> results) {
        List<TopicOutcome> outcomes = new ArrayList<>(results.size());
        for (TopicResult result : results) {
            outcomes.add(new TopicOutcome(
                    result.getName(),
                    Uuids.fromBytes(result.getTopicId()),
                    Errors.forCode((short) result.getError()),
                    result.getMessage(),
                    result.getPartitions(),
                    result.getReplicationFactor()));
        }
        return outcomes;
    }

    public static MetadataCommand.Builder alterPartitions(List<PartitionAlterationSpec> alterations) {
        AlterPartitionCommand.Builder command = AlterPartitionCommand.newBuilder();
        for (PartitionAlterationSpec spec : alterations) {
            PartitionAlteration.Builder alteration = PartitionAlteration.newBuilder()
                    .setTopicId(Uuids.toBytes(spec.topicId()))
                    .setPartition(spec.partition())
                    .setLeaderEpoch(spec.leaderEpoch())
                    .setPartitionEpoch(spec.partitionEpoch())
                    .setDurable(spec.durable())
                    .setClearUnclean(spec.clearUnclean());
            for (IsrMember member : spec.newIsr()) {
                alteration.addNewIsr(io.shiplog.metadata.proto.IsrMember.newBuilder()
                        .setBrokerId(member.brokerId())
                        .setBrokerEpoch(member.brokerEpoch()));
            }
            command.addPartitions(alteration);
        }
        return MetadataCommand.newBuilder().setAlterPartition(command);
    }

    /** Results name replicas only where a reassignment was completed: otherwise {@code image} has them, if it has the partition. */
    public static List<PartitionAlterationOutcome> alterations(
            List<PartitionAlterationResult> results, MetadataImage image) {
        List<PartitionAlterationOutcome> outcomes = new ArrayList<>(results.size());
        for (PartitionAlterationResult result : results) {
            outcomes.add(new PartitionAlterationOutcome(
                    Uuids.fromBytes(result.getTopicId()),
                    result.getPartition(),
                    Errors.forCode((short) result.getError()),
                    result.hasState() ? state(result, image) : null));
        }
        return outcomes;
    }

    private static PartitionImage state(PartitionAlterationResult result, MetadataImage image) {
        if (result.getReplicasCount() > 0) {
            return ImageRecords.partition(ImageRecords.ids(result.getReplicasList()), result.getState());
        }
        PartitionImage known = image.partition(Uuids.fromBytes(result.getTopicId()), result.getPartition());
        return known == null ? null : ImageRecords.partition(known.replicas(), result.getState());
    }

    static List<PartitionId> partitions(List<PartitionRef> refs) {
        List<PartitionId> partitions = new ArrayList<>(refs.size());
        for (PartitionRef ref : refs) {
            partitions.add(new PartitionId(Uuids.fromBytes(ref.getTopicId()), ref.getPartition()));
        }
        return partitions;
    }

    /** The controller knows the sender by the command that carries them. */
    public static MetadataCommand.Builder reportLogInfo(List<ReplicaLogInfo> infos) {
        ReportLogInfoCommand.Builder command = ReportLogInfoCommand.newBuilder();
        for (ReplicaLogInfo info : infos) {
            command.addInfos(PartitionLogInfo.newBuilder()
                    .setTopicId(Uuids.toBytes(info.partition().topicId()))
                    .setPartition(info.partition().partition())
                    .setReplica(io.shiplog.metadata.proto.ReplicaLogInfo.newBuilder()
                            .setLastEpoch(info.lastEpoch())
                            .setLogEndOffset(info.logEndOffset())
                            .setHighWatermark(info.highWatermark())
                            .setFailed(info.failed())
                            .setShortened(info.shortened())));
        }
        return MetadataCommand.newBuilder().setReportLogInfo(command);
    }

    public static MetadataCommand.Builder reportDamage(List<PartitionId> partitions) {
        ReportDamageCommand.Builder command = ReportDamageCommand.newBuilder();
        for (PartitionId each : partitions) {
            command.addPartitions(PartitionRef.newBuilder()
                    .setTopicId(Uuids.toBytes(each.topicId()))
                    .setPartition(each.partition()));
        }
        return MetadataCommand.newBuilder().setReportDamage(command);
    }

    public static List<DamageAnswer> damageAnswers(ReportDamageResult result) {
        List<DamageAnswer> answers = new ArrayList<>(result.getPartitionsCount());
        for (DamageOutcome each : result.getPartitionsList()) {
            answers.add(new DamageAnswer(Errors.forCode((short) each.getError()), each.getPartitionEpoch()));
        }
        return answers;
    }

    public static QuorumDescription quorum(DescribeQuorumResponse response) {
        List<QuorumDescription.QuorumMember> members = new ArrayList<>();
        for (NodeHint node : response.getNodesList()) {
            members.add(new QuorumDescription.QuorumMember(node.getNodeId(), node.getHost(), node.getPort()));
        }
        List<QuorumDescription.Voter> voters = new ArrayList<>();
        for (VoterState voter : response.getVotersList()) {
            voters.add(new QuorumDescription.Voter(
                    voter.getNodeId(),
                    Uuids.fromBytes(voter.getDirectoryId()),
                    voter.getHost(),
                    voter.getRaftPort(),
                    voter.getEndpointPort(),
                    voter.getMatchIndex(),
                    voter.getLastFetchMs(),
                    voter.getLastCaughtUpMs()));
        }
        List<QuorumDescription.Observer> observers = new ArrayList<>();
        for (ObserverState observer : response.getObserversList()) {
            observers.add(new QuorumDescription.Observer(
                    observer.getBrokerId(),
                    observer.getAppliedOffset(),
                    observer.getLastHeartbeatMs(),
                    observer.getLastCaughtUpMs()));
        }
        return new QuorumDescription(
                response.getLeaderId(),
                response.getTerm(),
                response.getMetadataOffset(),
                members,
                response.getCommitIndex(),
                response.getLastIndex(),
                voters,
                observers);
    }
}
