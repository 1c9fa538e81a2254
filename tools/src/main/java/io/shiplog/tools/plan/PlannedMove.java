// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.ArrayList;
import java.util.List;

/**
 * What changes for one partition.
 *
 * @param expected its replicas when this was planned; a job refuses when they are others by then
 * @param replicas its replicas to be, the preferred leader first
 * @param partitionBytes size of one replica
 * @param source who sends them, the leader; -1 when nobody leads
 * @param stage moves of a stage begin when all of the one before are done
 */
public record PlannedMove(
        String topic,
        int partition,
        List<Integer> expected,
        List<Integer> replicas,
        long partitionBytes,
        int source,
        int stage) {
    public PlannedMove {
        expected = List.copyOf(expected);
        replicas = List.copyOf(replicas);
    }

    /** {@code topic-partition}. */
    public String name() {
        return topic + "-" + partition;
    }

    /** Nodes that get a replica. */
    public List<Integer> added() {
        List<Integer> added = new ArrayList<>(replicas);
        added.removeAll(expected);
        return added;
    }

    /** Nodes that lose theirs. */
    public List<Integer> removed() {
        List<Integer> removed = new ArrayList<>(expected);
        removed.removeAll(replicas);
        return removed;
    }

    /** Bytes that go over the network for it. */
    public long bytes() {
        return partitionBytes * added().size();
    }
}
