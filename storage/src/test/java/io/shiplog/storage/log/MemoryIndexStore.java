// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.index.AbortedVisitor;
import io.shiplog.storage.index.IndexBlock;
import io.shiplog.storage.index.IndexChain;
import io.shiplog.storage.index.IndexStore;
import io.shiplog.storage.index.LogCheckpoint;
import io.shiplog.storage.index.SegmentSummary;
import io.shiplog.storage.model.AbortedTransactions;
import io.shiplog.storage.model.PartitionKey;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The index store in memory; survives its directory. */
final class MemoryIndexStore implements IndexStore {
    private static final class Partition {
        final TreeMap<Long, LogCheckpoint> checkpoints = new TreeMap<>();
        final TreeMap<Long, SegmentSummary> summaries = new TreeMap<>();
        final TreeMap<Long, TreeMap<Integer, IndexBlock>> blocks = new TreeMap<>();
        /** Rows by segment and first marker. */
        final TreeMap<Long, TreeMap<Long, Aborted>> aborted = new TreeMap<>();
    }

    private record Aborted(int firstOrdinal, AbortedTransactions entries) {}

    private final Map<PartitionKey, Partition> partitions = new HashMap<>();

    /** How often it was asked for aborted transactions. */
    int abortedAsked;

    /** What it holds now, in another one. */
    synchronized MemoryIndexStore copy() {
        MemoryIndexStore copy = new MemoryIndexStore();
        partitions.forEach((key, from) -> {
            Partition to = copy.of(key);
            to.checkpoints.putAll(from.checkpoints);
            to.summaries.putAll(from.summaries);
            from.blocks.forEach((base, blocks) -> to.blocks.put(base, new TreeMap<>(blocks)));
            from.aborted.forEach((base, rows) -> to.aborted.put(base, new TreeMap<>(rows)));
        });
        return copy;
    }

    /** Loses all rows of aborted transactions, or those of even places, and nothing else. */
    synchronized void forgetAborted(boolean all) {
        for (Partition partition : partitions.values()) {
            for (TreeMap<Long, Aborted> rows : partition.aborted.values()) {
                int[] at = {0};
                rows.values().removeIf(row -> all || at[0]++ % 2 == 0);
            }
        }
    }

    /** The same with the rows of aborted transactions of another one. */
    synchronized MemoryIndexStore withAbortedOf(MemoryIndexStore other) {
        MemoryIndexStore both = copy();
        MemoryIndexStore from = other.copy();
        from.partitions.forEach((key, partition) -> {
            both.of(key).aborted.clear();
            both.of(key).aborted.putAll(partition.aborted);
        });
        return both;
    }

    /** Rows of aborted transactions. */
    synchronized int abortedRows() {
        int count = 0;
        for (Partition partition : partitions.values()) {
            for (TreeMap<Long, Aborted> rows : partition.aborted.values()) count += rows.size();
        }
        return count;
    }

    /** Loses the index entries of all segments, and nothing else. */
    synchronized void forgetIndexes() {
        partitions.values().forEach(partition -> partition.blocks.clear());
    }

    private Partition of(PartitionKey key) {
        return partitions.computeIfAbsent(key, k -> new Partition());
    }

    @Override
    public synchronized void put(
            PartitionKey partition, IndexBlock block, SegmentSummary summary, LogCheckpoint checkpoint) {
        Partition p = of(partition);
        if (block != null) {
            p.blocks.computeIfAbsent(block.segmentBase(), b -> new TreeMap<>()).put(block.fromPosition(), block);
        }
        if (summary != null) p.summaries.put(summary.baseOffset(), summary);
        if (checkpoint != null) p.checkpoints.put(checkpoint.offset(), checkpoint);
    }

    @Override
    public synchronized List<LogCheckpoint> checkpoints(PartitionKey partition) {
        return new ArrayList<>(of(partition).checkpoints.values());
    }

    @Override
    public synchronized List<SegmentSummary> summaries(PartitionKey partition) {
        return new ArrayList<>(of(partition).summaries.values());
    }

    @Override
    public synchronized IndexBlock index(PartitionKey partition, long segmentBase) {
        IndexChain chain = new IndexChain(segmentBase);
        TreeMap<Integer, IndexBlock> blocks = of(partition).blocks.getOrDefault(segmentBase, new TreeMap<>());
        for (IndexBlock block : blocks.values()) if (!chain.add(block)) break;
        return chain.whole();
    }

    @Override
    public synchronized void putAborted(
            PartitionKey partition, long segmentBase, int firstOrdinal, AbortedTransactions entries) {
        if (entries == null) return;
        TreeMap<Long, Aborted> rows = of(partition).aborted.computeIfAbsent(segmentBase, b -> new TreeMap<>());
        if (firstOrdinal == 0) rows.clear();
        rows.put(entries.lastOffset(0), new Aborted(firstOrdinal, entries));
    }

    @Override
    public boolean aborted(PartitionKey partition, long segmentBase, long fromMarker, AbortedVisitor visitor) {
        List<Aborted> found;
        synchronized (this) {
            abortedAsked++;
            TreeMap<Long, Aborted> rows = of(partition).aborted.getOrDefault(segmentBase, new TreeMap<>());
            Long floor = rows.floorKey(fromMarker);
            found = new ArrayList<>((floor == null ? rows : rows.tailMap(floor, true)).values());
        }
        for (Aborted row : found) if (!visitor.visit(row.firstOrdinal(), row.entries())) break;
        return true;
    }

    @Override
    public synchronized void forgetAbortedFrom(PartitionKey partition, long segmentBase, long fromMarker) {
        TreeMap<Long, TreeMap<Long, Aborted>> aborted = of(partition).aborted;
        aborted.tailMap(segmentBase, false).clear();
        TreeMap<Long, Aborted> ofSegment = aborted.get(segmentBase);
        if (ofSegment != null) ofSegment.tailMap(fromMarker, true).clear();
    }

    @Override
    public synchronized void forgetBlocksFrom(PartitionKey partition, long segmentBase, int position) {
        TreeMap<Long, TreeMap<Integer, IndexBlock>> blocks = of(partition).blocks;
        blocks.tailMap(segmentBase, false).clear();
        TreeMap<Integer, IndexBlock> ofSegment = blocks.get(segmentBase);
        if (ofSegment != null) ofSegment.tailMap(position, true).clear();
    }

    @Override
    public synchronized void forgetBlocks(PartitionKey partition, long segmentBase) {
        of(partition).blocks.remove(segmentBase);
    }

    @Override
    public synchronized void forgetFrom(PartitionKey partition, long offset, long segmentBase) {
        Partition p = of(partition);
        p.checkpoints.tailMap(offset, false).clear();
        p.summaries.values().removeIf(s -> s.baseOffset() >= segmentBase || s.nextOffset() > offset);
        p.blocks.tailMap(segmentBase, true).clear();
        p.aborted.tailMap(segmentBase, true).clear();
    }

    @Override
    public synchronized void forgetBelow(PartitionKey partition, long logStartOffset) {
        Partition p = of(partition);
        p.checkpoints.headMap(logStartOffset, false).clear();
        for (SegmentSummary s : p.summaries.values()) {
            if (s.nextOffset() <= logStartOffset)
                p.aborted.headMap(s.baseOffset(), true).clear();
        }
        p.summaries.values().removeIf(s -> s.nextOffset() <= logStartOffset);
    }

    @Override
    public synchronized void forgetSegments(PartitionKey partition, long fromBase, long toBaseExclusive) {
        Partition p = of(partition);
        p.summaries.subMap(fromBase, toBaseExclusive).clear();
        p.blocks.subMap(fromBase, toBaseExclusive).clear();
        p.aborted.subMap(fromBase, toBaseExclusive).clear();
        p.checkpoints.values().removeIf(c -> c.segmentBase() >= fromBase && c.segmentBase() < toBaseExclusive);
    }

    @Override
    public synchronized void forgetCheckpoint(PartitionKey partition, long offset) {
        of(partition).checkpoints.remove(offset);
    }

    @Override
    public synchronized void forgetPartition(PartitionKey partition) {
        partitions.remove(partition);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
