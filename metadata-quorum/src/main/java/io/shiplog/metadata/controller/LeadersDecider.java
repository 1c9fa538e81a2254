// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.PartitionIndex.Group;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.BalanceLeadersCommand;
import io.shiplog.metadata.proto.BalanceLeadersResult;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.ElectLeadersCommand;
import io.shiplog.metadata.proto.ElectLeadersResult;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.PartitionError;
import io.shiplog.metadata.proto.ReplicaLogInfo;
import io.shiplog.metadata.proto.TopicPartitionName;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/**
 * Elections that somebody asks for (Kafka: {@code ReplicationControlManager.electLeaders}), and the controller's own ones that give
 * leaderships back to preferred leaders.
 */
final class LeadersDecider {
    private final ControllerSettings settings;

    LeadersDecider(ControllerSettings settings) {
        this.settings = settings;
    }

    Decision elect(MetadataImage image, ElectLeadersCommand command) {
        Refusal refusal = refusal(command);
        if (refusal != null) {
            return refusal.decision(image.offset());
        }
        boolean preferred = command.getType() == ElectLeadersCommand.Type.PREFERRED;
        Election election = new Election(image, preferred, LogComparison.byPartition(command.getInfosList()));
        if (command.getAll()) {
            image.visit(Group.LEADERLESS, Controller.NO_BROKER, election::visit);
            if (preferred) {
                image.visit(Group.NOT_PREFERRED, Controller.NO_BROKER, election::visit);
            }
        } else {
            for (TopicPartitionName name : command.getPartitionsList()) {
                election.elect(name);
            }
        }
        return Decision.divisible(
                image.offset(), election.records, MetadataResult.newBuilder().setElectLeaders(election.results));
    }

    private Refusal refusal(ElectLeadersCommand command) {
        if (command.getType() == ElectLeadersCommand.Type.UNRECOGNIZED) {
            return new Refusal(Errors.INVALID_REQUEST, "Unknown election type " + command.getTypeValue() + ".");
        }
        if (command.getAll() && command.getPartitionsCount() > 0) {
            return new Refusal(Errors.INVALID_REQUEST, "All partitions, or those that are named; not both.");
        }
        return command.getPartitionsCount() <= settings.maxPartitionsPerCall()
                ? null
                : new Refusal(
                        Errors.POLICY_VIOLATION,
                        "One call may name at most " + settings.maxPartitionsPerCall() + " partitions.");
    }

    /** The elections of one command, one after the other. */
    private static final class Election {
        private final MetadataImage image;
        private final BrokerView brokers;
        private final boolean preferred;
        private final Map<PartitionId, List<ReplicaLogInfo>> infos;
        private final List<MetadataRecord> records = new ArrayList<>();
        private final ElectLeadersResult.Builder results = ElectLeadersResult.newBuilder();
        private final Map<PartitionId, PartitionImage> decided = new HashMap<>();

        Election(MetadataImage image, boolean preferred, Map<PartitionId, List<ReplicaLogInfo>> infos) {
            this.image = image;
            this.brokers = BrokerView.of(image);
            this.preferred = preferred;
            this.infos = infos;
        }

        boolean visit(TopicImage topic, int partition, PartitionImage state) {
            add(topic.name(), partition, elect(topic, partition, state));
            return true;
        }

        void elect(TopicPartitionName name) {
            TopicImage topic = image.topic(name.getTopic());
            PartitionImage before = topic == null ? null : topic.partition(name.getPartition());
            if (before == null) {
                add(name.getTopic(), name.getPartition(), Errors.UNKNOWN_TOPIC_OR_PARTITION);
                return;
            }
            PartitionId id = new PartitionId(topic.id(), name.getPartition());
            add(
                    name.getTopic(),
                    name.getPartition(),
                    elect(topic, name.getPartition(), decided.getOrDefault(id, before)));
        }

        private Errors elect(TopicImage topic, int partition, PartitionImage before) {
            if (preferred ? before.leader() == before.preferredLeader() : before.hasLeader()) {
                return Errors.ELECTION_NOT_NEEDED;
            }
            PartitionImage after = after(new PartitionId(topic.id(), partition), before);
            if (after.leader() == before.leader()) {
                return preferred ? Errors.PREFERRED_LEADER_NOT_AVAILABLE : Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE;
            }
            records.add(PartitionChanges.record(topic.id(), partition, before, after, ChangeCause.PREFERRED_LEADER));
            decided.put(new PartitionId(topic.id(), partition), after);
            return Errors.NONE;
        }

        /** Without permission of the topic somebody may be elected who lacks records: the longest log, where logs are known. */
        private PartitionImage after(PartitionId id, PartitionImage before) {
            PartitionTransition transition =
                    new PartitionTransition(before, TopicPolicy.of(image, id.topicId()), brokers);
            if (preferred) {
                return transition.electing(LeaderElection.Mode.PREFERRED).next();
            }
            ReplicaLogInfo best = new LogComparison(image, before, infos.getOrDefault(id, List.of())).best();
            return best == null
                    ? transition.electing(LeaderElection.Mode.ANYBODY).next()
                    : transition.recoveredBy(best.getBrokerId()).next();
        }

        private void add(String topic, int partition, Errors error) {
            PartitionError.Builder result = PartitionError.newBuilder()
                    .setTopic(topic)
                    .setPartition(partition)
                    .setError(error.code());
            results.addPartitions(error == Errors.NONE ? result : result.setMessage(error.message()));
        }
    }

    /** Takes leaderships from brokers that are to be avoided, or gives them back to brokers that lead too few of those that prefer them. */
    Decision balance(MetadataImage image, BalanceLeadersCommand command) {
        if (command.getMaxPartitions() < 1 || command.getPercentage() < 0) {
            return Decision.refused(image.offset(), Errors.INVALID_REQUEST, "A balancing of no partitions.");
        }
        List<MetadataRecord> records = new ArrayList<>();
        PartitionChanges changes = command.getAvoidedCount() > 0
                ? takeFromAvoided(image, command, records)
                : giveBack(image, command, records);
        MetadataResult.Builder result = MetadataResult.newBuilder()
                .setBalanceLeaders(BalanceLeadersResult.newBuilder()
                        .setMoved(changes.changed())
                        .setMore(changes.more()));
        return Decision.divisible(image.offset(), records, result);
    }

    /** What a broker leads that is to be avoided goes to another in-sync replica, if there is one on a broker that is not. */
    private static PartitionChanges takeFromAvoided(
            MetadataImage image, BalanceLeadersCommand command, List<MetadataRecord> records) {
        BrokerView brokers = BrokerView.avoiding(image, command.getAvoidedList());
        PartitionChanges changes =
                new PartitionChanges(image, records, ChangeCause.LEADER_DEGRADED, command.getMaxPartitions());
        for (int id : command.getAvoidedList()) {
            changes.walk(
                    Group.IN_SYNC,
                    id,
                    (topic, partition, before, policy) -> before.leader() == id && before.isrSize() > 1
                            ? new PartitionTransition(before, policy, brokers).next()
                            : before);
        }
        return changes;
    }

    private static PartitionChanges giveBack(
            MetadataImage image, BalanceLeadersCommand command, List<MetadataRecord> records) {
        BrokerView brokers = BrokerView.of(image);
        PartitionChanges changes =
                new PartitionChanges(image, records, ChangeCause.LEADER_BALANCE, command.getMaxPartitions());
        for (BrokerImage broker : image.brokers()) {
            int id = broker.id();
            if (!changes.more() && isUnbalanced(image, broker, command)) {
                changes.walk(
                        Group.NOT_PREFERRED,
                        id,
                        (topic, partition, before, policy) -> before.preferredLeader() == id && before.inIsr(id)
                                ? new PartitionTransition(before, policy, brokers)
                                        .electing(LeaderElection.Mode.PREFERRED)
                                        .next()
                                : before);
            }
        }
        return changes;
    }

    /** Whether so many of the partitions that prefer this broker are led by others that it is to get them back. */
    static boolean isUnbalanced(MetadataImage image, BrokerImage broker, BalanceLeadersCommand command) {
        if (!broker.active() || broker.draining() || command.getExcludedList().contains(broker.id())) {
            return false;
        }
        long elsewhere = image.index().preferredElsewhere(broker.id());
        return elsewhere > 0 && elsewhere * 100 > (long) image.index().preferred(broker.id()) * command.getPercentage();
    }
}
