// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import io.shiplog.storage.model.PartitionKey;
import java.util.List;

/** Holds nothing: every index is built from its segment. */
public final class NoIndexStore implements IndexStore {
    @Override
    public void put(PartitionKey partition, IndexBlock block, SegmentSummary summary, LogCheckpoint checkpoint) {}

    @Override
    public List<LogCheckpoint> checkpoints(PartitionKey partition) {
        return List.of();
    }

    @Override
    public List<SegmentSummary> summaries(PartitionKey partition) {
        return List.of();
    }

    @Override
    public IndexBlock index(PartitionKey partition, long segmentBase) {
        return new IndexBlock(segmentBase, 0, 0, new SparseIndex());
    }

    @Override
    public void forgetFrom(PartitionKey partition, long offset, long segmentBase) {}

    @Override
    public void forgetBelow(PartitionKey partition, long logStartOffset) {}

    @Override
    public void forgetCheckpoint(PartitionKey partition, long offset) {}

    @Override
    public void forgetPartition(PartitionKey partition) {}

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
