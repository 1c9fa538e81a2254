// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.PartitionLogInfo;
import io.shiplog.metadata.proto.ReplicaLogInfo;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * What the replicas of a partition hold, as far as they have answered and may be believed: active, under the registration that the
 * answer came from. The longest log is the one with the highest last leader epoch, then the highest end (KIP-966).
 */
final class LogComparison {
    private final PartitionImage partition;
    private final TreeMap<Integer, ReplicaLogInfo> answers = new TreeMap<>();

    LogComparison(MetadataImage image, PartitionImage partition, Collection<ReplicaLogInfo> infos) {
        this.partition = partition;
        for (ReplicaLogInfo info : infos) {
            BrokerImage broker = image.broker(info.getBrokerId());
            boolean current = broker != null && broker.active() && broker.epoch() == info.getBrokerEpoch();
            if (current && partition.isReplica(info.getBrokerId())) {
                answers.put(info.getBrokerId(), info);
            }
        }
    }

    /** Answers by the partition that they are about. */
    static Map<PartitionId, List<ReplicaLogInfo>> byPartition(List<PartitionLogInfo> infos) {
        Map<PartitionId, List<ReplicaLogInfo>> result = new HashMap<>();
        for (PartitionLogInfo info : infos) {
            PartitionId id = new PartitionId(Uuids.fromBytes(info.getTopicId()), info.getPartition());
            result.computeIfAbsent(id, unknown -> new ArrayList<>()).add(info.getReplica());
        }
        return result;
    }

    Collection<ReplicaLogInfo> answers() {
        return answers.values();
    }

    boolean answered(int brokerId) {
        return answers.containsKey(brokerId);
    }

    /** The replica with the longest log among those that pass, the first assigned of equals; null when none has one. */
    ReplicaLogInfo longest(IntPredicate passes) {
        ReplicaLogInfo best = null;
        for (int i = 0; i < partition.replicaCount(); i++) {
            ReplicaLogInfo info = answers.get(partition.replica(i));
            boolean counts = info != null && !info.getFailed() && passes.test(info.getBrokerId());
            if (counts && (best == null || isLonger(info, best))) {
                best = info;
            }
        }
        return best;
    }

    /**
     * Who leads best; null when nobody has answered. Who is eligible holds all that was committed: a longer log elsewhere holds
     * nothing more that counts.
     */
    ReplicaLogInfo best() {
        ReplicaLogInfo eligible = longest(partition::inElr);
        return eligible == null ? longest(replica -> true) : eligible;
    }

    private static boolean isLonger(ReplicaLogInfo some, ReplicaLogInfo other) {
        return some.getLastEpoch() != other.getLastEpoch()
                ? some.getLastEpoch() > other.getLastEpoch()
                : some.getLogEndOffset() > other.getLogEndOffset();
    }

    /** The highest high watermark that anybody knows; -1 when nobody answered. */
    long highWatermark() {
        long highest = -1;
        for (ReplicaLogInfo info : answers.values()) {
            highest = info.getFailed() ? highest : Math.max(highest, info.getHighWatermark());
        }
        return highest;
    }

    /** The greatest log end of all, whatever its epoch; -1 when nobody answered. */
    long greatestLogEnd() {
        long greatest = -1;
        for (ReplicaLogInfo info : answers.values()) {
            greatest = info.getFailed() ? greatest : Math.max(greatest, info.getLogEndOffset());
        }
        return greatest;
    }
}
