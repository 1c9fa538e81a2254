// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.IsrProposal;

/**
 * Where a leader stands with the controller about its ISR. While a proposal is open nobody knows which of the two sets is
 * in force, so commits wait for the larger one: the <em>maximal ISR</em> (KIP-497). Eligible leader replicas belong to it as
 * well, since they may be elected; while the ISR is not below min.insync.replicas there are none, except for the moment
 * between a lowered min.insync.replicas and the controller's clearing of them.
 */
sealed interface IsrState {
    /** Nothing is open: the committed ISR counts. */
    IsrState SETTLED = new Settled();

    /** Whether the replica has to hold a record before it is committed. */
    boolean inMaximalIsr(AssignedReplica replica);

    /** The open proposal, or null. */
    IsrProposal proposal();

    record Settled() implements IsrState {
        @Override
        public boolean inMaximalIsr(AssignedReplica replica) {
            return replica.inIsr() || replica.inElr();
        }

        @Override
        public IsrProposal proposal() {
            return null;
        }
    }

    /** The joiner may already be in the ISR, so it counts from the moment it was proposed. */
    record PendingExpand(int joiner, IsrProposal proposal) implements IsrState {
        @Override
        public boolean inMaximalIsr(AssignedReplica replica) {
            return replica.inIsr() || replica.inElr() || replica.id() == joiner;
        }
    }

    /** Those to leave may still be electable, so they count until the controller has confirmed. */
    record PendingShrink(IsrProposal proposal) implements IsrState {
        @Override
        public boolean inMaximalIsr(AssignedReplica replica) {
            return replica.inIsr() || replica.inElr();
        }
    }

    /** Only flags of the partition change (durable set, unclean cleared). */
    record PendingFlags(IsrProposal proposal) implements IsrState {
        @Override
        public boolean inMaximalIsr(AssignedReplica replica) {
            return replica.inIsr() || replica.inElr();
        }
    }
}
