// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

/** The partitions that concern one broker. Changed only between {@link #edit} and {@link #freeze}, by whoever called them. */
final class BrokerPartitions {
    static final BrokerPartitions NONE = new BrokerPartitions(SlotSet.EMPTY, SlotSet.EMPTY, SlotSet.EMPTY);

    final SlotSet replica;
    final SlotSet inSync;
    final SlotSet eligible;
    int leaderships;
    int preferred;
    int preferredElsewhere;

    private BrokerPartitions(SlotSet replica, SlotSet inSync, SlotSet eligible) {
        this.replica = replica;
        this.inSync = inSync;
        this.eligible = eligible;
    }

    /** A copy to be changed. */
    BrokerPartitions edit() {
        BrokerPartitions copy = new BrokerPartitions(replica.edit(), inSync.edit(), eligible.edit());
        copy.leaderships = leaderships;
        copy.preferred = preferred;
        copy.preferredElsewhere = preferredElsewhere;
        return copy;
    }

    BrokerPartitions freeze() {
        replica.freeze();
        inSync.freeze();
        eligible.freeze();
        return this;
    }

    boolean isEmpty() {
        return replica.size() == 0;
    }

    /** Takes in what {@code partition}, null when it is gone, says of the broker. */
    void put(int slot, int brokerId, PartitionImage partition) {
        boolean there = partition != null;
        replica.set(slot, there && partition.isReplica(brokerId));
        inSync.set(slot, there && partition.inIsr(brokerId));
        eligible.set(slot, there && (partition.inElr(brokerId) || partition.inLastKnownElr(brokerId)));
    }

    /** Counts what {@code partition} says of the broker, or with -1 takes it back. */
    void count(int brokerId, PartitionImage partition, int by) {
        boolean isPreferred = partition.preferredLeader() == brokerId;
        leaderships += partition.leader() == brokerId ? by : 0;
        preferred += isPreferred ? by : 0;
        preferredElsewhere += isPreferred && partition.hasLeader() && partition.leader() != brokerId ? by : 0;
    }
}
