// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.plan;

/** What kind of job a plan becomes. */
public enum PlanKind {
    REASSIGN,
    BALANCE,
    /** Empties one node, which gets nothing new from then on. */
    DRAIN_NODE,
    /** Empties one node into another. */
    REPLACE_NODE,
    REPLICATION_FACTOR
}
