// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The replication protocol of one partition, pure: one event and the time in, effects out. No I/O, clock, thread or chance
 * in here; {@code docs/replication-protocol.md} tells the story, {@code docs/log-offsets.md} the invariants. Everything is
 * called on the one loop that owns the partition.
 */
package io.shiplog.replication.core;
