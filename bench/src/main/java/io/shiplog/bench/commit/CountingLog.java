// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import io.shiplog.replication.port.ReplicatedLog;
import io.shiplog.storage.model.EpochEndOffset;

/** A log that is nothing but its offsets. */
final class CountingLog implements ReplicatedLog {
    long end;
    long flushed;
    int epoch = -1;

    @Override
    public long logStartOffset() {
        return 0;
    }

    @Override
    public long durableLogStartOffset() {
        return 0;
    }

    @Override
    public long logEndOffset() {
        return end;
    }

    @Override
    public long flushedOffset() {
        return flushed;
    }

    @Override
    public int truncationGeneration() {
        return 0;
    }

    @Override
    public int latestEpoch() {
        return epoch;
    }

    @Override
    public EpochEndOffset endOffsetForEpoch(int requested) {
        return new EpochEndOffset(requested, end);
    }
}
