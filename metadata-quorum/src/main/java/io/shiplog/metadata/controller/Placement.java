// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.PartitionImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * Spreads the replicas of one topic: leaders evenly over the brokers, the replicas of a partition over the racks, replicas
 * evenly over the brokers, and the second replicas of a broker's leaderships over all others, so that its load spreads when it
 * dies. Where that leaves a choice the topic's id decides: no random number, and topics of one partition do not pile up.
 */
final class Placement {
    private final int[] ids;
    private final int[] racks;
    private final int[] leaders;
    private final int[] replicas;
    private final int[][] seconds;

    /** {@code usable}: the brokers that may be given replicas. */
    Placement(Uuid topicId, List<BrokerImage> usable) {
        List<BrokerImage> shuffled = new ArrayList<>(usable);
        shuffled.sort(Comparator.comparingLong((BrokerImage broker) -> mix(topicId, broker.id()))
                .thenComparingInt(BrokerImage::id));
        int count = shuffled.size();
        List<String> rackNames = new ArrayList<>();
        ids = new int[count];
        racks = new int[count];
        for (int i = 0; i < count; i++) {
            String rack = shuffled.get(i).rack();
            if (!rackNames.contains(rack)) {
                rackNames.add(rack);
            }
            ids[i] = shuffled.get(i).id();
            racks[i] = rackNames.indexOf(rack);
        }
        leaders = new int[count];
        replicas = new int[count];
        seconds = new int[count][count];
    }

    private static long mix(Uuid topicId, int brokerId) {
        long hash = (topicId.getMostSignificantBits() ^ (brokerId * 0x9E3779B97F4A7C15L)) * 0xBF58476D1CE4E5B9L;
        hash = (hash ^ (hash >>> 31) ^ topicId.getLeastSignificantBits()) * 0x94D049BB133111EBL;
        return hash ^ (hash >>> 29);
    }

    int usableBrokers() {
        return ids.length;
    }

    /** Counts a partition that the topic has already. */
    void count(PartitionImage partition) {
        int[] assigned = partition.replicas();
        for (int i = 0; i < assigned.length; i++) {
            for (int broker = 0; broker < ids.length; broker++) {
                if (ids[broker] == assigned[i]) {
                    replicas[broker]++;
                    leaders[broker] += i == 0 ? 1 : 0;
                }
            }
        }
    }

    /** The replicas of the next partition, preferred leader first. */
    int[] place(int replicationFactor) {
        int[] chosen = new int[replicationFactor];
        int[] result = new int[replicationFactor];
        for (int i = 0; i < replicationFactor; i++) {
            int best = -1;
            for (int broker = 0; broker < ids.length; broker++) {
                if (!taken(chosen, i, broker) && (best < 0 || better(chosen, i, broker, best))) {
                    best = broker;
                }
            }
            chosen[i] = best;
            result[i] = ids[best];
            replicas[best]++;
        }
        leaders[chosen[0]]++;
        if (replicationFactor > 1) {
            seconds[chosen[0]][chosen[1]]++;
        }
        return result;
    }

    private static boolean taken(int[] chosen, int count, int broker) {
        for (int i = 0; i < count; i++) {
            if (chosen[i] == broker) {
                return true;
            }
        }
        return false;
    }

    /** Whether {@code broker} is to be preferred to {@code best}, which comes before it in the topic's own order. */
    private boolean better(int[] chosen, int count, int broker, int best) {
        if (count == 0) {
            return leaders[broker] != leaders[best]
                    ? leaders[broker] < leaders[best]
                    : replicas[broker] < replicas[best];
        }
        int rackUse = uses(chosen, count, racks[broker]);
        int rackUseOfBest = uses(chosen, count, racks[best]);
        if (rackUse != rackUseOfBest) {
            return rackUse < rackUseOfBest;
        }
        if (replicas[broker] != replicas[best]) {
            return replicas[broker] < replicas[best];
        }
        return seconds[chosen[0]][broker] < seconds[chosen[0]][best];
    }

    private int uses(int[] chosen, int count, int rack) {
        int uses = 0;
        for (int i = 0; i < count; i++) {
            uses += racks[chosen[i]] == rack ? 1 : 0;
        }
        return uses;
    }
}
