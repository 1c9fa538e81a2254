// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

/**
 * What a plan does to a node.
 *
 * @param incomingBytes what it receives
 * @param outgoingBytes what it sends, as the leader of what moves
 */
public record NodeChange(
        int node, String rack, PlanNode.State state, Load before, Load after, long incomingBytes, long outgoingBytes) {
    /**
     * What a node has.
     *
     * @param leaders partitions that it is the preferred leader of
     */
    public record Load(long bytes, int replicas, int leaders) {}
}
