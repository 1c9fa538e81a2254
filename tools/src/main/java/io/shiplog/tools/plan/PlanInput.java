// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

import java.util.List;
import java.util.TreeSet;

/**
 * A cluster at one moment.
 *
 * @param nodes every registered storage node
 * @param partitions every partition
 */
public record PlanInput(List<PlanNode> nodes, List<PlanPartition> partitions) {
    public PlanInput {
        nodes = List.copyOf(nodes);
        partitions = List.copyOf(partitions);
    }

    /** The node; null when none is registered with this id. */
    PlanNode node(int id) {
        for (PlanNode node : nodes) {
            if (node.id() == id) {
                return node;
            }
        }
        return null;
    }

    /** Ids of all nodes, as a sentence names them: {@code 1, 2, 3}. */
    String nodeIds() {
        TreeSet<Integer> ids = new TreeSet<>();
        nodes.forEach(node -> ids.add(node.id()));
        return ids.toString().replaceAll("[\\[\\]]", "");
    }
}
