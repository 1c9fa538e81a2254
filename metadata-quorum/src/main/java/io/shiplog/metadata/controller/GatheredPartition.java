// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.PartitionLogInfo;
import io.shiplog.metadata.proto.RecoverPartitionsCommand.Strategy;
import io.shiplog.metadata.proto.ReplicaLogInfo;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** A partition that nobody leads, of which its replicas are asked what they hold. */
final class GatheredPartition {
    final PartitionId id;
    private final TreeMap<Integer, ReplicaLogInfo> answers = new TreeMap<>();
    private final long sinceMs;
    /** What the controller itself is after; NONE when only an operator asks. */
    Strategy own = Strategy.NONE;
    /** How many operators' commands wait for it. */
    int asked;

    private long givenAtMs;
    private boolean given;

    GatheredPartition(PartitionId id, long nowMs) {
        this.id = id;
        this.sinceMs = nowMs;
    }

    void answer(ReplicaLogInfo info) {
        answers.put(info.getBrokerId(), info);
    }

    boolean lacks(BrokerImage broker) {
        ReplicaLogInfo info = answers.get(broker.id());
        return info == null || info.getBrokerEpoch() != broker.epoch();
    }

    List<PartitionLogInfo> infos() {
        List<PartitionLogInfo> infos = new ArrayList<>(answers.size());
        for (ReplicaLogInfo info : answers.values()) {
            infos.add(PartitionLogInfo.newBuilder()
                    .setTopicId(Uuids.toBytes(id.topicId()))
                    .setPartition(id.partition())
                    .setReplica(info)
                    .build());
        }
        return infos;
    }

    /** Whether every replica that is alive has answered. */
    boolean allAlive(MetadataImage image, PartitionImage partition) {
        for (int i = 0; i < partition.replicaCount(); i++) {
            BrokerImage broker = image.broker(partition.replica(i));
            if (broker != null && broker.active() && lacks(broker)) {
                return false;
            }
        }
        return true;
    }

    /** Whether the controller's own decision is due; if so, it counts as given. */
    boolean takeDue(MetadataImage image, PartitionImage partition, GatheringSettings settings, long nowMs) {
        boolean waits = given && nowMs - givenAtMs < settings.retryMs();
        if (waits || !isDue(image, partition, settings, nowMs)) {
            return false;
        }
        given = true;
        givenAtMs = nowMs;
        return true;
    }

    private boolean isDue(MetadataImage image, PartitionImage partition, GatheringSettings settings, long nowMs) {
        long waitedMs = nowMs - sinceMs;
        return switch (own) {
            case ELIGIBLE -> {
                int minIsr = TopicPolicy.of(image, id.topicId()).minIsr(partition.replicationFactor());
                if (!new LogComparison(image, partition, answers.values()).isEnough(minIsr)) {
                    yield false;
                }
                boolean company = answered(image, partition.elr()) >= Math.min(minIsr, partition.elrSize());
                yield (company && allAlive(image, partition))
                        || (company && waitedMs >= settings.answerMs())
                        || waitedMs >= settings.companyMs();
            }
            case BALANCED -> {
                int[] known = RecoveryDecider.vouchedForLast(partition);
                yield answered(image, known) == known.length;
            }
            case AGGRESSIVE ->
                answered(image, partition.replicas()) > 0
                        && (allAlive(image, partition) || waitedMs >= settings.answerMs());
            case NONE, UNRECOGNIZED -> false;
        };
    }

    private int answered(MetadataImage image, int[] ids) {
        int count = 0;
        for (int each : ids) {
            BrokerImage broker = image.broker(each);
            count += broker != null && broker.active() && !lacks(broker) ? 1 : 0;
        }
        return count;
    }
}
