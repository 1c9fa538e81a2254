// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.port;

import io.shiplog.storage.model.EpochEndOffset;

/** The log of one replica as the pure cores see it: read-only, asked on the loop that owns the partition. */
public interface ReplicatedLog {
    /** First readable offset. */
    long logStartOffset();

    /** The log start that no power loss takes back; never above {@link #logStartOffset}. */
    long durableLogStartOffset();

    /** Offset of the next record to be written. */
    long logEndOffset();

    /** All records below it are on this node's disk; never above the log end. */
    long flushedOffset();

    /** Counts truncations, so that a flush that began before one is recognised. */
    int truncationGeneration();

    /** Latest leader epoch that the log knows (an epoch assigned without records counts); −1 when it knows none. */
    int latestEpoch();

    /**
     * Where a leader epoch ends here, as Kafka's LeaderEpochFileCache answers it: the largest known epoch not above the
     * requested one; below all known epochs the requested one itself, ending where the first known one starts; above all
     * known epochs {@link EpochEndOffset#UNDEFINED}; the latest epoch ends at the log end.
     */
    EpochEndOffset endOffsetForEpoch(int epoch);
}
