// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.sight;

import io.shiplog.replication.runtime.Replica;
import io.shiplog.simulation.invariant.Entry;
import io.shiplog.simulation.node.SimNode;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;

/** The replicas of simulated nodes, for those who tell or ask. */
public final class NodeReplicas {
    private NodeReplicas() {}

    /** The replica of a node's present process; null when there is none. */
    public static Replica find(SimNode node, TopicIdPartition partition) {
        return node.life() == null ? null : node.life().replicas().get(partition.topicId(), partition.partition());
    }

    /** What its log holds. */
    public static List<Entry> entries(SimNode node, Replica replica) {
        return DiskLog.read(
                node.disk(),
                replica.id().topicId() + "-" + replica.id().partition(),
                replica.log().logStartOffset(),
                replica.log().logEndOffset());
    }
}
