// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * Whole clusters of the real classes on one thread: virtual time, a network and disks with everything that networks and disks do, and observers who
 * see all of it. One seed is one run, again and again.
 *
 * <pre>
 *   engine     virtual time, chance, processes and their threads; knows nothing of what is simulated
 *   disk       a disk in memory: unsynced writes lost, torn, reordered; failing, full, hanging, rotten, old, empty
 *   network    connections and links: delayed, cut, reset; late arrival of what was given up
 *   quorum     real controllers and replay over a simulated metadata log; clients of it
 *   node       a storage node: the real data directory, replicas, fetches, and the glue of the server
 *   client     producers, consumers, an operator
 *   history    what clients asked and were told
 *   fault      setups, schedules, profiles: what a run consists of, as data
 *   world      builds and drives all of it, observes, and tells the invariants
 *   invariant  one class for each promise
 *   exhaustive all interleavings of the cores for tiny bounds, instead of chance
 *   run        runs of seeds, and how they are told of
 * </pre>
 */
package io.shiplog.simulation;
