// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.port.IsrProposals;

/** What all replicas of one loop share. */
public record ReplicaContext(EventLoop loop, IsrProposals proposals, ReplicationSettings settings) {}
