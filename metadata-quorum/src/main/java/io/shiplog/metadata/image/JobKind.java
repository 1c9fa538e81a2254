// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

/** What a job is for. */
public enum JobKind {
    /** Assignments that an operator wants. */
    REASSIGN,
    /** Everything leaves a node, which gets nothing new from then on (a decommission). */
    DRAIN_NODE,
    /** Everything goes from one node to another. */
    REPLACE_NODE,
    /** Topics get more replicas, or fewer. */
    REPLICATION_FACTOR,
    /** Nodes are to hold alike much. */
    BALANCE
}
