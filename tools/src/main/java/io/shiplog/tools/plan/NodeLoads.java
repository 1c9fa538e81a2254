// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.List;
import java.util.Map;

/** Adds up what a plan does to one node. */
final class NodeLoads {
    private final Sum before = new Sum();
    private final Sum after = new Sum();
    private long incoming;
    private long outgoing;

    private static final class Sum {
        private long bytes;
        private int replicas;
        private int leaders;

        private NodeChange.Load load() {
            return new NodeChange.Load(bytes, replicas, leaders);
        }
    }

    /** Counts the replicas of a partition, before or after; nodes that are not there are left out. */
    static void count(
            Map<Integer, NodeLoads> loads, PlanPartition partition, List<Integer> replicas, boolean isBefore) {
        for (int i = 0; i < replicas.size(); i++) {
            NodeLoads node = loads.get(replicas.get(i));
            if (node != null) {
                Sum sum = isBefore ? node.before : node.after;
                sum.bytes += partition.bytes();
                sum.replicas++;
                sum.leaders += i == 0 ? 1 : 0;
            }
        }
    }

    /** Counts what a move sends. */
    static void count(Map<Integer, NodeLoads> loads, PlannedMove move) {
        for (int id : move.added()) {
            loads.get(id).incoming += move.partitionBytes();
            NodeLoads source = loads.get(move.source());
            if (source != null) {
                source.outgoing += move.partitionBytes();
            }
        }
    }

    NodeChange change(PlanNode node) {
        return new NodeChange(node.id(), node.rack(), node.state(), before.load(), after.load(), incoming, outgoing);
    }
}
