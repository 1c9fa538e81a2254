// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.port.IsrProposals;

/** What all replicas of one loop share. */
public record ReplicaContext(
        EventLoop loop, IsrProposals proposals, ReplicationSettings settings, ShippingContext shipping) {
    /** Replicas that have no segments shipped. */
    public ReplicaContext(EventLoop loop, IsrProposals proposals, ReplicationSettings settings) {
        this(loop, proposals, settings, ShippingContext.NEVER);
    }
}
