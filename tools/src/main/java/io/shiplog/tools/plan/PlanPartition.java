// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * A partition as it is.
 *
 * @param replicas ids of nodes, the preferred leader first
 * @param leader -1 when it has none
 * @param bytes what a new replica has to receive
 * @param busy why it may not be moved now, as the rest of a sentence ("is part of job 3"); null when it may
 * @param directories node to the directory that its replica lies in, where known
 */
public record PlanPartition(
        String topic,
        int partition,
        List<Integer> replicas,
        int leader,
        List<Integer> isr,
        long bytes,
        String busy,
        SortedMap<Integer, String> directories) {
    public PlanPartition {
        replicas = List.copyOf(replicas);
        isr = List.copyOf(isr);
        directories = new TreeMap<>(directories);
    }

    /** {@code topic-partition}. */
    public String name() {
        return topic + "-" + partition;
    }
}
