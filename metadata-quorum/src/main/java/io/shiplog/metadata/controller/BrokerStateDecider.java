// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ImageRecords;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.BrokerStateRecord;
import io.shiplog.metadata.proto.ChangeBrokerStateCommand;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.SweepCommand;
import io.shiplog.metadata.proto.SweepResult;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.apache.kafka.common.protocol.Errors;

/**
 * Fences and unfences brokers, begins controlled shutdowns, and sweeps up what a bounded decision left.
 *
 * <p>The broker's record comes first: from then on the broker cannot be put into any ISR, so what its partitions need may follow
 * in pieces.
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
        return ImageRecords.record()
                .setBrokerState(BrokerStateRecord.newBuilder()
                        .setBrokerId(broker.id())
                        .setBrokerEpoch(broker.epoch())
                        .setFenced(command.getFenced())
                        .setInControlledShutdown(command.getInControlledShutdown())
                        .setCause(command.getCause()))
                .build();
    }

    private void settle(
            MetadataImage image, int brokerId, ChangeBrokerStateCommand command, List<MetadataRecord> records) {
        IntPredicate active = PartitionTransition.activeIn(image);
        PartitionChanges.Rule settle = PartitionChanges.settle(active);
        boolean leaves = command.getFenced() || command.getInControlledShutdown();
        new PartitionChanges(image, records, cause(command), settings.maxChangesPerDecision())
                .walkAll((topic, partition, before, policy) -> {
                    boolean concerned =
                            leaves ? before.inIsr(brokerId) : !before.hasLeader() && before.isReplica(brokerId);
                    return concerned ? settle.next(topic, partition, before, policy) : before;
                });
    }

    private static ChangeCause cause(ChangeBrokerStateCommand command) {
        if (command.getFenced()) {
            return ChangeCause.REPLICA_FENCED;
        }
        return command.getInControlledShutdown() ? ChangeCause.CONTROLLED_SHUTDOWN : ChangeCause.BROKER_UNFENCED;
    }

    /** Settles partitions whose leader or ISR members are not active, or that have no leader and could have one. */
    Decision sweep(MetadataImage image, SweepCommand command) {
        if (command.getMaxPartitions() < 1) {
            return Decision.refused(image.offset(), Errors.INVALID_REQUEST, "A sweep of no partitions.");
        }
        List<MetadataRecord> records = new ArrayList<>();
        PartitionChanges changes =
                new PartitionChanges(image, records, ChangeCause.REPLICA_FENCED, command.getMaxPartitions());
        changes.walkAll(PartitionChanges.settle(PartitionTransition.activeIn(image)));
        MetadataResult.Builder result = MetadataResult.newBuilder()
                .setSweep(SweepResult.newBuilder().setChanged(changes.changed()).setMore(changes.more()));
        return Decision.divisible(image.offset(), records, result);
    }

    /** Whether a sweep would find anything. */
    static boolean needsSweep(MetadataImage image) {
        PartitionChanges changes = new PartitionChanges(image, new ArrayList<>(), ChangeCause.REPLICA_FENCED, 0);
        changes.walkAll(PartitionChanges.settle(PartitionTransition.activeIn(image)));
        return changes.more();
    }

    /** Whether a broker leads or is in sync anywhere. */
    static boolean inAnyIsr(MetadataImage image, int brokerId) {
        for (TopicImage topic : image.topics()) {
            for (PartitionImage partition : topic.partitions()) {
                if (partition.inIsr(brokerId)) {
                    return true;
                }
            }
        }
        return false;
    }
}
