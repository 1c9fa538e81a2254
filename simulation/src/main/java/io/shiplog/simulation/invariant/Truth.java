// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** What nobody in the cluster knows. */
public final class Truth {
    /** By name. There are a handful, and they are looked for after every event: going through them is the fastest way. */
    private final List<PartitionTruth> partitions = new ArrayList<>();

    PartitionTruth partition(Uuid topicId, int partition) {
        for (int i = 0; i < partitions.size(); i++) {
            PartitionTruth each = partitions.get(i);
            if (each.partition() == partition && each.topicId().equals(topicId)) {
                return each;
            }
        }
        return add(new PartitionTruth(topicId, partition));
    }

    private PartitionTruth add(PartitionTruth added) {
        String name = added.toString();
        int at = 0;
        while (at < partitions.size() && partitions.get(at).toString().compareTo(name) < 0) {
            at++;
        }
        partitions.add(at, added);
        return added;
    }

    List<PartitionTruth> partitions() {
        return partitions;
    }
}
