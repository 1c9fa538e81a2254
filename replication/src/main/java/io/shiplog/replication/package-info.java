// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/** The leader and follower protocol: a pure deterministic core, and the loops that run it. */
package io.shiplog.replication;
