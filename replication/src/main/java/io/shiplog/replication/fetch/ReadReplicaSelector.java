// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.runtime.Replica;

/** Where a consumer that asks a leader should read instead (KIP-392). */
@FunctionalInterface
public interface ReadReplicaSelector {
    /** Everybody reads from the leader. */
    ReadReplicaSelector LEADER = (clientRack, offset, leader) -> -1;

    /**
     * Called for every partition of every fetch by a consumer that says where it is.
     *
     * @param clientRack the consumer's rack, not empty
     * @param offset what it wants next
     * @return id of a node in whose in-sync replica it finds the offset; −1 for the leader itself
     */
    int select(String clientRack, long offset, Replica leader);
}
