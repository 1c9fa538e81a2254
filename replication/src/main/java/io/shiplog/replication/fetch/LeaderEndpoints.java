// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

/** Opens ways to leader nodes. */
@FunctionalInterface
public interface LeaderEndpoints {
    /**
     * The way to a node at the address that it has now; connects with the first fetch. On the loop. A node without an address is
     * one whose fetches fail.
     */
    LeaderEndpoint open(int leaderId);
}
