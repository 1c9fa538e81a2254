// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.port.ReplicatedLog;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.model.EpochEndOffset;

/** The log of the storage module as the cores see it. */
final class StorageReplicatedLog implements ReplicatedLog {
    private final PartitionLog log;

    StorageReplicatedLog(PartitionLog log) {
        this.log = log;
    }

    @Override
    public long logStartOffset() {
        return log.logStartOffset();
    }

    @Override
    public long durableLogStartOffset() {
        return log.durableLogStartOffset();
    }

    @Override
    public long logEndOffset() {
        return log.logEndOffset();
    }

    @Override
    public long flushedOffset() {
        return log.flushedOffset();
    }

    @Override
    public int truncationGeneration() {
        return log.truncationGeneration();
    }

    @Override
    public int latestEpoch() {
        return log.latestEpoch();
    }

    @Override
    public EpochEndOffset endOffsetForEpoch(int epoch) {
        return log.endOffsetForEpoch(epoch);
    }
}
