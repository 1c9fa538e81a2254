// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** A disk in memory with everything that disks do to data, and the data directory's threads as events of the schedule. */
package io.shiplog.simulation.disk;
