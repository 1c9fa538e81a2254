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
import java.util.function.Predicate;

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

    /**
     * Whether a log can be used and compared. One that names an epoch which the metadata never gave has a header that rotted: the CRC of a batch
     * leaves it out.
     */
    private boolean isUsable(ReplicaLogInfo info) {
        return !info.getFailed() && info.getLastEpoch() <= partition.leaderEpoch();
    }

    /** The replica with the longest log among those that pass, the first assigned of equals; null when none has one. */
    private ReplicaLogInfo longest(Predicate<ReplicaLogInfo> passes) {
        ReplicaLogInfo best = null;
        for (int i = 0; i < partition.replicaCount(); i++) {
            ReplicaLogInfo info = answers.get(partition.replica(i));
            boolean counts = info != null && isUsable(info) && passes.test(info);
            if (counts && (best == null || isLonger(info, best))) {
                best = info;
            }
        }
        return best;
    }

    /**
     * The longest log of those who are eligible; null when none of them has answered. One that was not cut holds all that was committed, and
     * comes first: a longer one that was cut may be of no history that ever was.
     */
    ReplicaLogInfo longestEligible() {
        ReplicaLogInfo whole = longest(info -> partition.inElr(info.getBrokerId()) && !info.getShortened());
        return whole == null ? longest(info -> partition.inElr(info.getBrokerId())) : whole;
    }

    /**
     * Who leads best; null when nobody has answered. Who is eligible holds all that was committed: a longer log elsewhere holds
     * nothing more that counts.
     */
    ReplicaLogInfo best() {
        ReplicaLogInfo eligible = longestEligible();
        return eligible == null ? longest(info -> true) : eligible;
    }

    private static boolean isLonger(ReplicaLogInfo some, ReplicaLogInfo other) {
        return some.getLastEpoch() != other.getLastEpoch()
                ? some.getLastEpoch() > other.getLastEpoch()
                : some.getLogEndOffset() > other.getLogEndOffset();
    }

    /**
     * Whether {@link #longestEligible} holds all that was committed. It does when one of them has lost nothing, or when
     * so many answered that their disks cannot all have lost something: one fewer than min ISR is what may be lost at a time.
     *
     * @param minIsr of the partition
     */
    boolean isEnough(int minIsr) {
        int answered = 0;
        boolean usable = false;
        for (ReplicaLogInfo info : answers.values()) {
            if (partition.inElr(info.getBrokerId())) {
                answered++;
                usable |= isUsable(info);
                if (isUsable(info) && !info.getShortened()) {
                    return true;
                }
            }
        }
        return usable && answered >= Math.min(minIsr, partition.elrSize());
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
