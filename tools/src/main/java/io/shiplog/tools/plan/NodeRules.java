// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

/** Which nodes may be given replicas, and what is said when one may not. */
final class NodeRules {
    private NodeRules() {}

    /** Why a node may not; null when it may. */
    static String problem(PlanInput input, int id) {
        PlanNode node = input.node(id);
        if (node == null) {
            return unknown(input, id);
        }
        return node.serves() ? null : "node " + id + " is " + refused(node);
    }

    static String unknown(PlanInput input, int id) {
        return "node " + id + " is not registered; there are " + input.nodeIds();
    }

    /** The rest of a sentence about a node that does not serve. */
    static String refused(PlanNode node) {
        String remedy = switch (node.state()) {
            case SERVING -> "";
            case DRAINING -> "end that first: shiplog maintenance off " + node.id();
            case CORDONED -> "end that first: shiplog nodes uncordon " + node.id();
            case STOPPING -> "wait until it is back";
            case FENCED -> "start it first";
        };
        return node.state().word() + " and takes no replicas; " + remedy;
    }

    /** What is wrong with a partition that is to get a replica without having a leader. */
    static String leaderless() {
        return "has no leader that a new replica could get its records from; bring it back first: shiplog recover plan";
    }
}
