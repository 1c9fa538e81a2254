// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** In-memory twins of everything around the replication cores, and a seeded cluster made of them. */
package io.shiplog.replication.sim;
