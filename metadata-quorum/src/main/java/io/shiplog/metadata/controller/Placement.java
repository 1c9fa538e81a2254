// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.BrokerLoad;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.kafka.common.Uuid;

/**
 * Spreads the replicas of one topic: leaders evenly over the brokers, the replicas of a partition over the racks, replicas
 * evenly over the brokers, and the second replicas of a broker's leaderships over all others, so that its load spreads when it
 * dies. Where that leaves a choice, whoever has less to do of all topics together is taken, and at last the topic's id decides:
 * no random number.
 *
 * <p>Brokers that are away for the moment are taken where their rack has nobody else, or there are not enough others
 * ({@code StripedReplicaPlacer} does so too): a rack is for ever, an absence is not. They never come first. Cordoned ones are not taken at all.
 */
final class Placement {
    private final int count;
    private final int[] ids;
    private final int[] racks;
    private final boolean[] active;
    private final boolean[] draining;
    private final boolean[] cordoned;
    private final int[] room;
    private final int[] leaders;
    private final int[] replicas;
    private final int[] leadersOfAll;
    private final int[] replicasOfAll;
    private final int[][] seconds;

    /** {@code maxPerBroker} is how many partitions a broker may hold. */
    Placement(MetadataImage image, Uuid topicId, int maxPerBroker) {
        List<BrokerImage> shuffled = new ArrayList<>(image.brokers());
        shuffled.sort(Comparator.comparingLong((BrokerImage broker) -> mix(topicId, broker.id()))
                .thenComparingInt(BrokerImage::id));
        count = shuffled.size();
        ids = new int[count];
        racks = new int[count];
        active = new boolean[count];
        draining = new boolean[count];
        cordoned = new boolean[count];
        room = new int[count];
        leaders = new int[count];
        replicas = new int[count];
        leadersOfAll = new int[count];
        replicasOfAll = new int[count];
        seconds = new int[count][count];
        List<String> rackNames = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            BrokerImage broker = shuffled.get(i);
            if (!rackNames.contains(broker.rack())) {
                rackNames.add(broker.rack());
            }
            BrokerLoad load = image.brokerLoad(broker.id());
            ids[i] = broker.id();
            racks[i] = rackNames.indexOf(broker.rack());
            active[i] = broker.active();
            draining[i] = broker.draining();
            cordoned[i] = broker.cordoned();
            room[i] = maxPerBroker - load.replicas();
            leadersOfAll[i] = load.preferredLeaders();
            replicasOfAll[i] = load.replicas();
        }
    }

    private static long mix(Uuid topicId, int brokerId) {
        long hash = (topicId.getMostSignificantBits() ^ (brokerId * 0x9E3779B97F4A7C15L)) * 0xBF58476D1CE4E5B9L;
        hash = (hash ^ (hash >>> 31) ^ topicId.getLeastSignificantBits()) * 0x94D049BB133111EBL;
        return hash ^ (hash >>> 29);
    }

    /** Counts a partition that the topic has already. */
    void count(PartitionImage partition) {
        int[] assigned = partition.replicas();
        for (int i = 0; i < assigned.length; i++) {
            for (int broker = 0; broker < count; broker++) {
                if (ids[broker] == assigned[i]) {
                    replicas[broker]++;
                    leaders[broker] += i == 0 ? 1 : 0;
                }
            }
        }
    }

    /** The replicas of the next partition, preferred leader first; null when not so many brokers have room for it. */
    int[] place(int replicationFactor) {
        int[] chosen = new int[replicationFactor];
        int[] result = new int[replicationFactor];
        for (int i = 0; i < replicationFactor; i++) {
            int best = -1;
            for (int broker = 0; broker < count; broker++) {
                if (mayBe(chosen, i, broker) && (best < 0 || better(chosen, i, broker, best))) {
                    best = broker;
                }
            }
            if (best < 0) {
                return null;
            }
            chosen[i] = best;
            result[i] = ids[best];
        }
        for (int broker : chosen) {
            replicas[broker]++;
            replicasOfAll[broker]++;
            room[broker]--;
        }
        leaders[chosen[0]]++;
        leadersOfAll[chosen[0]]++;
        if (replicationFactor > 1) {
            seconds[chosen[0]][chosen[1]]++;
        }
        return result;
    }

    private boolean mayBe(int[] chosen, int chosenCount, int broker) {
        for (int i = 0; i < chosenCount; i++) {
            if (chosen[i] == broker) {
                return false;
            }
        }
        return room[broker] > 0 && !cordoned[broker] && (chosenCount > 0 || active[broker]);
    }

    /** Whether {@code broker} is to be preferred to {@code best}, which comes before it in the topic's own order. */
    private boolean better(int[] chosen, int chosenCount, int broker, int best) {
        return chosenCount == 0 ? leadsBetter(broker, best) : followsBetter(chosen, chosenCount, broker, best);
    }

    private boolean leadsBetter(int broker, int best) {
        if (draining[broker] != draining[best]) {
            return draining[best];
        }
        if (leaders[broker] != leaders[best]) {
            return leaders[broker] < leaders[best];
        }
        if (replicas[broker] != replicas[best]) {
            return replicas[broker] < replicas[best];
        }
        return leadersOfAll[broker] != leadersOfAll[best]
                ? leadersOfAll[broker] < leadersOfAll[best]
                : replicasOfAll[broker] < replicasOfAll[best];
    }

    private boolean followsBetter(int[] chosen, int chosenCount, int broker, int best) {
        int rackUse = uses(chosen, chosenCount, racks[broker]);
        int rackUseOfBest = uses(chosen, chosenCount, racks[best]);
        if (rackUse != rackUseOfBest) {
            return rackUse < rackUseOfBest;
        }
        if (active[broker] != active[best]) {
            return active[broker];
        }
        if (replicas[broker] != replicas[best]) {
            return replicas[broker] < replicas[best];
        }
        int second = seconds[chosen[0]][broker];
        int secondOfBest = seconds[chosen[0]][best];
        return second != secondOfBest ? second < secondOfBest : replicasOfAll[broker] < replicasOfAll[best];
    }

    private int uses(int[] chosen, int chosenCount, int rack) {
        int uses = 0;
        for (int i = 0; i < chosenCount; i++) {
            uses += racks[chosen[i]] == rack ? 1 : 0;
        }
        return uses;
    }
}
