// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.PartitionIndex;
import io.shiplog.metadata.image.PartitionIndex.Group;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.BrokerRegistrationRecord;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.PartitionRef;
import io.shiplog.metadata.proto.RegisterBrokerCommand;
import io.shiplog.metadata.proto.RegisterBrokerResult;
import io.shiplog.metadata.proto.UnregisterBrokerCommand;
import io.shiplog.metadata.proto.UnregisterBrokerRecord;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;

/**
 * Registers brokers, and settles what their restart means for the partitions that they held.
 *
 * <p>The partition changes come before the registration record: when the decision is cut off in between, the broker has no new
 * epoch, registers again, and the rest is done then.
 */
final class RegistrationDecider {
    private final int sessionTimeoutMs;

    RegistrationDecider(int sessionTimeoutMs) {
        this.sessionTimeoutMs = sessionTimeoutMs;
    }

    Decision decide(MetadataImage image, int brokerId, RegisterBrokerCommand command) {
        Refusal refusal = RegistrationCheck.refusal(image, brokerId, command);
        if (refusal != null) {
            return refusal.decision(image.offset());
        }
        BrokerImage existing = image.broker(brokerId);
        boolean repeated =
                existing != null && existing.incarnationId().equals(Uuids.fromBytes(command.getIncarnationId()));
        List<MetadataRecord> records = settlePartitions(image, brokerId, command, repeated);
        long epoch = repeated ? existing.epoch() : image.offset() + records.size();
        if (!repeated) {
            records.add(registration(image, brokerId, command));
        }
        MetadataResult.Builder result = MetadataResult.newBuilder()
                .setRegisterBroker(RegisterBrokerResult.newBuilder()
                        .setBrokerEpoch(epoch)
                        .setClusterId(image.clusterId())
                        .setSessionTimeoutMs(sessionTimeoutMs));
        return Decision.divisible(image.offset(), records, result);
    }

    /**
     * Forgets a broker. Kafka does so at any time; here it must have been fenced, because one that is alive would go on
     * believing that it belongs to the cluster until its next heartbeat (docs/decisions/0016). Assignments that name it stay.
     * Whoever registers under its id later is a stranger, on whatever disk.
     */
    Decision unregister(MetadataImage image, UnregisterBrokerCommand command) {
        BrokerImage broker = image.broker(command.getTargetBrokerId());
        if (broker == null) {
            return Decision.refused(
                    image.offset(),
                    Errors.BROKER_ID_NOT_REGISTERED,
                    "Broker ID " + command.getTargetBrokerId() + " is not currently registered.");
        }
        if (!broker.fenced()) {
            return Decision.refused(
                    image.offset(), Errors.INVALID_REQUEST, "Broker " + broker.id() + " is alive: stop it first.");
        }
        List<MetadataRecord> records = new ArrayList<>();
        new PartitionChanges(image, records, ChangeCause.REPLICA_FENCED, Integer.MAX_VALUE)
                .walk(PartitionIndex.Group.IN_SYNC, broker.id(), PartitionChanges.settle(BrokerView.of(image)));
        records.add(ImageRecords.record()
                .setUnregisterBroker(UnregisterBrokerRecord.newBuilder()
                        .setBrokerId(broker.id())
                        .setBrokerEpoch(broker.epoch()))
                .build());
        return Decision.divisible(image.offset(), records, MetadataResult.newBuilder());
    }

    private static MetadataRecord registration(MetadataImage image, int brokerId, RegisterBrokerCommand command) {
        BrokerImage existing = image.broker(brokerId);
        BrokerRegistrationRecord.Builder record = BrokerRegistrationRecord.newBuilder()
                .setBrokerId(brokerId)
                .setIncarnationId(command.getIncarnationId())
                .addAllEndpoints(command.getEndpointsList())
                .setRack(command.getRack())
                .addAllDirectoryIds(command.getDirectoryIdsList())
                .addAllFeatures(command.getFeaturesList())
                .setFenced(true)
                .setDraining(existing != null && existing.draining())
                .setCordoned(existing != null && existing.cordoned())
                .setUncleanStart(existing != null && uncleanStart(image, existing, command));
        if (command.hasAdminEndpoint()) {
            record.setAdminEndpoint(command.getAdminEndpoint());
        }
        return ImageRecords.record().setBrokerRegistration(record).build();
    }

    /**
     * A repeated registration changes only what it reports as damaged; a new incarnation is treated as fenced, and what the
     * one before held is trusted only as far as {@link #trusted} goes.
     */
    private static List<MetadataRecord> settlePartitions(
            MetadataImage image, int brokerId, RegisterBrokerCommand command, boolean repeated) {
        BrokerImage existing = image.broker(brokerId);
        Set<PartitionId> damaged = damaged(command);
        List<MetadataRecord> records = new ArrayList<>();
        if (repeated && damaged.isEmpty()) {
            return records;
        }
        ReportedDisks disks = ReportedDisks.of(existing, command);
        boolean clean = existing != null && (repeated || clean(existing, command));
        BrokerView brokers = repeated ? BrokerView.of(image) : BrokerView.without(image, brokerId);
        PartitionChanges changes = new PartitionChanges(image, records, ChangeCause.UNCLEAN_RESTART, Integer.MAX_VALUE);
        PartitionChanges.Rule rule = (topic, partition, before, policy) -> {
            boolean worthless =
                    !disks.hold(topic.id(), partition) || damaged.contains(new PartitionId(topic.id(), partition));
            if (repeated && !worthless) {
                return before;
            }
            boolean trusted = !worthless && trusted(before, policy, clean);
            if (trusted && !before.inIsr(brokerId)) {
                return before;
            }
            PartitionTransition transition = new PartitionTransition(before, policy, brokers);
            return trusted
                    ? transition.next()
                    : transition.distrusting(brokerId, worthless).next();
        };
        changes.walk(Group.IN_SYNC, brokerId, rule);
        changes.walk(Group.ELIGIBLE, brokerId, rule);
        return records;
    }

    /** One that stopped uncleanly and then cleanly, before it came to be compared, is still to be compared. */
    private static boolean uncleanStart(MetadataImage image, BrokerImage existing, RegisterBrokerCommand command) {
        return !clean(existing, command)
                || (existing.uncleanStart() && image.index().size(Group.ELIGIBLE, existing.id()) > 0);
    }

    private static boolean clean(BrokerImage existing, RegisterBrokerCommand command) {
        return command.getCleanShutdownEpoch() == existing.epoch();
    }

    /**
     * Whether a replica on the same disk, of which recovery found nothing missing, still holds all that was committed: it
     * stopped cleanly, or the flushed bytes are all that was ever promised of it.
     */
    private static boolean trusted(PartitionImage partition, TopicPolicy policy, boolean clean) {
        return clean || (policy.commit() && partition.durable());
    }

    private static Set<PartitionId> damaged(RegisterBrokerCommand command) {
        Set<PartitionId> damaged = new HashSet<>();
        for (PartitionRef ref : command.getDamagedPartitionsList()) {
            damaged.add(new PartitionId(Uuids.fromBytes(ref.getTopicId()), ref.getPartition()));
        }
        return damaged;
    }
}
