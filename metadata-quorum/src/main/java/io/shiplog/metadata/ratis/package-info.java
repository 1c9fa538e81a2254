// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

/**
 * The only user of Ratis: one Raft group whose log holds {@link io.shiplog.metadata.proto.MetadataEntry}s, its state machine, its snapshots,
 * and the guards around what Ratis leaves open (a vote that is not durable, an empty vote file after a full disk, a torn tail).
 */
package io.shiplog.metadata.ratis;
