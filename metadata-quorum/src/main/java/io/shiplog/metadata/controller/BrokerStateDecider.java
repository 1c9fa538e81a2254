// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionIndex.Group;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.ChangeBrokerStateCommand;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.DrainBrokerCommand;
import io.shiplog.metadata.proto.DrainBrokerResult;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.SweepCommand;
import io.shiplog.metadata.proto.SweepResult;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/**
 * Fences and unfences brokers, begins controlled shutdowns, drains, and sweeps up what a bounded decision left.
 *
 * <p>The broker's record comes first: from then on the broker cannot be put into any ISR, so what its partitions need may follow
 * in pieces. Leaderships go before memberships, since nobody can write or read while the leader is gone.
 */
final class BrokerStateDecider {
    private final ControllerSettings settings;

    BrokerStateDecider(ControllerSettings settings) {
        this.settings = settings;
    }

    Decision change(MetadataImage image, ChangeBrokerStateCommand command) {
        BrokerImage broker = image.broker(command.getTargetBrokerId());
        if (broker == null || broker.epoch() != command.getTargetBrokerEpoch()) {
            return Decision.refused(
                    image.offset(),
                    Errors.STALE_BROKER_EPOCH,
                    "Broker " + command.getTargetBrokerId() + " is not registered with epoch "
                            + command.getTargetBrokerEpoch() + ".");
        }
        if (broker.inControlledShutdown() && !command.getInControlledShutdown()) {
            return Decision.refused(
                    image.offset(),
                    Errors.INVALID_REQUEST,
                    "Broker " + broker.id() + " is shutting down; only a new registration ends that.");
        }
        List<MetadataRecord> records = new ArrayList<>();
        if (broker.fenced() != command.getFenced()
                || broker.inControlledShutdown() != command.getInControlledShutdown()) {
            records.add(state(broker, command));
        }
        settle(image.candidate(records), broker.id(), command, records);
        return Decision.divisible(image.offset(), records, MetadataResult.newBuilder());
    }

    private static MetadataRecord state(BrokerImage broker, ChangeBrokerStateCommand command) {
        return state(
                broker, command.getFenced(), command.getInControlledShutdown(), broker.draining(), command.getCause());
    }

    private static MetadataRecord state(
            BrokerImage broker, boolean fenced, boolean inShutdown, boolean draining, String cause) {
        return ImageRecords.record()
                .setBrokerState(BrokerStateRecord.newBuilder()
                        .setBrokerId(broker.id())
                        .setBrokerEpoch(broker.epoch())
                        .setFenced(fenced)
                        .setInControlledShutdown(inShutdown)
                        .setDraining(draining)
                        .setCordoned(broker.cordoned())
                        .setCause(cause))
                .build();
    }

    private void settle(
            MetadataImage image, int brokerId, ChangeBrokerStateCommand command, List<MetadataRecord> records) {
        BrokerView brokers = BrokerView.of(image);
        PartitionChanges.Rule settle = PartitionChanges.settle(brokers);
        PartitionChanges changes =
                new PartitionChanges(image, records, cause(command), settings.maxChangesPerDecision());
        if (command.getFenced() || command.getInControlledShutdown()) {
            changes.walk(Group.IN_SYNC, brokerId, moveFrom(brokerId, brokers));
            changes.walk(Group.IN_SYNC, brokerId, settle);
        } else {
            changes.walk(
                    Group.LEADERLESS,
                    brokerId,
                    (topic, partition, before, policy) ->
                            before.isReplica(brokerId) ? settle.next(topic, partition, before, policy) : before);
        }
    }

    /** An operator's drain: leaderships leave the broker, as far as others can lead; it stays in sync. */
    Decision drain(MetadataImage image, DrainBrokerCommand command) {
        BrokerImage broker = image.broker(command.getTargetBrokerId());
        if (broker == null) {
            return Decision.refused(
                    image.offset(),
                    Errors.BROKER_ID_NOT_REGISTERED,
                    "Broker " + command.getTargetBrokerId() + " is not registered.");
        }
        List<MetadataRecord> records = new ArrayList<>();
        if (broker.draining() != command.getDraining()) {
            records.add(state(
                    broker,
                    broker.fenced(),
                    broker.inControlledShutdown(),
                    command.getDraining(),
                    command.getDraining() ? "drained by an operator" : "drain ended by an operator"));
        }
        MetadataImage candidate = image.candidate(records);
        if (command.getDraining()) {
            new PartitionChanges(candidate, records, ChangeCause.BROKER_DRAINED, settings.maxChangesPerDecision())
                    .walk(Group.IN_SYNC, broker.id(), moveFrom(broker.id(), BrokerView.of(candidate)));
        }
        MetadataResult.Builder result = MetadataResult.newBuilder()
                .setDrainBroker(DrainBrokerResult.newBuilder()
                        .setLeadershipsLeft(image.candidate(records).index().leaderships(broker.id())));
        return Decision.divisible(image.offset(), records, result);
    }

    private static PartitionChanges.Rule moveFrom(int brokerId, BrokerView brokers) {
        PartitionChanges.Rule settle = PartitionChanges.settle(brokers);
        return (topic, partition, before, policy) ->
                before.leader() == brokerId ? settle.next(topic, partition, before, policy) : before;
    }

    private static ChangeCause cause(ChangeBrokerStateCommand command) {
        if (command.getFenced()) {
            return ChangeCause.REPLICA_FENCED;
        }
        return command.getInControlledShutdown() ? ChangeCause.CONTROLLED_SHUTDOWN : ChangeCause.BROKER_UNFENCED;
    }

    /**
     * Settles partitions whose leader or ISR members are not active, whose leader drains and need not lead, or that have no leader
     * and could have one.
     */
    Decision sweep(MetadataImage image, SweepCommand command) {
        if (command.getMaxPartitions() < 1) {
            return Decision.refused(image.offset(), Errors.INVALID_REQUEST, "A sweep of no partitions.");
        }
        List<MetadataRecord> records = new ArrayList<>();
        PartitionChanges changes =
                new PartitionChanges(image, records, ChangeCause.REPLICA_FENCED, command.getMaxPartitions());
        sweep(image, changes);
        MetadataResult.Builder result = MetadataResult.newBuilder()
                .setSweep(SweepResult.newBuilder().setChanged(changes.changed()).setMore(changes.more()));
        return Decision.divisible(image.offset(), records, result);
    }

    private static void sweep(MetadataImage image, PartitionChanges changes) {
        BrokerView brokers = BrokerView.of(image);
        PartitionChanges.Rule settle = PartitionChanges.settle(brokers);
        for (BrokerImage broker : image.brokers()) {
            if (!broker.active() || broker.draining()) {
                changes.walk(Group.IN_SYNC, broker.id(), moveFrom(broker.id(), brokers));
            }
        }
        changes.walk(Group.LEADERLESS, PartitionTransition.NO_BROKER, settle);
        for (BrokerImage broker : image.brokers()) {
            if (!broker.active()) {
                changes.walk(Group.IN_SYNC, broker.id(), settle);
            }
        }
    }

    /** Whether a sweep would find anything. */
    static boolean needsSweep(MetadataImage image) {
        PartitionChanges changes = new PartitionChanges(image, new ArrayList<>(), ChangeCause.REPLICA_FENCED, 0);
        sweep(image, changes);
        return changes.more();
    }

    /** Whether a broker leads or is in sync anywhere. */
    static boolean inAnyIsr(MetadataImage image, int brokerId) {
        return image.index().size(Group.IN_SYNC, brokerId) > 0;
    }
}
