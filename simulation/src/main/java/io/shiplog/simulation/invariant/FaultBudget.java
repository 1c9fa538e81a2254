// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * How much was lost at a time. Under flush.policy=commit, once the partition is durable, any number of power losses is survived, and the
 * loss of min ISR − 1 disks; otherwise only min ISR − 1 replicas that lose unsynced bytes or their disk. What was lost is made good when the
 * whole assignment is in sync again. Beyond that, records may be lost, and the partition is excused for the rest of the run.
 *
 * <p>The min ISR that counts is the one under which records were committed: whoever raises it says what later ones are to be promised, and
 * nobody copies the older ones again for that. They share the new promise from the moment on in which as many as it asks for are in sync
 * and hold all that is committed. A lower one counts at once, since from then on fewer may be kept in sync.
 */
final class FaultBudget {
    /** What a broker had lost when it was looked at last. */
    private record Losses(int power, int disks) {
        static final Losses NONE = new Losses(0, 0);
    }

    /** How many disks a broker had lost when it was registered under an epoch. */
    private record Registration(long brokerEpoch, int disks) {}

    private final Map<Integer, Losses> known = new HashMap<>();
    private final Map<Integer, Registration> registrations = new HashMap<>();

    private final Map<PartitionTruth, Budget> budgets = new HashMap<>();

    /** Of one partition. */
    private static final class Budget {
        /** Who lost something since all were in sync. */
        final Set<Integer> lost = new TreeSet<>();

        /** The least min ISR under which something that is committed was promised. */
        int minIsr = Integer.MAX_VALUE;

        void settle(int wanted, int wholeOnes) {
            minIsr = wholeOnes >= wanted ? wanted : Math.min(minIsr, wanted);
        }

        boolean isExceeded() {
            return lost.size() > minIsr - 1;
        }
    }

    /** Whether the broker lost anything since this was asked last. */
    boolean noticesLoss(BrokerSight broker) {
        Registration registered = registrations.get(broker.id());
        if (broker.running()
                && broker.brokerEpoch() >= 0
                && (registered == null || registered.brokerEpoch != broker.brokerEpoch())) {
            registrations.put(broker.id(), new Registration(broker.brokerEpoch(), broker.disksLost()));
        }
        Losses before = known.getOrDefault(broker.id(), Losses.NONE);
        int power = broker.powerLosses();
        int disks = broker.disksLost();
        if (before.power == power && before.disks == disks) {
            return false;
        }
        known.put(broker.id(), new Losses(power, disks));
        return true;
    }

    /** After an event that touched the partition: counts who lost what it needs, and forgets it when all are well. */
    void settle(PartitionTruth partition, ClusterSight cluster) {
        PartitionImage agreed = cluster.agreed().partition(partition.topicId(), partition.partition());
        if (agreed == null) {
            return;
        }
        boolean onDisks = Topics.isOnDisks(cluster.agreed(), partition.topicId(), agreed);
        Budget budget = budgets.computeIfAbsent(partition, any -> new Budget());
        int wholeOnes = 0;
        for (BrokerSight broker : cluster.brokers()) {
            if (!agreed.isReplica(broker.id())) {
                continue;
            }
            ReplicaTruth replica = partition.replica(broker.id());
            boolean diskLost = broker.disksLost() > replica.disksLost;
            boolean powerLost = broker.powerLosses() > replica.powerLosses;
            boolean lost = replica.life >= 0
                    ? diskLost || (powerLost && !onDisks)
                    : Topics.mayBeElected(agreed, broker.id()) && lostItsDiskUnnoticed(broker, cluster.agreed());
            if (lost) {
                budget.lost.add(broker.id());
            }
            boolean whole = agreed.inIsr(broker.id())
                    && broker.running()
                    && !diskLost
                    && !powerLost
                    && replica.held(onDisks) >= partition.committedEnd();
            wholeOnes += whole ? 1 : 0;
        }
        budget.settle(Topics.minIsr(cluster.agreed(), partition.topicId(), agreed), wholeOnes);
        if (wholeOnes == agreed.replicaCount()) {
            budget.lost.clear();
        } else if (budget.isExceeded()) {
            partition.excuse("more was lost at a time than is promised to be survived: by brokers " + budget.lost);
        }
    }

    /**
     * Whether the process that the metadata know is gone, and its disk with it: a partition that is given to it now begins without it. It never had
     * a log, but nobody can tell that from having lost it.
     */
    private boolean lostItsDiskUnnoticed(BrokerSight broker, MetadataImage image) {
        Registration registered = registrations.get(broker.id());
        return registered != null
                && broker.disksLost() > registered.disks
                && image.broker(broker.id()) != null
                && image.broker(broker.id()).epoch() == registered.brokerEpoch;
    }

    /**
     * Whether all who might have been elected went for good, and more of them than the promise allows for: with a min ISR of 1 one disk is
     * enough, when it is that of the last one in sync.
     */
    boolean wentForGood(PartitionTruth partition, MetadataImage image, PartitionImage before, ClusterSight cluster) {
        int gone = 0;
        for (BrokerSight broker : cluster.brokers()) {
            if (Topics.mayBeElected(before, broker.id())) {
                if (!broker.isGone()) {
                    return false;
                }
                gone++;
            }
        }
        int minIsr = Topics.minIsr(image, partition.topicId(), before);
        Budget budget = budgets.get(partition);
        return gone > Math.min(minIsr, budget == null ? minIsr : budget.minIsr) - 1;
    }
}
