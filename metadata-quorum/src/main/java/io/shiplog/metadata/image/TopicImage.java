// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import org.apache.kafka.common.Uuid;

/**
 * A topic and its partitions, numbered from 0 without gaps.
 *
 * @param slots where the partitions stand in {@link PartitionIndex}
 */
public record TopicImage(Uuid id, String name, PartitionTable partitions, SlotRanges slots) {
    static TopicImage created(Uuid id, String name) {
        return new TopicImage(id, name, PartitionTable.EMPTY, SlotRanges.NONE);
    }

    /** The partition's state; null when the topic has no such partition. */
    public PartitionImage partition(int partition) {
        return partition >= 0 && partition < partitions.size() ? partitions.get(partition) : null;
    }

    public int partitionCount() {
        return partitions.size();
    }

    TopicImage with(PartitionTable changed, SlotRanges changedSlots) {
        return new TopicImage(id, name, changed, changedSlots);
    }
}
