// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import io.shiplog.storage.files.LogFiles;
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
 * The index store in RocksDB, under {@code index/} of the data directory. When it cannot be opened it is moved aside and
 * begun anew. When it fails in use, a file {@code index.invalid} says so for the next start, and until then nothing is
 * stored or found.
 */
public final class RocksIndexStore implements IndexStore {
    private static final Logger LOG = LoggerFactory.getLogger(RocksIndexStore.class);
    private static final String NAME = "index";
    private static final String INVALID = "index.invalid";
    private static final String ASIDE = "index.aside";

    private final LogFiles files;
    private final Path dataDirectory;
    private final RocksStore rocks;
    private volatile boolean broken;
    private volatile boolean changed;

    private RocksIndexStore(LogFiles files, Path dataDirectory, RocksStore rocks) {
        this.files = files;
        this.dataDirectory = dataDirectory;
        this.rocks = rocks;
    }

    /** Opens the store of a data directory; what was found unusable is moved aside. */
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
            return new RocksIndexStore(files, dataDirectory, RocksStore.open(path));
        } catch (RocksDBException first) {
            moveAside(files, dataDirectory, first.getMessage());
            try {
                return new RocksIndexStore(files, dataDirectory, RocksStore.open(path));
            } catch (RocksDBException second) {
                throw new IOException("RocksDB cannot be opened in " + path, second);
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
    public List<LogCheckpoint> checkpoints(PartitionKey partition) {
        List<LogCheckpoint> found = new ArrayList<>();
        for (RocksStore.Row row : stateRows(partition, IndexCodec.CHECKPOINT)) {
            found.add(IndexCodec.decodeCheckpoint(row.key(), row.value()));
        }
        return found;
    }

    @Override
    public List<SegmentSummary> summaries(PartitionKey partition) {
        List<SegmentSummary> found = new ArrayList<>();
        for (RocksStore.Row row : stateRows(partition, IndexCodec.SUMMARY)) {
            found.add(IndexCodec.decodeSummary(row.key(), row.value()));
        }
        return found;
    }

    @Override
    public IndexBlock index(PartitionKey partition, long segmentBase) {
        SparseIndex entries = new SparseIndex();
        int covered = 0;
        for (RocksStore.Row row : rows(RocksStore.Family.INDEX, IndexCodec.segmentKey(partition, segmentBase))) {
            IndexBlock block = IndexCodec.decodeBlock(row.key(), row.value());
            if (block.fromPosition() > covered) break;
            if (block.toPosition() <= covered) continue;
            entries.addAll(block.entries());
            covered = block.toPosition();
        }
        return new IndexBlock(segmentBase, 0, covered, entries);
    }

    @Override
    public void forgetFrom(PartitionKey partition, long offset, long segmentBase) {
        if (broken) return;
        List<byte[]> keys = new ArrayList<>();
        for (LogCheckpoint checkpoint : checkpoints(partition)) {
            if (checkpoint.offset() > offset) keys.add(checkpointKey(partition, checkpoint.offset()));
        }
        for (SegmentSummary summary : summaries(partition)) {
            if (summary.baseOffset() >= segmentBase || summary.nextOffset() > offset) {
                keys.add(IndexCodec.stateKey(partition, IndexCodec.SUMMARY, summary.baseOffset()));
            }
        }
        byte[] from = IndexCodec.segmentKey(partition, Math.max(0, segmentBase));
        delete(keys, from, IndexCodec.after(IndexCodec.prefix(partition)), true);
    }

    @Override
    public void forgetBelow(PartitionKey partition, long logStartOffset) {
        List<byte[]> keys = new ArrayList<>();
        long upTo = 0;
        for (SegmentSummary summary : summaries(partition)) {
            if (summary.nextOffset() > logStartOffset) continue;
            keys.add(IndexCodec.stateKey(partition, IndexCodec.SUMMARY, summary.baseOffset()));
            upTo = Math.max(upTo, summary.baseOffset() + 1);
        }
        for (LogCheckpoint checkpoint : checkpoints(partition)) {
            if (checkpoint.offset() < logStartOffset) keys.add(checkpointKey(partition, checkpoint.offset()));
        }
        forget(keys, IndexCodec.segmentKey(partition, 0), IndexCodec.segmentKey(partition, upTo));
    }

    @Override
    public void forgetCheckpoint(PartitionKey partition, long offset) {
        forget(List.of(checkpointKey(partition, offset)), null, null);
    }

    @Override
    public void forgetPartition(PartitionKey partition) {
        List<byte[]> keys = new ArrayList<>();
        byte[] prefix = IndexCodec.prefix(partition);
        for (RocksStore.Row row : rows(RocksStore.Family.STATE, prefix)) keys.add(row.key());
        forget(keys, prefix, IndexCodec.after(prefix));
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
    public void close() {
        broken = true;
        rocks.close();
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

    private List<RocksStore.Row> stateRows(PartitionKey partition, byte type) {
        List<RocksStore.Row> found = rows(RocksStore.Family.STATE, IndexCodec.prefix(partition));
        found.removeIf(row -> IndexCodec.stateType(row.key()) != type);
        return found;
    }

    private List<RocksStore.Row> rows(RocksStore.Family family, byte[] prefix) {
        if (broken) return new ArrayList<>();
        try {
            return rocks.rows(family, prefix);
        } catch (RocksDBException | BufferUnderflowException e) {
            giveUp(e);
            return new ArrayList<>();
        }
    }

    private static byte[] checkpointKey(PartitionKey partition, long offset) {
        return IndexCodec.stateKey(partition, IndexCodec.CHECKPOINT, offset);
    }

    /** From now on the store holds nothing, and the next start does not believe it either. */
    private void giveUp(Exception cause) {
        broken = true;
        LOG.warn("The index store of {} failed, indexes are built from segments: {}", dataDirectory, cause.toString());
        try {
            Path invalid = dataDirectory.resolve(INVALID);
            if (files.exists(invalid)) return;
            files.create(invalid).close();
            files.syncDirectory(dataDirectory);
        } catch (IOException e) {
            throw new StorageException("marking the index store of " + dataDirectory + " as invalid", e);
        }
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
