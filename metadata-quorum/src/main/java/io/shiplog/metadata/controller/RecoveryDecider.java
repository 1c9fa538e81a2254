// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.metadata.proto.ChangeCause;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.MetadataResult;
import io.shiplog.metadata.proto.PartitionRecovery;
import io.shiplog.metadata.proto.RecoverPartitionsCommand;
import io.shiplog.metadata.proto.RecoverPartitionsCommand.Strategy;
import io.shiplog.metadata.proto.RecoverPartitionsResult;
import io.shiplog.metadata.proto.ReplicaLogInfo;
import io.shiplog.metadata.proto.TopicPartitionName;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.protocol.Errors;

/**
 * Brings back partitions that nobody leads, by the longest log among the replicas that have answered (KIP-966, unclean recovery), and
 * says what that would lose. Nothing changes on a dry run and with strategy NONE.
 */
final class RecoveryDecider {
    private final ControllerSettings settings;

    RecoveryDecider(ControllerSettings settings) {
        this.settings = settings;
    }

    Decision decide(MetadataImage image, RecoverPartitionsCommand command) {
        if (command.getStrategy() == Strategy.UNRECOGNIZED) {
            return Decision.refused(
                    image.offset(), Errors.INVALID_REQUEST, "Unknown strategy " + command.getStrategyValue() + ".");
        }
        if (command.getPartitionsCount() > settings.maxPartitionsPerCall()) {
            return Decision.refused(
                    image.offset(),
                    Errors.POLICY_VIOLATION,
                    "One call may name at most " + settings.maxPartitionsPerCall() + " partitions.");
        }
        Map<PartitionId, List<ReplicaLogInfo>> infos = LogComparison.byPartition(command.getInfosList());
        List<MetadataRecord> records = new ArrayList<>();
        Set<PartitionId> named = new HashSet<>();
        RecoverPartitionsResult.Builder results = RecoverPartitionsResult.newBuilder();
        for (TopicPartitionName name : command.getPartitionsList()) {
            results.addPartitions(recover(image, command, name, infos, named, records));
        }
        boolean tellsOnly = command.getDryRun() || command.getStrategy() == Strategy.NONE;
        return Decision.divisible(
                image.offset(),
                tellsOnly ? List.of() : records,
                MetadataResult.newBuilder().setRecoverPartitions(results));
    }

    private static PartitionRecovery recover(
            MetadataImage image,
            RecoverPartitionsCommand command,
            TopicPartitionName name,
            Map<PartitionId, List<ReplicaLogInfo>> infos,
            Set<PartitionId> named,
            List<MetadataRecord> records) {
        PartitionRecovery.Builder result = PartitionRecovery.newBuilder()
                .setTopic(name.getTopic())
                .setPartition(name.getPartition())
                .setElected(PartitionImage.NO_LEADER);
        TopicImage topic = image.topic(name.getTopic());
        PartitionImage before = topic == null ? null : topic.partition(name.getPartition());
        if (before == null) {
            return refused(result, Errors.UNKNOWN_TOPIC_OR_PARTITION, "There is no such partition.");
        }
        PartitionId id = new PartitionId(topic.id(), name.getPartition());
        if (!named.add(id)) {
            return refused(result, Errors.INVALID_REQUEST, "The partition is named twice.");
        }
        LogComparison logs = new LogComparison(image, before, infos.getOrDefault(id, List.of()));
        describe(result, before, logs);
        if (before.hasLeader()) {
            result.setElected(before.leader());
            return refused(result, Errors.ELECTION_NOT_NEEDED, "Broker " + before.leader() + " leads it.");
        }
        return elect(image, command.getStrategy(), id, before, logs, result, records);
    }

    private static void describe(PartitionRecovery.Builder result, PartitionImage partition, LogComparison logs) {
        result.addAllReplicas(logs.answers()).setHighWatermark(logs.highWatermark());
        for (int replica : partition.replicas()) {
            if (!logs.answered(replica)) {
                result.addMissing(replica);
            }
        }
    }

    private static PartitionRecovery elect(
            MetadataImage image,
            Strategy strategy,
            PartitionId id,
            PartitionImage before,
            LogComparison logs,
            PartitionRecovery.Builder result,
            List<MetadataRecord> records) {
        String waits = waitsFor(strategy, image, id, before, logs);
        ReplicaLogInfo longest = strategy == Strategy.ELIGIBLE ? logs.longestEligible() : logs.best();
        if (longest == null) {
            return refused(result, Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE, "No live replica has told what it holds.");
        }
        PartitionImage after = new PartitionTransition(
                        before, TopicPolicy.of(image, id.topicId()), BrokerView.of(image))
                .recoveredBy(longest.getBrokerId())
                .next();
        boolean unclean = !before.inElr(longest.getBrokerId());
        result.setElected(longest.getBrokerId())
                .setUnclean(unclean)
                .setLogEndOffset(longest.getLogEndOffset())
                .setCommittedLost(Math.max(0, logs.highWatermark() - longest.getLogEndOffset()))
                .setRecordsLost(Math.max(0, logs.greatestLogEnd() - longest.getLogEndOffset()));
        if (waits != null) {
            return refused(result, Errors.ELIGIBLE_LEADERS_NOT_AVAILABLE, waits);
        }
        ChangeCause cause = unclean ? ChangeCause.UNCLEAN_RECOVERY : ChangeCause.LONGEST_LOG;
        records.add(PartitionChanges.record(id.topicId(), id.partition(), before, after, cause));
        return result.build();
    }

    /** Whom a strategy still has to hear; null when it has heard enough. */
    private static String waitsFor(
            Strategy strategy, MetadataImage image, PartitionId named, PartitionImage partition, LogComparison logs) {
        if (strategy == Strategy.ELIGIBLE) {
            int minIsr = TopicPolicy.of(image, named.topicId()).minIsr(partition.replicationFactor());
            return logs.isEnough(minIsr)
                    ? null
                    : "Those who answered cut something off their logs when they started; brokers "
                            + Arrays.toString(Replicas.filter(partition.elr(), each -> !logs.answered(each)))
                            + " are eligible too, have not answered, and may hold more.";
        }
        if (strategy != Strategy.BALANCED) {
            return null;
        }
        int[] silent = Replicas.filter(vouchedForLast(partition), id -> !logs.answered(id));
        return silent.length == 0
                ? null
                : "Brokers " + Arrays.toString(silent)
                        + " were in sync or eligible last and have not answered; they may hold more.";
    }

    /** Who may hold all that was committed: in sync, eligible or last known; everybody where nobody is known. */
    static int[] vouchedForLast(PartitionImage partition) {
        int[] known = Replicas.filter(
                partition.replicas(), id -> partition.inIsr(id) || partition.inElr(id) || partition.inLastKnownElr(id));
        return known.length == 0 ? partition.replicas() : known;
    }

    private static PartitionRecovery refused(PartitionRecovery.Builder result, Errors error, String message) {
        return result.setError(error.code()).setMessage(message).build();
    }
}
