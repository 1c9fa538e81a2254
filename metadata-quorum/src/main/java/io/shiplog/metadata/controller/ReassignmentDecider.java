// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.JobImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.AlterReassignmentsCommand;
import io.shiplog.metadata.proto.AlterReassignmentsResult;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.PartitionError;
import io.shiplog.metadata.proto.Reassignment;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;

/**
 * Begins, replaces and cancels reassignments (KIP-455, KIP-860). The replicas to be come first, those to leave stay behind them
 * until the whole target is in sync; {@link PartitionTransition} finds that.
 *
 * <p>Stricter than Kafka: always the whole target has to be in sync, and what an earlier target had added leaves when a later one does
 * not name it, so that cancelling leads back to where it began (decision 0011). Neither may leave fewer than min ISR who hold everything
 * (decision 0095).
 */
final class ReassignmentDecider {
    private final ControllerSettings settings;

    ReassignmentDecider(ControllerSettings settings) {
        this.settings = settings;
    }

    Decision decide(MetadataImage image, AlterReassignmentsCommand command) {
        if (command.getPartitionsCount() > settings.maxPartitionsPerCall()) {
            return Decision.refused(
                    image.offset(),
                    Errors.POLICY_VIOLATION,
                    "One call may name at most " + settings.maxPartitionsPerCall() + " partitions.");
        }
        List<MetadataRecord> records = new ArrayList<>();
        Set<PartitionId> named = new HashSet<>();
        AlterReassignmentsResult.Builder results = AlterReassignmentsResult.newBuilder();
        for (Reassignment asked : command.getPartitionsList()) {
            Refusal refusal = decide(image, asked, command.getAllowReplicationFactorChange(), named, records);
            PartitionError.Builder result =
                    PartitionError.newBuilder().setTopic(asked.getTopic()).setPartition(asked.getPartition());
            if (refusal != null) {
                result.setError(refusal.error().code()).setMessage(refusal.message());
            }
            results.addPartitions(result);
        }
        return Decision.divisible(
                image.offset(), records, MetadataResult.newBuilder().setAlterReassignments(results));
    }

    private static Refusal decide(
            MetadataImage image,
            Reassignment asked,
            boolean anyReplicationFactor,
            Set<PartitionId> named,
            List<MetadataRecord> records) {
        TopicImage topic = image.topic(asked.getTopic());
        PartitionImage before = topic == null ? null : topic.partition(asked.getPartition());
        if (before == null) {
            return new Refusal(Errors.UNKNOWN_TOPIC_OR_PARTITION, "There is no such partition.");
        }
        if (!named.add(new PartitionId(topic.id(), asked.getPartition()))) {
            return new Refusal(Errors.INVALID_REQUEST, "The partition is named twice.");
        }
        JobImage job = image.jobs().jobOf(topic.id(), asked.getPartition());
        if (job != null) {
            return new Refusal(
                    Errors.REASSIGNMENT_IN_PROGRESS,
                    "The partition belongs to job " + job.id() + "; cancel that job, or wait until it has ended.");
        }
        int[] target = ImageRecords.ids(asked.getReplicasList());
        Refusal refusal = asked.getCancel()
                ? refusalToCancel(before, target)
                : refusal(image, before, target, anyReplicationFactor);
        if (refusal != null) {
            return refusal;
        }
        int[] original = Replicas.without(before.replicas(), before.adding());
        Assigned assigned = assign(image, topic, asked.getPartition(), asked.getCancel() ? original : target);
        assigned.record(topic, asked.getPartition(), before, records);
        return assigned.refusal();
    }

    private static Refusal refusalToCancel(PartitionImage before, int[] target) {
        if (target.length > 0) {
            return new Refusal(Errors.INVALID_REQUEST, "To cancel is to name no replicas.");
        }
        return before.reassigning()
                ? null
                : new Refusal(Errors.NO_REASSIGNMENT_IN_PROGRESS, Errors.NO_REASSIGNMENT_IN_PROGRESS.message());
    }

    private static Refusal refusal(
            MetadataImage image, PartitionImage before, int[] target, boolean anyReplicationFactor) {
        if (target.length == 0) {
            return new Refusal(Errors.INVALID_REPLICA_ASSIGNMENT, "No replicas are named.");
        }
        if (Replicas.hasDuplicates(target)) {
            return new Refusal(Errors.INVALID_REPLICA_ASSIGNMENT, "A broker is named twice.");
        }
        for (int broker : target) {
            if (image.broker(broker) == null) {
                return new Refusal(Errors.INVALID_REPLICA_ASSIGNMENT, "Broker " + broker + " is not registered.");
            }
        }
        int current = before.replicaCount() - before.removing().length;
        return anyReplicationFactor || target.length == current
                ? null
                : new Refusal(
                        Errors.INVALID_REPLICATION_FACTOR,
                        "The replication factor would change from " + current + " to " + target.length
                                + ", which the request does not allow.");
    }

    /**
     * What a partition becomes when it is assigned to others.
     *
     * @param after null when it is refused
     */
    record Assigned(PartitionImage after, Refusal refusal) {
        /** Notes the change when there is one. */
        void record(TopicImage topic, int partition, PartitionImage before, List<MetadataRecord> records) {
            if (refusal == null && !after.equals(before)) {
                records.add(PartitionChanges.record(topic.id(), partition, before, after, ChangeCause.REASSIGNMENT));
            }
        }
    }

    /** Assigns a partition to {@code target}; complete at once when all of it is in sync already. */
    static Assigned assign(MetadataImage image, TopicImage topic, int partition, int[] target) {
        PartitionImage before = topic.partition(partition);
        TopicPolicy policy = TopicPolicy.of(image, topic.id());
        int[] original = Replicas.without(before.replicas(), before.adding());
        int[] removing = Replicas.without(original, target);
        int[] replicas = Replicas.concat(target, removing);
        if (losesAllWhoAreVouchedFor(before, replicas) && !policy.uncleanElection()) {
            return new Assigned(
                    null,
                    new Refusal(
                            Errors.INVALID_REPLICA_ASSIGNMENT,
                            "None of the replicas that would remain is known to hold all committed records."));
        }
        PartitionImage after = new PartitionTransition(before, policy, BrokerView.of(image))
                .assigned(replicas, Replicas.without(target, original), removing)
                .next();
        if (leavesTooFew(before, after, policy)) {
            return new Assigned(
                    null,
                    new Refusal(
                            Errors.INVALID_REPLICA_ASSIGNMENT,
                            "Too few of the replicas that would remain are known to hold all committed records: try again when more are in sync."));
        }
        return new Assigned(after, null);
    }

    /** Who leaves takes a copy along that min ISR promises; those who are merely not in sync now do not make up for it. */
    private static boolean leavesTooFew(PartitionImage before, PartitionImage after, TopicPolicy policy) {
        int enough = Math.min(policy.minIsr(after.replicationFactor()), before.isrSize() + before.elrSize());
        return !policy.uncleanElection() && after.isrSize() + after.elrSize() < enough;
    }

    private static boolean losesAllWhoAreVouchedFor(PartitionImage before, int[] replicas) {
        int[] vouchedFor = Replicas.concat(before.isr(), before.elr());
        return vouchedFor.length > 0 && Replicas.without(vouchedFor, replicas).length == vouchedFor.length;
    }
}
