// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import org.apache.kafka.common.Uuid;
import org.pcollections.PVector;
import org.pcollections.TreePVector;

/** A topic and its partitions, numbered from 0 without gaps. */
public record TopicImage(Uuid id, String name, PVector<PartitionImage> partitions) {
    static TopicImage created(Uuid id, String name) {
        return new TopicImage(id, name, TreePVector.empty());
    }

    /** The partition's state; null when the topic has no such partition. */
    public PartitionImage partition(int partition) {
        return partition >= 0 && partition < partitions.size() ? partitions.get(partition) : null;
    }

    public int partitionCount() {
        return partitions.size();
    }

    TopicImage with(int partition, PartitionImage state) {
        PVector<PartitionImage> changed =
                partition == partitions.size() ? partitions.plus(state) : partitions.with(partition, state);
        return new TopicImage(id, name, changed);
    }
}
