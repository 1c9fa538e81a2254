// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;

/**
 * From one state of a partition to the next, by Kafka's rules (KIP-966, {@code PartitionChangeBuilder}).
 *
 * <ul>
 *   <li>Brokers that are not active leave the ISR; but the last in-sync replica, when it is about to stop, leads until it has.
 *   <li>Below min ISR nothing is committed, so whoever leaves the ISR then still holds all that was: it goes to the ELR. At min
 *       ISR and above the ELR is empty, because from then on records are committed without its members.
 *   <li>A reassignment is complete when its whole target is in sync; then the others leave.
 *   <li>The leader epoch grows when the leader changes or a replica leaves the assignment, and not when the ISR shrinks
 *       (KAFKA-15021); the partition epoch grows with every change.
 * </ul>
 */
final class PartitionTransition {
    /** An id that no broker has. */
    static final int NO_BROKER = -1;

    private final PartitionImage before;
    private final TopicPolicy policy;
    private final BrokerView brokers;
    private LeaderElection.Mode mode = LeaderElection.Mode.KEEP;
    private int[] replicas;
    private int[] adding;
    private int[] removing;
    private int[] isr;
    private int untrusted = NO_BROKER;
    private boolean notEvenLastKnown;
    private int recovered = NO_BROKER;
    private boolean durable;
    private boolean unclean;

    PartitionTransition(PartitionImage before, TopicPolicy policy, BrokerView brokers) {
        this.before = before;
        this.policy = policy;
        this.brokers = brokers;
        this.replicas = before.replicas();
        this.adding = before.adding();
        this.removing = before.removing();
        this.isr = before.isr();
        this.durable = before.durable();
        this.unclean = before.unclean();
    }

    static BrokerView activeIn(MetadataImage image) {
        return BrokerView.of(image);
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

    /** The leader asks for this ISR; all its members are active, or it is the leader that is about to stop. */
    PartitionTransition withIsr(int[] members) {
        isr = members;
        return this;
    }

    /** Another assignment; whoever is not among {@code newReplicas} leaves at once. */
    PartitionTransition assigned(int[] newReplicas, int[] newAdding, int[] newRemoving) {
        replicas = newReplicas;
        adding = newAdding;
        removing = newRemoving;
        return this;
    }

    PartitionTransition electing(LeaderElection.Mode wanted) {
        mode = wanted;
        return this;
    }

    /** {@code brokerId}, which is alive, leads from here on: its log was found to be the best. */
    PartitionTransition recoveredBy(int brokerId) {
        recovered = brokerId;
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
        int[] nextIsr = usable(isr);
        if (completes(nextIsr)) {
            complete();
            nextIsr = usable(nextIsr);
        }
        int[] nextElr = nextElr(nextIsr);
        LeaderElection.Elected elected = elect(nextIsr, nextElr);
        int leader = elected.leader();
        if (elected.source() == LeaderElection.Source.ELIGIBLE) {
            nextIsr = new int[] {leader};
            if (completes(nextIsr)) {
                complete();
            }
            nextElr = nextElr(nextIsr);
        } else if (elected.unclean()) {
            nextIsr = new int[] {leader};
            nextElr = Replicas.NONE;
        }
        boolean newEpoch = leader != before.leader() || elected.unclean() || removesReplicas();
        PartitionImage next = new PartitionImage(
                replicas,
                nextIsr,
                nextElr,
                nextLastKnown(leader, nextIsr, nextElr),
                leader,
                newEpoch ? before.leaderEpoch() + 1 : before.leaderEpoch(),
                before.partitionEpoch(),
                durable && !elected.unclean(),
                unclean || elected.unclean(),
                adding,
                removing);
        return next.equals(before) ? before : next.withPartitionEpoch(before.partitionEpoch() + 1);
    }

    /** Of an ISR to be, in the order of assignment: the active ones; or else the one that is about to stop. */
    private int[] usable(int[] members) {
        int[] assigned = Replicas.filter(replicas, id -> Replicas.contains(members, id));
        int[] active = Replicas.filter(assigned, brokers);
        if (active.length > 0 || assigned.length == 0) {
            return active;
        }
        int stays = Replicas.contains(assigned, before.leader()) && brokers.leaving(before.leader())
                ? before.leader()
                : Replicas.first(assigned, brokers::leaving, NO_BROKER);
        return stays == NO_BROKER ? Replicas.NONE : new int[] {stays};
    }

    private boolean completes(int[] members) {
        boolean wanted = adding.length > 0 || removing.length > 0;
        int[] missing =
                Replicas.filter(replicas, id -> !Replicas.contains(removing, id) && !Replicas.contains(members, id));
        return wanted && missing.length == 0;
    }

    /** Not by an unclean election: what it left behind is not deleted before somebody asks for the same again. */
    private void complete() {
        replicas = Replicas.without(replicas, removing);
        adding = Replicas.NONE;
        removing = Replicas.NONE;
    }

    private LeaderElection.Elected elect(int[] nextIsr, int[] nextElr) {
        if (recovered != NO_BROKER) {
            boolean vouched = nextIsr.length == 0 && Replicas.contains(nextElr, recovered);
            return new LeaderElection.Elected(
                    recovered, vouched ? LeaderElection.Source.ELIGIBLE : LeaderElection.Source.ANY_ALIVE);
        }
        boolean stopping = nextIsr.length == 1 && !brokers.test(nextIsr[0]);
        return new LeaderElection(
                        before,
                        replicas,
                        adding,
                        policy,
                        brokers,
                        id -> id != untrusted && (brokers.test(id) || (stopping && id == nextIsr[0])))
                .elect(nextIsr, nextElr, mode);
    }

    private boolean removesReplicas() {
        for (int i = 0; i < before.replicaCount(); i++) {
            if (!Replicas.contains(replicas, before.replica(i))) {
                return true;
            }
        }
        return false;
    }

    private boolean atMinIsr(int[] members) {
        return members.length >= policy.minIsr(replicas.length - adding.length);
    }

    private int[] nextElr(int[] nextIsr) {
        if (atMinIsr(nextIsr)) {
            return Replicas.NONE;
        }
        return Replicas.filter(
                replicas,
                id -> (before.inIsr(id) || before.inElr(id)) && id != untrusted && !Replicas.contains(nextIsr, id));
    }

    /** Who led last comes first; when that one is gone or its disk is worthless, nobody is known. */
    private int[] nextLastKnown(int leader, int[] nextIsr, int[] nextElr) {
        if (leader != PartitionImage.NO_LEADER) {
            return Replicas.NONE;
        }
        int[] known = before.hasLeader() ? new int[] {before.leader()} : before.lastKnownElr();
        if (known.length == 0
                || (notEvenLastKnown && known[0] == untrusted)
                || !Replicas.contains(replicas, known[0])) {
            return Replicas.NONE;
        }
        int[] dropped = Replicas.filter(
                replicas,
                id -> (before.inIsr(id) || before.inElr(id))
                        && !Replicas.contains(nextIsr, id)
                        && !Replicas.contains(nextElr, id)
                        && !Replicas.contains(known, id));
        return Replicas.filter(
                Replicas.concat(known, dropped),
                id -> Replicas.contains(replicas, id) && !(notEvenLastKnown && id == untrusted));
    }
}
