// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.port;

/**
 * One assigned replica of a partition and what the metadata says about its node.
 *
 * @param id node id
 * @param inIsr member of the committed in-sync set
 * @param inElr eligible leader replica (out of the ISR, still safe to elect, KIP-966)
 * @param brokerEpoch broker epoch of the node's registration; −1 when the node is not registered
 * @param fenced the controller does not trust the node to be alive
 * @param shuttingDown the node is in controlled shutdown
 */
public record AssignedReplica(
        int id, boolean inIsr, boolean inElr, long brokerEpoch, boolean fenced, boolean shuttingDown) {
    /** Whether the node may join an ISR now (KIP-841). */
    public boolean mayJoinIsr() {
        return brokerEpoch >= 0 && !fenced && !shuttingDown;
    }

    /** Whether a node that is in the ISR and leads may still name itself: it may be stopping, and is alive. */
    public boolean mayStayInIsr() {
        return inIsr && brokerEpoch >= 0 && !fenced;
    }
}
