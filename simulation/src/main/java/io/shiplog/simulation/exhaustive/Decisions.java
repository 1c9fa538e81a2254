// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import io.shiplog.metadata.controller.Controller;
import io.shiplog.metadata.controller.ControllerSettings;
import io.shiplog.metadata.controller.Decision;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AlterPartitionCommand;
import io.shiplog.metadata.proto.Assignment;
import io.shiplog.metadata.proto.ChangeBrokerStateCommand;
import io.shiplog.metadata.proto.CreateTopicsCommand;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.FormClusterCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.NewTopic;
import io.shiplog.metadata.proto.PartitionAlteration;
import io.shiplog.metadata.proto.PartitionLogInfo;
import io.shiplog.metadata.proto.RecoverPartitionsCommand;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import io.shiplog.metadata.proto.ReplicaLogInfo;
import io.shiplog.metadata.proto.TopicPartitionName;
import io.shiplog.replication.port.IsrMember;
import io.shiplog.replication.port.IsrProposal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** The real controller. There are few states of the metadata among many of the cluster, so each decision is made once and remembered. */
final class Decisions {
    private static final String TOPIC = "t";
    private static final long UNCLEAN = -1;

    private final Controller controller = new Controller(ControllerSettings.defaults());
    private final Map<String, Version> versions = new HashMap<>();

    /**
     * What a command came to.
     *
     * @param version after it; the same one when nothing changed
     */
    record Outcome(Version version, MetadataResult result) {
        Errors error() {
            return Errors.forCode((short) result.getError());
        }
    }

    /** What a replica says when logs are compared. */
    record Holding(int id, long brokerEpoch, int lastEpoch, long logEnd, long highWatermark) {}

    private record State(int id, boolean fenced) {}

    private record Alteration(int from, long brokerEpoch, IsrProposal proposal) {}

    private record Registration(int id) {}

    private record Recovery(List<Holding> holdings) {}

    /** A topic of one partition on all replicas, which are registered and alive; the first one leads. */
    Version first(int minIsr) {
        Version version = new Version(MetadataImage.empty(), 1);
        version =
                ok(version, own().setFormCluster(FormClusterCommand.newBuilder().setClusterId("tiny")));
        Assignment.Builder assignment = Assignment.newBuilder().setPartition(0);
        for (int id = 1; id <= Bounds.REPLICAS; id++) {
            version = register(version, id).version();
            version = changeState(version, id, false).version();
            assignment.addReplicas(id);
        }
        NewTopic.Builder topic = NewTopic.newBuilder()
                .setName(TOPIC)
                .setPartitions(-1)
                .setReplicationFactor(-1)
                .setTopicId(Uuids.toBytes(Version.TOPIC_ID))
                .addAssignments(assignment)
                .putConfigs(TopicConfigs.FLUSH_POLICY, TopicConfigs.FLUSH_COMMIT)
                .putConfigs(TopicConfigs.MIN_INSYNC_REPLICAS, Integer.toString(minIsr));
        return ok(
                version, own().setCreateTopics(CreateTopicsCommand.newBuilder().addTopics(topic)));
    }

    private Version ok(Version version, MetadataCommand.Builder command) {
        Outcome outcome = decide(version, command.build());
        if (outcome.error() != Errors.NONE || outcome.version() == version) {
            throw new IllegalStateException("refused: " + outcome.result());
        }
        return outcome.version();
    }

    /** A node begins, after an end that was not in order. */
    Outcome register(Version version, int id) {
        return decide(
                version,
                new Registration(id),
                () -> MetadataCommand.newBuilder()
                        .setBrokerId(id)
                        .setRegisterBroker(RegisterBrokerCommand.newBuilder()
                                .setIncarnationId(Uuids.toBytes(new Uuid(1 + version.image.offset(), id)))
                                .addEndpoints(Endpoint.newBuilder()
                                        .setName("PLAINTEXT")
                                        .setHost("127.0.0.1")
                                        .setPort(9000 + id))
                                .addDirectoryIds(Uuids.toBytes(new Uuid(0xD1, id)))
                                .setCleanShutdownEpoch(UNCLEAN))
                        .build());
    }

    /** The controller takes a node for dead, or for alive. */
    Outcome changeState(Version version, int id, boolean fenced) {
        return decide(
                version,
                new State(id, fenced),
                () -> own().setChangeBrokerState(ChangeBrokerStateCommand.newBuilder()
                                .setTargetBrokerId(id)
                                .setTargetBrokerEpoch(version.epoch(id))
                                .setFenced(fenced)
                                .setCause("exhaustive"))
                        .build());
    }

    /** A leader's proposal arrives. */
    Outcome alter(Version version, Message.Proposal asked) {
        return decide(version, new Alteration(asked.from(), asked.brokerEpoch(), asked.proposal()), () -> {
            PartitionAlteration.Builder alteration = PartitionAlteration.newBuilder()
                    .setTopicId(Uuids.toBytes(Version.TOPIC_ID))
                    .setPartition(0)
                    .setLeaderEpoch(asked.proposal().leaderEpoch())
                    .setPartitionEpoch(asked.proposal().partitionEpoch())
                    .setDurable(asked.proposal().durable())
                    .setClearUnclean(asked.proposal().clearUnclean());
            for (IsrMember member : asked.proposal().isr()) {
                alteration.addNewIsr(io.shiplog.metadata.proto.IsrMember.newBuilder()
                        .setBrokerId(member.id())
                        .setBrokerEpoch(member.brokerEpoch()));
            }
            return MetadataCommand.newBuilder()
                    .setBrokerId(asked.from())
                    .setBrokerEpoch(asked.brokerEpoch())
                    .setAlterPartition(AlterPartitionCommand.newBuilder().addPartitions(alteration))
                    .build();
        });
    }

    /** Logs are compared, since of several who are eligible none may be taken before. */
    Outcome recover(Version version, List<Holding> holdings) {
        return decide(version, new Recovery(holdings), () -> {
            RecoverPartitionsCommand.Builder command = RecoverPartitionsCommand.newBuilder()
                    .setStrategy(RecoverPartitionsCommand.Strategy.ELIGIBLE)
                    .addPartitions(TopicPartitionName.newBuilder().setTopic(TOPIC));
            for (Holding holding : holdings) {
                command.addInfos(PartitionLogInfo.newBuilder()
                        .setTopicId(Uuids.toBytes(Version.TOPIC_ID))
                        .setReplica(ReplicaLogInfo.newBuilder()
                                .setBrokerId(holding.id())
                                .setBrokerEpoch(holding.brokerEpoch())
                                .setLastEpoch(holding.lastEpoch())
                                .setLogEndOffset(holding.logEnd())
                                .setHighWatermark(holding.highWatermark())));
            }
            return own().setRecoverPartitions(command).build();
        });
    }

    private Outcome decide(Version version, Object key, Supplier<MetadataCommand> command) {
        Outcome known = version.decided.get(key);
        if (known == null) {
            known = decide(version, command.get());
            version.decided.put(key, known);
        }
        return known;
    }

    private Outcome decide(Version version, MetadataCommand command) {
        Decision decision = controller.decide(version.image, command, 0);
        if (decision.records().isEmpty()) {
            return new Outcome(version, decision.result());
        }
        MetadataImage image = version.image.candidate(decision.records());
        Version next = new Version(image, version.leaderships);
        boolean elected = version.partition != null
                && next.partition.hasLeader()
                && next.partition.leaderEpoch() != version.partition.leaderEpoch();
        if (elected) {
            next = new Version(image, version.leaderships + 1);
        }
        Version same = versions.putIfAbsent(text(next), next);
        return new Outcome(same == null ? next : same, decision.result());
    }

    private static String text(Version version) {
        StringBuilder text = new StringBuilder();
        text.append(version.image.offset()).append(' ').append(version.leaderships);
        for (BrokerImage broker : version.image.brokers()) {
            text.append(' ').append(broker.id()).append(':').append(broker.epoch());
            text.append(broker.fenced() ? 'f' : 'a').append(broker.uncleanStart() ? 'u' : 'c');
        }
        return text.append(' ').append(version.partition).toString();
    }

    private static MetadataCommand.Builder own() {
        return MetadataCommand.newBuilder().setBrokerId(Controller.NO_BROKER);
    }
}
