// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Commands that plan, start, watch and steer jobs: reassign, decommission, replace, a topic's replication factor; and what they need of nodes.
 * The quorum's active controller carries jobs out, so a command may end, or be ended, at any time.
 */
package io.shiplog.tools.jobs;
