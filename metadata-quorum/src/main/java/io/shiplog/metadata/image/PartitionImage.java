// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.Arrays;

/**
 * Leader, epochs and replica sets of one partition, as the quorum agreed on them. Immutable; arrays handed out are copies.
 *
 * <p>{@code isr ⊆ replicas}, {@code elr ⊆ replicas}, {@code isr ∩ elr = ∅}, {@code leader ∈ isr} or {@link #NO_LEADER}. While a
 * reassignment is under way, {@code adding} and {@code removing} are disjoint parts of {@code replicas}; what remains without
 * {@code removing} is its target, and comes first.
 */
public final class PartitionImage {
    /** The leader of a partition that has none. */
    public static final int NO_LEADER = -1;

    private static final int[] NONE = {};

    private final int[] replicas;
    private final int[] isr;
    private final int[] elr;
    private final int[] lastKnownElr;
    private final int[] adding;
    private final int[] removing;
    private final int leader;
    private final int leaderEpoch;
    private final int partitionEpoch;
    private final boolean durable;
    private final boolean unclean;

    /** As the other constructor, with no reassignment under way. */
    public PartitionImage(
            int[] replicas,
            int[] isr,
            int[] elr,
            int[] lastKnownElr,
            int leader,
            int leaderEpoch,
            int partitionEpoch,
            boolean durable,
            boolean unclean) {
        this(replicas, isr, elr, lastKnownElr, leader, leaderEpoch, partitionEpoch, durable, unclean, NONE, NONE);
    }

    /**
     * @param replicas the assignment; the first one is the preferred leader
     * @param isr in-sync replicas; may be empty
     * @param elr eligible leader replicas (KIP-966): left the ISR below min ISR, yet hold all that was committed
     * @param lastKnownElr without a leader: who led last, then who was in sync or eligible since; otherwise empty
     * @param leaderEpoch generation of leadership
     * @param partitionEpoch version of this state; every change adds one
     * @param durable whether every in-sync replica has flushed past the high watermark
     * @param unclean whether this leader epoch began with an unclean election, not yet reconciled
     * @param adding replicas that a reassignment brings; it is complete when the whole target is in sync
     * @param removing replicas that leave when it is complete
     */
    public PartitionImage(
            int[] replicas,
            int[] isr,
            int[] elr,
            int[] lastKnownElr,
            int leader,
            int leaderEpoch,
            int partitionEpoch,
            boolean durable,
            boolean unclean,
            int[] adding,
            int[] removing) {
        this.replicas = replicas.clone();
        this.isr = copied(isr);
        this.elr = copied(elr);
        this.lastKnownElr = copied(lastKnownElr);
        this.leader = leader;
        this.leaderEpoch = leaderEpoch;
        this.partitionEpoch = partitionEpoch;
        this.durable = durable;
        this.unclean = unclean;
        this.adding = copied(adding);
        this.removing = copied(removing);
    }

    /** A copy, or an array that is here anyway: of a hundred thousand partitions nearly all are in sync and have no eligible replicas. */
    private int[] copied(int[] ids) {
        if (ids.length == 0) {
            return NONE;
        }
        return Arrays.equals(ids, replicas) ? replicas : ids.clone();
    }

    public int[] replicas() {
        return replicas.clone();
    }

    public int[] isr() {
        return isr.clone();
    }

    public int[] elr() {
        return elr.clone();
    }

    public int[] lastKnownElr() {
        return lastKnownElr.clone();
    }

    public int[] adding() {
        return adding.clone();
    }

    public int[] removing() {
        return removing.clone();
    }

    public int leader() {
        return leader;
    }

    public int leaderEpoch() {
        return leaderEpoch;
    }

    public int partitionEpoch() {
        return partitionEpoch;
    }

    public boolean durable() {
        return durable;
    }

    public boolean unclean() {
        return unclean;
    }

    public boolean hasLeader() {
        return leader != NO_LEADER;
    }

    /** Whether the first replica of the assignment leads. */
    public boolean isLedByPreferred() {
        return replicas.length > 0 && leader == replicas[0];
    }

    /** The first replica of the assignment. */
    public int preferredLeader() {
        return replicas[0];
    }

    /** Whether replicas are being added or removed. */
    public boolean reassigning() {
        return adding.length > 0 || removing.length > 0;
    }

    /**
     * How many replicas the partition is meant to have: as before a reassignment until that is complete, so that new replicas
     * raise no min ISR before they hold anything.
     */
    public int replicationFactor() {
        return replicas.length - adding.length;
    }

    /** Replicas of all kinds, those that a reassignment adds or removes too. */
    public int replicaCount() {
        return replicas.length;
    }

    /** The replica at {@code index}, below {@link #replicaCount()}. */
    public int replica(int index) {
        return replicas[index];
    }

    public int isrSize() {
        return isr.length;
    }

    /** The in-sync replica at {@code index}, below {@link #isrSize()}. */
    public int isrMember(int index) {
        return isr[index];
    }

    /** How many replicas are eligible though not in sync. */
    public int elrSize() {
        return elr.length;
    }

    public boolean isReplica(int brokerId) {
        return contains(replicas, brokerId);
    }

    public boolean inIsr(int brokerId) {
        return contains(isr, brokerId);
    }

    public boolean inElr(int brokerId) {
        return contains(elr, brokerId);
    }

    /** Who led last, while nobody does; {@link #NO_LEADER} when that is not known. */
    public int lastKnownLeader() {
        return lastKnownElr.length == 0 ? NO_LEADER : lastKnownElr[0];
    }

    public boolean inLastKnownElr(int brokerId) {
        return contains(lastKnownElr, brokerId);
    }

    /** This state as another version of it. */
    public PartitionImage withPartitionEpoch(int epoch) {
        return new PartitionImage(
                replicas, isr, elr, lastKnownElr, leader, leaderEpoch, epoch, durable, unclean, adding, removing);
    }

    /** This state with no replica eligible but those in sync. */
    public PartitionImage withoutElr() {
        return new PartitionImage(
                replicas,
                isr,
                NONE,
                lastKnownElr,
                leader,
                leaderEpoch,
                partitionEpoch,
                durable,
                unclean,
                adding,
                removing);
    }

    /** This state when nothing is known of what in-sync replicas have flushed. */
    public PartitionImage withoutDurability() {
        return new PartitionImage(
                replicas,
                isr,
                elr,
                lastKnownElr,
                leader,
                leaderEpoch,
                partitionEpoch,
                false,
                unclean,
                adding,
                removing);
    }

    /** Mixes everything but the numbers into {@code hash}, without copying the arrays. */
    long mixReplicasInto(long hash) {
        long result = StateHash.mix(StateHash.mix(hash, replicas), isr);
        result = StateHash.mix(StateHash.mix(result, elr), lastKnownElr);
        return reassigning() ? StateHash.mix(StateHash.mix(result, adding), removing) : result;
    }

    private static boolean contains(int[] ids, int id) {
        for (int each : ids) {
            if (each == id) {
                return true;
            }
        }
        return false;
    }

    /** Whether both have the same replicas in the same order. */
    boolean sameReplicas(PartitionImage other) {
        return Arrays.equals(replicas, other.replicas);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof PartitionImage that
                && leader == that.leader
                && leaderEpoch == that.leaderEpoch
                && partitionEpoch == that.partitionEpoch
                && durable == that.durable
                && unclean == that.unclean
                && Arrays.equals(replicas, that.replicas)
                && Arrays.equals(isr, that.isr)
                && Arrays.equals(elr, that.elr)
                && Arrays.equals(lastKnownElr, that.lastKnownElr)
                && Arrays.equals(adding, that.adding)
                && Arrays.equals(removing, that.removing);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(replicas) * 31 + partitionEpoch;
    }

    @Override
    public String toString() {
        return "PartitionImage(replicas=" + Arrays.toString(replicas)
                + ", isr=" + Arrays.toString(isr)
                + ", elr=" + Arrays.toString(elr)
                + ", lastKnownElr=" + Arrays.toString(lastKnownElr)
                + ", leader=" + leader
                + ", leaderEpoch=" + leaderEpoch
                + ", partitionEpoch=" + partitionEpoch
                + (durable ? ", durable" : "")
                + (unclean ? ", unclean" : "")
                + (reassigning()
                        ? ", adding=" + Arrays.toString(adding) + ", removing=" + Arrays.toString(removing)
                        : "")
                + ")";
    }
}
