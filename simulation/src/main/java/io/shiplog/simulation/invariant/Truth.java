// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.Map;
import java.util.TreeMap;

/** What nobody in the cluster knows. */
public final class Truth {
    private final Map<String, PartitionTruth> partitions = new TreeMap<>();

    PartitionTruth partition(org.apache.kafka.common.Uuid topicId, int partition) {
        return partitions.computeIfAbsent(topicId + "-" + partition, key -> new PartitionTruth(topicId, partition));
    }

    Iterable<PartitionTruth> partitions() {
        return partitions.values();
    }
}
