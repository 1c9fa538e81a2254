// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * What must hold, one class each: {@code S} safety, {@code L} liveness, numbered as in docs/simulation.md, {@code N} what nodes notice
 * themselves.
 *
 * <p>{@link io.shiplog.simulation.invariant.Observer} looks at the cluster after every event ({@link
 * io.shiplog.simulation.invariant.ClusterSight}), says what changed as {@link io.shiplog.simulation.invariant.Fact}s, and keeps what no node
 * knows ({@link io.shiplog.simulation.invariant.Truth}): the history of what any node ever took for committed. Each {@link
 * io.shiplog.simulation.invariant.Invariant} judges facts when they happen, and the history of the clients at the end.
 */
package io.shiplog.simulation.invariant;
