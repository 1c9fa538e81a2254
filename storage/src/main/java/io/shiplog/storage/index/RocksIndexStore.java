// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.model.AbortedTransactions;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.rocksdb.RocksDBException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The index store in RocksDB, under {@code index/} of the data directory. When it cannot be opened, or is of another format, it is
 * moved aside and begun anew. When it fails in use, a file {@code index.invalid} says so for the next start, and until then
 * nothing is stored or found.
 */
public final class RocksIndexStore implements IndexStore {
    private static final Logger LOG = LoggerFactory.getLogger(RocksIndexStore.class);
    private static final String NAME = "index";
    private static final String INVALID = "index.invalid";
    private static final String ASIDE = "index.aside";

    private final LogFiles files;
    private final Path dataDirectory;
    /** Null when none could be opened: then the store is broken from the beginning. */
    private final RocksStore rocks;

    private volatile boolean broken;
    /** It failed, and the disk did not even take the word of it. Guarded by this. */
    private boolean unmarked;

    private volatile boolean changed;

    private RocksIndexStore(LogFiles files, Path dataDirectory, RocksStore rocks) {
        this.files = files;
        this.dataDirectory = dataDirectory;
        this.rocks = rocks;
        this.broken = rocks == null;
    }

    /**
     * Opens the store of a data directory; what was found unusable is moved aside. When not even a new one can be made (the disk is
     * full), the store is empty and stays so: an index is no reason not to start.
     */
    public static RocksIndexStore open(LogFiles files, Path dataDirectory) throws IOException {
        RocksLibrary.load(dataDirectory.resolve("native"));
        Path path = dataDirectory.resolve(NAME);
        Path invalid = dataDirectory.resolve(INVALID);
        if (files.exists(invalid)) {
            moveAside(files, dataDirectory, "it was marked invalid");
            files.delete(invalid);
            files.syncDirectory(dataDirectory);
        }
        try {
            return new RocksIndexStore(files, dataDirectory, RocksStore.open(path, IndexCodec.VERSION));
        } catch (RocksDBException first) {
            moveAside(files, dataDirectory, first.getMessage());
            try {
                return new RocksIndexStore(files, dataDirectory, RocksStore.open(path, IndexCodec.VERSION));
            } catch (RocksDBException second) {
                LOG.warn(
                        "There is no index store in {} until the next start, indexes are built from segments: {}",
                        dataDirectory,
                        second.getMessage());
                return new RocksIndexStore(files, dataDirectory, null);
            }
        }
    }

    @Override
    public void put(PartitionKey partition, IndexBlock block, SegmentSummary summary, LogCheckpoint checkpoint) {
        if (broken) return;
        changed = true;
        try {
            if (block != null) {
                byte[] key = IndexCodec.blockKey(partition, block.segmentBase(), block.fromPosition());
                rocks.put(RocksStore.Family.INDEX, key, IndexCodec.encode(block));
            }
            if (summary != null) {
                byte[] key = IndexCodec.stateKey(partition, IndexCodec.SUMMARY, summary.baseOffset());
                rocks.put(RocksStore.Family.STATE, key, IndexCodec.encode(summary));
            }
            if (checkpoint != null) {
                byte[] key = IndexCodec.stateKey(partition, IndexCodec.CHECKPOINT, checkpoint.offset());
                rocks.put(RocksStore.Family.STATE, key, IndexCodec.encode(checkpoint));
            }
        } catch (RocksDBException e) {
            giveUp(e);
        }
    }

    @Override
    public StoredLog load(PartitionKey partition) {
        StoredRows rows = new StoredRows();
        return read(RocksStore.Family.STATE, IndexCodec.prefix(partition), rows) ? rows.log() : StoredRows.nothing();
    }

    @Override
    public void putAborted(PartitionKey partition, long segmentBase, int firstOrdinal, AbortedTransactions entries) {
        if (broken) return;
        if (firstOrdinal == 0) forgetAborted(abortedKeys(partition, segmentBase, segmentBase, segmentBase + 1));
        changed = true;
        try {
            byte[] key = AbortedCodec.key(partition, segmentBase, entries.lastOffset(0));
            rocks.put(RocksStore.Family.STATE, key, AbortedCodec.encode(segmentBase, firstOrdinal, entries));
        } catch (RocksDBException e) {
            giveUp(e);
        }
    }

    @Override
    public boolean aborted(PartitionKey partition, long segmentBase, long fromMarker, AbortedVisitor visitor) {
        if (broken) return false;
        AbortedTransactions block = new AbortedTransactions();
        try {
            rocks.forEachFromFloor(
                    RocksStore.Family.STATE,
                    AbortedCodec.key(partition, segmentBase, Math.max(0, fromMarker)),
                    AbortedCodec.segmentPrefix(partition, segmentBase),
                    (key, value) -> AbortedCodec.decode(key, value, block, visitor));
            return true;
        } catch (RocksDBException | BufferUnderflowException | IllegalArgumentException e) {
            giveUp(e);
            return false;
        }
    }

    @Override
    public void forgetAbortedFrom(PartitionKey partition, long segmentBase, long fromMarker) {
        forgetAborted(abortedKeys(partition, segmentBase, fromMarker, Long.MAX_VALUE));
    }

    private void forgetAborted(List<byte[]> keys) {
        if (!keys.isEmpty()) forget(keys, null, null);
    }

    /** Keys of the aborted transactions of the segments in [from, to), in the first one from a marker on. */
    private List<byte[]> abortedKeys(PartitionKey partition, long fromBase, long fromMarker, long toBase) {
        List<byte[]> keys = new ArrayList<>();
        byte[] from = AbortedCodec.key(partition, Math.max(0, fromBase), Math.max(0, fromMarker));
        read(RocksStore.Family.STATE, from, AbortedCodec.partitionPrefix(partition), (key, value) -> {
            boolean within = AbortedCodec.segmentBase(key) < toBase;
            if (within) keys.add(key);
            return within;
        });
        return keys;
    }

    @Override
    public Scan scan() {
        if (broken) return RocksScan.overNothing();
        try {
            return new RocksScan(rocks, this::giveUp);
        } catch (RocksDBException e) {
            giveUp(e);
            return RocksScan.overNothing();
        }
    }

    @Override
    public List<LogCheckpoint> checkpoints(PartitionKey partition) {
        return load(partition).checkpoints();
    }

    @Override
    public List<SegmentSummary> summaries(PartitionKey partition) {
        return load(partition).summaries();
    }

    @Override
    public IndexBlock index(PartitionKey partition, long segmentBase) {
        IndexChain chain = new IndexChain(segmentBase);
        boolean read = read(
                RocksStore.Family.INDEX,
                IndexCodec.segmentKey(partition, segmentBase),
                (key, value) -> chain.add(IndexCodec.decodeBlock(key, value)));
        return (read ? chain : new IndexChain(segmentBase)).whole();
    }

    @Override
    public void forgetBlocksFrom(PartitionKey partition, long segmentBase, int position) {
        List<byte[]> keys = new ArrayList<>();
        byte[] from = IndexCodec.blockKey(partition, segmentBase, position);
        byte[] prefix = IndexCodec.prefix(partition);
        boolean read = read(RocksStore.Family.INDEX, from, prefix, (key, value) -> keys.add(key));
        if (read && !keys.isEmpty()) forget(List.of(), from, IndexCodec.after(prefix));
    }

    @Override
    public void forgetBlocks(PartitionKey partition, long segmentBase) {
        byte[] from = IndexCodec.segmentKey(partition, segmentBase);
        forget(List.of(), from, IndexCodec.after(from));
    }

    @Override
    public void forgetFrom(PartitionKey partition, long offset, long segmentBase) {
        markOrFail();
        if (broken) return;
        List<byte[]> keys = new ArrayList<>();
        StoredLog stored = load(partition);
        for (LogCheckpoint checkpoint : stored.checkpoints()) {
            if (checkpoint.offset() > offset) keys.add(checkpointKey(partition, checkpoint.offset()));
        }
        for (SegmentSummary summary : stored.summaries()) {
            if (summary.baseOffset() >= segmentBase || summary.nextOffset() > offset) {
                keys.add(IndexCodec.stateKey(partition, IndexCodec.SUMMARY, summary.baseOffset()));
            }
        }
        if (stored.withAborted()) keys.addAll(abortedKeys(partition, segmentBase, segmentBase, Long.MAX_VALUE));
        byte[] from = IndexCodec.segmentKey(partition, Math.max(0, segmentBase));
        delete(keys, from, IndexCodec.after(IndexCodec.prefix(partition)), true);
        markOrFail();
    }

    @Override
    public void forgetBelow(PartitionKey partition, long logStartOffset) {
        List<byte[]> keys = new ArrayList<>();
        long upTo = 0;
        StoredLog stored = load(partition);
        for (SegmentSummary summary : stored.summaries()) {
            if (summary.nextOffset() > logStartOffset) continue;
            keys.add(IndexCodec.stateKey(partition, IndexCodec.SUMMARY, summary.baseOffset()));
            upTo = Math.max(upTo, summary.baseOffset() + 1);
        }
        for (LogCheckpoint checkpoint : stored.checkpoints()) {
            if (checkpoint.offset() < logStartOffset) keys.add(checkpointKey(partition, checkpoint.offset()));
        }
        if (stored.withAborted()) keys.addAll(abortedKeys(partition, 0, 0, upTo));
        forget(keys, IndexCodec.segmentKey(partition, 0), IndexCodec.segmentKey(partition, upTo));
    }

    @Override
    public void forgetSegments(PartitionKey partition, long fromBase, long toBaseExclusive) {
        markOrFail();
        if (broken) return;
        List<byte[]> keys = new ArrayList<>();
        StoredLog stored = load(partition);
        for (SegmentSummary summary : stored.summaries()) {
            boolean within = summary.baseOffset() >= fromBase && summary.baseOffset() < toBaseExclusive;
            if (within) keys.add(IndexCodec.stateKey(partition, IndexCodec.SUMMARY, summary.baseOffset()));
        }
        for (LogCheckpoint checkpoint : stored.checkpoints()) {
            boolean within = checkpoint.segmentBase() >= fromBase && checkpoint.segmentBase() < toBaseExclusive;
            if (within) keys.add(checkpointKey(partition, checkpoint.offset()));
        }
        if (stored.withAborted()) keys.addAll(abortedKeys(partition, fromBase, fromBase, toBaseExclusive));
        byte[] from = IndexCodec.segmentKey(partition, fromBase);
        delete(keys, from, IndexCodec.segmentKey(partition, toBaseExclusive), true);
        markOrFail();
    }

    @Override
    public void forgetCheckpoint(PartitionKey partition, long offset) {
        forget(List.of(checkpointKey(partition, offset)), null, null);
    }

    @Override
    public void forgetPartition(PartitionKey partition) {
        List<byte[]> keys = new ArrayList<>();
        byte[] prefix = IndexCodec.prefix(partition);
        read(RocksStore.Family.STATE, prefix, (key, value) -> keys.add(key));
        forget(keys, prefix, IndexCodec.after(prefix));
    }

    @Override
    public boolean isOffline() {
        return broken;
    }

    @Override
    public void flush() {
        if (broken || !changed) return;
        changed = false;
        try {
            rocks.flush();
        } catch (RocksDBException e) {
            giveUp(e);
        }
    }

    @Override
    public long memoryBytes() {
        if (broken) return -1;
        try {
            return rocks.memoryBytes();
        } catch (RocksDBException e) {
            giveUp(e);
            return -1;
        }
    }

    @Override
    public void close() {
        broken = true;
        if (rocks != null) rocks.close();
    }

    private void forget(List<byte[]> keys, byte[] from, byte[] to) {
        if (!broken) delete(keys, from, to, false);
    }

    private void delete(List<byte[]> keys, byte[] from, byte[] to, boolean durable) {
        try {
            rocks.delete(keys, from, to, durable);
        } catch (RocksDBException e) {
            giveUp(e);
        }
    }

    private boolean read(RocksStore.Family family, byte[] prefix, RocksStore.RowVisitor visitor) {
        return read(family, prefix, prefix, visitor);
    }

    /** Shows the rows from a key on that begin with the prefix; false when the store is of no use. */
    private boolean read(RocksStore.Family family, byte[] from, byte[] prefix, RocksStore.RowVisitor visitor) {
        if (broken) return false;
        try {
            rocks.forEach(family, from, prefix, visitor);
            return true;
        } catch (RocksDBException | BufferUnderflowException | IllegalArgumentException e) {
            giveUp(e);
            return false;
        }
    }

    private static byte[] checkpointKey(PartitionKey partition, long offset) {
        return IndexCodec.stateKey(partition, IndexCodec.CHECKPOINT, offset);
    }

    /** From now on the store holds nothing, and the next start does not believe it either. */
    private synchronized void giveUp(Exception cause) {
        if (broken) return;
        broken = true;
        LOG.error(
                "The index store of {} failed; until this node starts again indexes are built from segments, and its next start takes longer: {}",
                dataDirectory,
                cause.toString());
        try {
            markInvalid();
        } catch (IOException e) {
            // As long as nothing is cut off a log, a store that stays behind is no danger: recovery goes on where it
            // ends.
            unmarked = true;
            LOG.warn("The failed index store of {} could not be marked as invalid: {}", dataDirectory, e.toString());
        }
    }

    /** Before a log is cut, what the store tells of the part that goes must be forgotten or be known to be invalid. */
    private synchronized void markOrFail() {
        if (!unmarked) return;
        try {
            markInvalid();
            unmarked = false;
        } catch (IOException e) {
            throw new StorageException("marking the index store of " + dataDirectory + " as invalid", e);
        }
    }

    private void markInvalid() throws IOException {
        Path invalid = dataDirectory.resolve(INVALID);
        if (files.exists(invalid)) return;
        files.create(invalid).close();
        files.syncDirectory(dataDirectory);
    }

    private static void moveAside(LogFiles files, Path dataDirectory, String reason) throws IOException {
        Path path = dataDirectory.resolve(NAME);
        if (!files.exists(path)) return;
        Path aside = dataDirectory.resolve(ASIDE);
        LOG.warn("The index store {} is moved to {} and rebuilt: {}", path, aside, reason);
        files.deleteTree(aside);
        files.rename(path, aside);
        files.syncDirectory(dataDirectory);
    }
}
