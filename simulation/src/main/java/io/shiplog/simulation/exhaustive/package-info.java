// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * All interleavings of the real replication cores and the real controller for a handful of records, elections and crashes: breadth first, each state
 * once. {@link io.shiplog.simulation.exhaustive.Cluster} is a state, {@link io.shiplog.simulation.exhaustive.Steps} is what may happen next,
 * {@link io.shiplog.simulation.exhaustive.Checks} is what must hold, {@link io.shiplog.simulation.exhaustive.Search} walks. docs/decisions/0108.
 */
package io.shiplog.simulation.exhaustive;
