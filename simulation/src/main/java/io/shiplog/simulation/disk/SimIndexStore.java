// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.disk;

import io.shiplog.simulation.engine.Dice;
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

/**
 * The index store in memory. A crash leaves it as it is, or as it was when something was last made durable, or half and half (blocks are lost
 * apart from the rest, as in RocksDB without a write-ahead log for them), or nothing of it.
 */
final class SimIndexStore implements IndexStore {
    private static final class Partition {
        private final TreeMap<Long, LogCheckpoint> checkpoints = new TreeMap<>();
        private final TreeMap<Long, SegmentSummary> summaries = new TreeMap<>();
        private final TreeMap<Long, TreeMap<Integer, IndexBlock>> blocks = new TreeMap<>();

        /** @param blocksOf whose blocks; null for none */
        static Partition of(Partition rest, Partition blocksOf) {
            Partition made = new Partition();
            if (rest != null) {
                made.checkpoints.putAll(rest.checkpoints);
                made.summaries.putAll(rest.summaries);
            }
            if (blocksOf != null) {
                blocksOf.blocks.forEach((base, blocks) -> made.blocks.put(base, new TreeMap<>(blocks)));
            }
            return made;
        }
    }

    private final Map<PartitionKey, Partition> partitions = new HashMap<>();
    private Map<PartitionKey, Partition> durable = new HashMap<>();

    private Partition of(PartitionKey key) {
        return partitions.computeIfAbsent(key, k -> new Partition());
    }

    private static Map<PartitionKey, Partition> copy(Map<PartitionKey, Partition> from) {
        Map<PartitionKey, Partition> copy = new HashMap<>();
        from.forEach((key, partition) -> copy.put(key, Partition.of(partition, partition)));
        return copy;
    }

    /** Blocks were in the memory of the process; the rest is with the operating system. */
    SimIndexStore afterProcessDied() {
        SimIndexStore left = new SimIndexStore();
        partitions.forEach((key, partition) -> left.partitions.put(key, Partition.of(partition, durable.get(key))));
        left.durable = copy(durable);
        return left;
    }

    SimIndexStore afterPowerLoss(Dice dice) {
        SimIndexStore left = new SimIndexStore();
        if (dice.chance(0.15)) {
            return left;
        }
        boolean restSurvives = dice.chance(0.5);
        boolean blocksSurvive = dice.chance(0.5);
        Map<PartitionKey, Partition> rest = restSurvives ? partitions : durable;
        Map<PartitionKey, Partition> blocks = blocksSurvive ? partitions : durable;
        rest.forEach((key, partition) -> left.partitions.put(key, Partition.of(partition, blocks.get(key))));
        left.durable = copy(left.partitions);
        return left;
    }

    @Override
    public void put(PartitionKey partition, IndexBlock block, SegmentSummary summary, LogCheckpoint checkpoint) {
        Partition to = of(partition);
        if (block != null) {
            to.blocks.computeIfAbsent(block.segmentBase(), b -> new TreeMap<>()).put(block.fromPosition(), block);
        }
        if (summary != null) {
            to.summaries.put(summary.baseOffset(), summary);
        }
        if (checkpoint != null) {
            to.checkpoints.put(checkpoint.offset(), checkpoint);
        }
    }

    @Override
    public List<LogCheckpoint> checkpoints(PartitionKey partition) {
        return new ArrayList<>(of(partition).checkpoints.values());
    }

    @Override
    public List<SegmentSummary> summaries(PartitionKey partition) {
        return new ArrayList<>(of(partition).summaries.values());
    }

    @Override
    public IndexBlock index(PartitionKey partition, long segmentBase) {
        IndexChain chain = new IndexChain(segmentBase);
        TreeMap<Integer, IndexBlock> blocks = of(partition).blocks.getOrDefault(segmentBase, new TreeMap<>());
        for (IndexBlock block : blocks.values()) {
            if (!chain.add(block)) {
                break;
            }
        }
        return chain.whole();
    }

    /** Nobody writes transactions in a simulation yet. */
    @Override
    public void putAborted(PartitionKey partition, long segmentBase, int firstOrdinal, AbortedTransactions entries) {
        if (entries != null) {
            throw new UnsupportedOperationException("transactions are not simulated");
        }
    }

    @Override
    public boolean aborted(PartitionKey partition, long segmentBase, long fromMarker, AbortedVisitor visitor) {
        return true;
    }

    @Override
    public void forgetAbortedFrom(PartitionKey partition, long segmentBase, long fromMarker) {}

    @Override
    public void forgetBlocksFrom(PartitionKey partition, long segmentBase, int position) {
        TreeMap<Long, TreeMap<Integer, IndexBlock>> blocks = of(partition).blocks;
        blocks.tailMap(segmentBase, false).clear();
        TreeMap<Integer, IndexBlock> ofSegment = blocks.get(segmentBase);
        if (ofSegment != null) {
            ofSegment.tailMap(position, true).clear();
        }
    }

    @Override
    public void forgetBlocks(PartitionKey partition, long segmentBase) {
        of(partition).blocks.remove(segmentBase);
    }

    @Override
    public void forgetFrom(PartitionKey partition, long offset, long segmentBase) {
        Partition from = of(partition);
        from.checkpoints.tailMap(offset, false).clear();
        from.summaries.values().removeIf(s -> s.baseOffset() >= segmentBase || s.nextOffset() > offset);
        from.blocks.tailMap(segmentBase, true).clear();
        flush();
    }

    @Override
    public void forgetBelow(PartitionKey partition, long logStartOffset) {
        Partition from = of(partition);
        from.checkpoints.headMap(logStartOffset, false).clear();
        from.summaries.values().removeIf(s -> s.nextOffset() <= logStartOffset);
    }

    @Override
    public void forgetSegments(PartitionKey partition, long fromBase, long toBaseExclusive) {
        Partition from = of(partition);
        from.summaries.subMap(fromBase, toBaseExclusive).clear();
        from.blocks.subMap(fromBase, toBaseExclusive).clear();
        from.checkpoints.values().removeIf(c -> c.segmentBase() >= fromBase && c.segmentBase() < toBaseExclusive);
        flush();
    }

    @Override
    public void forgetCheckpoint(PartitionKey partition, long offset) {
        of(partition).checkpoints.remove(offset);
    }

    @Override
    public void forgetPartition(PartitionKey partition) {
        partitions.remove(partition);
    }

    @Override
    public void flush() {
        durable = copy(partitions);
    }

    @Override
    public void close() {}
}
