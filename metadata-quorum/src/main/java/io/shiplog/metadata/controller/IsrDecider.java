// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AlterPartitionCommand;
import io.shiplog.metadata.proto.AlterPartitionResult;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.IsrMember;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.PartitionAlteration;
import io.shiplog.metadata.proto.PartitionAlterationResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * ISR changes that leaders ask for, checked as Kafka checks them ({@code ReplicationControlManager.validateAlterPartitionData}).
 *
 * <p>One outcome is friendlier than Kafka's: a proposal on an older partition epoch that asks for just what is there (its answer
 * was lost, KAFKA-14144) is answered with the current state.
 */
final class IsrDecider {
    Decision decide(MetadataImage image, int brokerId, AlterPartitionCommand command) {
        List<MetadataRecord> records = new ArrayList<>();
        Map<PartitionId, PartitionImage> decided = new HashMap<>();
        AlterPartitionResult.Builder results = AlterPartitionResult.newBuilder();
        for (PartitionAlteration alteration : command.getPartitionsList()) {
            PartitionAlterationResult.Builder result = PartitionAlterationResult.newBuilder()
                    .setTopicId(alteration.getTopicId())
                    .setPartition(alteration.getPartition());
            TopicImage topic = image.topic(Uuids.fromBytes(alteration.getTopicId()));
            PartitionImage before = topic == null ? null : topic.partition(alteration.getPartition());
            if (before == null) {
                Errors unknown = topic == null ? Errors.UNKNOWN_TOPIC_ID : Errors.UNKNOWN_TOPIC_OR_PARTITION;
                results.addPartitions(result.setError(unknown.code()));
                continue;
            }
            PartitionId id = new PartitionId(topic.id(), alteration.getPartition());
            PartitionImage current = decided.getOrDefault(id, before);
            PartitionImage next = next(image, topic.id(), current, alteration);
            Errors error = refusal(image, brokerId, current, next, alteration);
            if (error == Errors.NONE && !next.equals(current)) {
                ChangeCause cause = cause(current, next);
                records.add(PartitionChanges.record(id.topicId(), id.partition(), current, next, cause));
                decided.put(id, next);
            }
            if (error == Errors.NONE) {
                accept(result, current, next);
            }
            results.addPartitions(result.getError() == 0 ? result.setError(error.code()) : result);
        }
        return Decision.divisible(
                image.offset(), records, MetadataResult.newBuilder().setAlterPartition(results));
    }

    /** The sender may lose its leadership by what it asked for: by the end of a reassignment, or because it drains or stops. */
    private static void accept(PartitionAlterationResult.Builder result, PartitionImage current, PartitionImage next) {
        if (next.leader() != current.leader()) {
            result.setError(Errors.NEW_LEADER_ELECTED.code());
            return;
        }
        result.setState(ImageRecords.state(next));
        if (current.reassigning() && !next.reassigning()) {
            for (int replica : next.replicas()) {
                result.addReplicas(replica);
            }
        }
    }

    private static PartitionImage next(
            MetadataImage image, Uuid topicId, PartitionImage current, PartitionAlteration alteration) {
        PartitionTransition transition = new PartitionTransition(
                        current, TopicPolicy.of(image, topicId), PartitionTransition.activeIn(image))
                .withIsr(members(alteration));
        if (alteration.getDurable()) {
            transition.flushed();
        }
        if (alteration.getClearUnclean()) {
            transition.reconciled();
        }
        return transition.next();
    }

    /** The outcome, by the first rule that is broken. */
    private static Errors refusal(
            MetadataImage image, int brokerId, PartitionImage current, PartitionImage next, PartitionAlteration asked) {
        if (asked.getLeaderEpoch() > current.leaderEpoch() || asked.getPartitionEpoch() > current.partitionEpoch()) {
            return Errors.NOT_CONTROLLER;
        }
        if (asked.getLeaderEpoch() < current.leaderEpoch()) {
            return Errors.FENCED_LEADER_EPOCH;
        }
        if (brokerId != current.leader()) {
            return Errors.INVALID_REQUEST;
        }
        if (asked.getPartitionEpoch() < current.partitionEpoch() && !next.equals(current)) {
            return Errors.INVALID_UPDATE_VERSION;
        }
        int[] members = members(asked);
        if (!isIsr(current, members)) {
            return Errors.INVALID_REQUEST;
        }
        for (IsrMember member : asked.getNewIsrList()) {
            if (!eligible(image, current, member)) {
                return Errors.INELIGIBLE_REPLICA;
            }
        }
        return Errors.NONE;
    }

    private static boolean isIsr(PartitionImage current, int[] members) {
        for (int member : members) {
            if (!current.isReplica(member)) {
                return false;
            }
        }
        return Replicas.contains(members, current.leader()) && !Replicas.hasDuplicates(members);
    }

    /** A leader that is about to stop names itself, or it could not take anybody in who might follow it. */
    private static boolean eligible(MetadataImage image, PartitionImage current, IsrMember member) {
        BrokerImage broker = image.broker(member.getBrokerId());
        return broker != null
                && (broker.active() || (broker.leaving() && broker.id() == current.leader()))
                && broker.epoch() == member.getBrokerEpoch();
    }

    private static int[] members(PartitionAlteration alteration) {
        int[] members = new int[alteration.getNewIsrCount()];
        for (int i = 0; i < members.length; i++) {
            members[i] = alteration.getNewIsr(i).getBrokerId();
        }
        return members;
    }

    private static ChangeCause cause(PartitionImage current, PartitionImage next) {
        if (current.reassigning() && !next.reassigning()) {
            return ChangeCause.REASSIGNMENT;
        }
        return next.isrSize() < current.isrSize() ? ChangeCause.ISR_SHRINK : ChangeCause.ISR_EXPAND;
    }
}
