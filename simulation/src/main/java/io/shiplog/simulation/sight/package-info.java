// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** What the invariants see of a simulated cluster: its processes, what really lies on its disks, and what its clients heard. Looking changes nothing. */
package io.shiplog.simulation.sight;
