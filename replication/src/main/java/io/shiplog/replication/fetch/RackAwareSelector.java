// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.runtime.Replica;
import java.util.function.IntFunction;

/**
 * Sends consumers to a replica in their own rack, as Kafka's {@code RackAwareReplicaSelector} does: to the leader when it is there, else to the
 * best in-sync follower that is, else to the leader.
 */
public final class RackAwareSelector implements ReadReplicaSelector {
    /** The name under which Kafka's setting {@code replica.selector.class} knows it. */
    public static final String KAFKA_NAME = "org.apache.kafka.common.replica.RackAwareReplicaSelector";

    private final int nodeId;
    private final IntFunction<String> rackOf;

    /**
     * @param nodeId this node
     * @param rackOf rack of a node, empty when it has none or is not known
     */
    public RackAwareSelector(int nodeId, IntFunction<String> rackOf) {
        this.nodeId = nodeId;
        this.rackOf = rackOf;
    }

    @Override
    public int select(String clientRack, long offset, Replica leader) {
        return clientRack.equals(rackOf.apply(nodeId))
                ? -1
                : leader.readReplica(offset, id -> clientRack.equals(rackOf.apply(id)));
    }
}
