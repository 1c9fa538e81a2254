// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.DamageOutcome;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.PartitionRef;
import io.shiplog.metadata.proto.ReportDamageCommand;
import io.shiplog.metadata.proto.ReportDamageResult;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/**
 * Lets go of replicas in which something is not sound: out of ISR and ELR, leaderships to another member. Where nobody else is vouched for
 * the replica stays what it is, because what is left of it is the best there is; nobody is elected uncleanly for its sake. Where those who
 * are eligible have stopped uncleanly and must be compared first ({@link LeaderElection}), it goes when enough of them live for that.
 */
final class DamageDecider {
    private DamageDecider() {}

    static Decision decide(MetadataImage image, int brokerId, ReportDamageCommand command) {
        List<MetadataRecord> records = new ArrayList<>();
        Map<PartitionId, PartitionImage> decided = new HashMap<>();
        ReportDamageResult.Builder results = ReportDamageResult.newBuilder();
        for (PartitionRef ref : command.getPartitionsList()) {
            TopicImage topic = image.topic(Uuids.fromBytes(ref.getTopicId()));
            PartitionImage before = topic == null ? null : topic.partition(ref.getPartition());
            if (before == null || !before.isReplica(brokerId)) {
                results.addPartitions(outcome(Errors.UNKNOWN_TOPIC_OR_PARTITION, -1));
                continue;
            }
            PartitionId id = new PartitionId(topic.id(), ref.getPartition());
            PartitionImage current = decided.getOrDefault(id, before);
            PartitionImage next = without(image, id, current, brokerId);
            if (next == null) {
                results.addPartitions(outcome(Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE, current.partitionEpoch()));
                continue;
            }
            if (!next.equals(current)) {
                records.add(PartitionChanges.record(
                        id.topicId(), id.partition(), current, next, ChangeCause.REPLICA_DAMAGED));
                decided.put(id, next);
            }
            results.addPartitions(outcome(Errors.NONE, next.partitionEpoch()));
        }
        return Decision.divisible(
                image.offset(), records, MetadataResult.newBuilder().setReportDamage(results));
    }

    /** The partition when nobody counts on the broker; null when nobody could lead it then, or only with a loss. */
    private static PartitionImage without(MetadataImage image, PartitionId id, PartitionImage current, int brokerId) {
        boolean countedOn = current.inIsr(brokerId) || current.inElr(brokerId) || !current.hasLeader();
        if (!countedOn) {
            return current;
        }
        PartitionImage next = new PartitionTransition(
                        current, TopicPolicy.of(image, id.topicId()), BrokerView.of(image))
                .distrusting(brokerId, true)
                .next();
        if (!next.hasLeader()) {
            return comparisonEnds(image, id, next) ? next : null;
        }
        boolean vouchedFor = current.inIsr(next.leader()) || current.inElr(next.leader());
        return vouchedFor && next.leader() != brokerId ? next : null;
    }

    /** Whether so many of those who are eligible live that the comparison of their logs cannot but find a leader. */
    private static boolean comparisonEnds(MetadataImage image, PartitionId id, PartitionImage next) {
        BrokerView active = BrokerView.of(image);
        int living = Replicas.filter(next.elr(), active).length;
        int minIsr = TopicPolicy.of(image, id.topicId()).minIsr(next.replicationFactor());
        return living > 0 && living >= Math.min(minIsr, next.elrSize());
    }

    private static DamageOutcome outcome(Errors error, int partitionEpoch) {
        return DamageOutcome.newBuilder()
                .setError(error.code())
                .setPartitionEpoch(partitionEpoch)
                .build();
    }
}
