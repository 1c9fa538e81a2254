// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import java.util.TreeMap;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;

/**
 * In how many copies what is committed was promised to be there. That is min ISR as it was when the records were committed: who raises it says
 * what later ones are to be promised, until so many are in sync, and have everything.
 */
final class PromisedCopies {
    private final TreeMap<Uuid, TreeMap<Integer, Integer>> least = new TreeMap<>();

    /** The metadata say so now. */
    void settle(TopicIdPartition id, int minIsr, int inSync) {
        least.computeIfAbsent(id.topicId(), any -> new TreeMap<>())
                .merge(id.partition(), minIsr, (before, now) -> inSync >= now ? now : Math.min(before, now));
    }

    /** The least min ISR under which something was committed that only so many may have; zero for a partition that nobody knows. */
    int of(TopicIdPartition id) {
        TreeMap<Integer, Integer> partitions = least.get(id.topicId());
        return partitions == null ? 0 : partitions.getOrDefault(id.partition(), 0);
    }
}
