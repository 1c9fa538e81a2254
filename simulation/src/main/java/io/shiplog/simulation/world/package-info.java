// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The whole of a run: the cluster, its clients, what goes wrong, and what an observer sees of it.
 *
 * <p>{@link io.shiplog.simulation.world.World} builds and drives; {@link io.shiplog.simulation.world.WorldView} is what
 * {@link io.shiplog.simulation.world.RunWatcher}s see. After every event the replicas of the node whose doing it was are looked at, and each invariant
 * is told of those that changed.
 */
package io.shiplog.simulation.world;
