// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import java.util.function.IntPredicate;

/**
 * From one state of a partition to the next, by Kafka's rules (KIP-966, {@code PartitionChangeBuilder}).
 *
 * <ul>
 *   <li>Brokers that are not active leave the ISR.
 *   <li>Below min ISR nothing is committed, so whoever leaves the ISR then still holds all that was: it goes to the ELR. At min
 *       ISR and above the ELR is empty, because from then on records are committed without its members.
 *   <li>The leader epoch grows when the leader changes and not when the ISR shrinks (KAFKA-15021); the partition epoch grows
 *       with every change.
 * </ul>
 */
final class PartitionTransition {
    private final PartitionImage before;
    private final TopicPolicy policy;
    private final IntPredicate active;
    private int[] isr;
    private int untrusted = PartitionImage.NO_LEADER;
    private boolean notEvenLastKnown;
    private boolean durable;
    private boolean unclean;

    /** {@code active} says which brokers may lead and be in an ISR. */
    PartitionTransition(PartitionImage before, TopicPolicy policy, IntPredicate active) {
        this.before = before;
        this.policy = policy;
        this.active = active;
        this.isr = Replicas.filter(before.isr(), active);
        this.durable = before.durable();
        this.unclean = before.unclean();
    }

    static IntPredicate activeIn(MetadataImage image) {
        return id -> {
            BrokerImage broker = image.broker(id);
            return broker != null && broker.active();
        };
    }

    /**
     * The log of {@code brokerId} may lack what it held as a member of ISR or ELR.
     *
     * @param worthless even as the last known leader it is not to be taken
     */
    PartitionTransition distrusting(int brokerId, boolean worthless) {
        untrusted = brokerId;
        notEvenLastKnown = worthless;
        isr = Replicas.filter(isr, id -> id != brokerId);
        return this;
    }

    /** The leader asks for this ISR; all its members are active. It is kept in the order of assignment. */
    PartitionTransition withIsr(int[] members) {
        isr = Replicas.filter(before.replicas(), id -> Replicas.contains(members, id));
        return this;
    }

    /**
     * Every member of the ISR has flushed past the high watermark. Not taken while there are eligible replicas outside of it,
     * which nobody has asked.
     */
    PartitionTransition flushed() {
        durable = durable || (policy.commit() && nextElr(isr).length == 0);
        return this;
    }

    /** All members of the ISR have reconciled with the log of the unclean leader. */
    PartitionTransition reconciled() {
        unclean = false;
        return this;
    }

    /** The next state; {@code before} itself when there is nothing to change. */
    PartitionImage next() {
        int[] nextIsr = isr;
        int[] nextElr = nextElr(isr);
        LeaderElection.Elected elected = LeaderElection.elect(before, nextIsr, nextElr, policy, this::mayLead);
        int leader = elected.leader();
        if (elected.source() == LeaderElection.Source.ELIGIBLE) {
            nextIsr = new int[] {leader};
            nextElr = atMinIsr(nextIsr) ? Replicas.NONE : Replicas.filter(nextElr, id -> id != leader);
        } else if (elected.unclean()) {
            nextIsr = new int[] {leader};
            nextElr = Replicas.NONE;
        }
        boolean newLeader = leader != before.leader() || elected.unclean();
        PartitionImage next = new PartitionImage(
                before.replicas(),
                nextIsr,
                nextElr,
                nextLastKnown(leader),
                leader,
                newLeader ? before.leaderEpoch() + 1 : before.leaderEpoch(),
                before.partitionEpoch(),
                durable && !elected.unclean(),
                unclean || elected.unclean());
        return next.equals(before) ? before : next.withPartitionEpoch(before.partitionEpoch() + 1);
    }

    private boolean mayLead(int brokerId) {
        return brokerId != untrusted && active.test(brokerId);
    }

    private boolean atMinIsr(int[] members) {
        return members.length >= policy.minIsr(before.replicationFactor());
    }

    private int[] nextElr(int[] nextIsr) {
        if (atMinIsr(nextIsr)) {
            return Replicas.NONE;
        }
        return Replicas.filter(
                before.replicas(),
                id -> (before.inIsr(id) || before.inElr(id)) && id != untrusted && !Replicas.contains(nextIsr, id));
    }

    private int[] nextLastKnown(int leader) {
        if (leader != PartitionImage.NO_LEADER) {
            return Replicas.NONE;
        }
        int[] known = before.hasLeader() ? new int[] {before.leader()} : before.lastKnownElr();
        return notEvenLastKnown ? Replicas.filter(known, id -> id != untrusted) : known;
    }
}
