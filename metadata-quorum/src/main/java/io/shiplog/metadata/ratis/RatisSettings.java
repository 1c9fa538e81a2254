// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import java.nio.file.Path;

/**
 * How the Raft group runs on this node.
 *
 * @param directory where Ratis keeps its log and snapshots; exists
 * @param electionTimeoutMinMs a follower that hears no leader for between this and {@code electionTimeoutMaxMs} stands for election
 * @param snapshotEntries entries after which a snapshot is written and the log before it purged
 * @param snapshotIntervalMs a snapshot is written at least this often when there are new entries
 * @param preservedEntries entries that a purge leaves, so that a peer that was away shortly catches up from the log
 * @param segmentBytes size of a Raft log segment
 */
public record RatisSettings(
        Path directory,
        String bindHost,
        int bindPort,
        int electionTimeoutMinMs,
        int electionTimeoutMaxMs,
        long snapshotEntries,
        long snapshotIntervalMs,
        long preservedEntries,
        int segmentBytes) {}
