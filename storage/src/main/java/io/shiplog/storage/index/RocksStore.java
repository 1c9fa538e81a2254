// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.FlushOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.ReadOptions;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;
import org.rocksdb.RocksIterator;
import org.rocksdb.RocksObject;
import org.rocksdb.WriteBatch;
import org.rocksdb.WriteOptions;

/**
 * The only class that holds native handles of RocksDB: use after close is a crash of the JVM, so every use takes the
 * guard, and none of these objects leaves. Two families: {@code index}, written without write-ahead log, and {@code
 * state}, written with it but not synced (a killed process loses nothing of it, a power cut what was not flushed).
 * Any thread.
 */
final class RocksStore implements AutoCloseable {
    /** Which family. */
    enum Family {
        INDEX,
        STATE
    }

    /** Takes rows; says whether to go on. */
    @FunctionalInterface
    interface RowVisitor {
        boolean visit(byte[] key, byte[] value);
    }

    /** Of one family; all of them together are bounded by {@link RocksMemory}. */
    private static final long WRITE_BUFFER_BYTES = 2L << 20;

    private static final int MAX_OPEN_FILES = 64;
    private static final byte[] FORMAT_KEY = {'f', 'o', 'r', 'm', 'a', 't'};

    private final ReadWriteLock guard = new ReentrantReadWriteLock();
    private final List<RocksObject> options = new ArrayList<>();
    private final List<ColumnFamilyHandle> handles = new ArrayList<>();
    private final WriteOptions withoutLog;
    private final WriteOptions withLog;
    private final WriteOptions synced;
    private final ReadOptions read;
    private final RocksMemory memory = RocksMemory.acquire();
    private final RocksDB db;
    private boolean closed;

    private RocksStore(Path directory) throws RocksDBException {
        try {
            BlockBasedTableConfig table = new BlockBasedTableConfig()
                    .setBlockCache(memory.cache())
                    .setCacheIndexAndFilterBlocks(true)
                    .setCacheIndexAndFilterBlocksWithHighPriority(true)
                    .setBlockSize(8 * 1024);
            ColumnFamilyOptions family = keep(new ColumnFamilyOptions())
                    .setTableFormatConfig(table)
                    .setWriteBufferSize(WRITE_BUFFER_BYTES)
                    .setMaxWriteBufferNumber(2)
                    .setCompressionType(CompressionType.NO_COMPRESSION);
            DBOptions database = keep(new DBOptions())
                    .setCreateIfMissing(true)
                    .setCreateMissingColumnFamilies(true)
                    .setMaxBackgroundJobs(2)
                    .setMaxOpenFiles(MAX_OPEN_FILES)
                    .setWriteBufferManager(memory.writeBuffers())
                    .setMaxTotalWalSize(16L << 20)
                    .setStatsDumpPeriodSec(0)
                    .setKeepLogFileNum(2)
                    .setMaxLogFileSize(1L << 20)
                    .setInfoLogLevel(InfoLogLevel.WARN_LEVEL);
            withoutLog = keep(new WriteOptions()).setDisableWAL(true);
            withLog = keep(new WriteOptions());
            synced = keep(new WriteOptions()).setSync(true);
            read = keep(new ReadOptions());
            db = RocksDB.open(
                    database,
                    directory.toString(),
                    List.of(
                            new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, family),
                            new ColumnFamilyDescriptor(new byte[] {'i', 'n', 'd', 'e', 'x'}, family),
                            new ColumnFamilyDescriptor(new byte[] {'s', 't', 'a', 't', 'e'}, family)),
                    handles);
        } catch (RocksDBException e) {
            closeOptions();
            throw e;
        }
    }

    /** Opens or creates a store; what is in it must have been written in the same format. */
    static RocksStore open(Path directory, byte format) throws RocksDBException {
        RocksStore store = new RocksStore(directory);
        try {
            store.checkFormat(format);
            return store;
        } catch (RocksDBException e) {
            store.close();
            throw e;
        }
    }

    private void checkFormat(byte format) throws RocksDBException {
        byte[] found = db.get(FORMAT_KEY);
        if (found != null && found.length == 1 && found[0] == format) return;
        if (found != null || !isEmpty()) throw new RocksDBException("the index store is of another format");
        db.put(FORMAT_KEY, new byte[] {format});
    }

    private boolean isEmpty() throws RocksDBException {
        for (Family family : Family.values()) {
            try (RocksIterator iterator = db.newIterator(handle(family))) {
                iterator.seekToFirst();
                iterator.status();
                if (iterator.isValid()) return false;
            }
        }
        return true;
    }

    /** Writes without a sync: a block goes without, a state row with the write-ahead log. */
    void put(Family family, byte[] key, byte[] value) throws RocksDBException {
        guard.readLock().lock();
        try {
            checkOpen();
            db.put(handle(family), family == Family.INDEX ? withoutLog : withLog, key, value);
        } finally {
            guard.readLock().unlock();
        }
    }

    /** Deletes rows of both families; durable when it returns, if asked. */
    void delete(List<byte[]> stateKeys, byte[] indexFrom, byte[] indexTo, boolean durable) throws RocksDBException {
        guard.readLock().lock();
        try (WriteBatch batch = new WriteBatch()) {
            checkOpen();
            for (byte[] key : stateKeys) batch.delete(handle(Family.STATE), key);
            if (indexFrom != null) batch.deleteRange(handle(Family.INDEX), indexFrom, indexTo);
            db.write(durable ? synced : withLog, batch);
        } finally {
            guard.readLock().unlock();
        }
    }

    /** Shows the rows from a key on whose keys begin with the prefix, in order. */
    void forEach(Family family, byte[] from, byte[] prefix, RowVisitor visitor) throws RocksDBException {
        guard.readLock().lock();
        try {
            checkOpen();
            try (RocksIterator iterator = db.newIterator(handle(family), read)) {
                boolean more = true;
                for (iterator.seek(from); more && iterator.isValid(); iterator.next()) {
                    byte[] key = iterator.key();
                    more = begins(key, prefix) && visitor.visit(key, iterator.value());
                }
                iterator.status();
            }
        } finally {
            guard.readLock().unlock();
        }
    }

    /** The same, beginning with the last row at or before the key if that begins with the prefix, too. */
    void forEachFromFloor(Family family, byte[] key, byte[] prefix, RowVisitor visitor) throws RocksDBException {
        byte[] from = key;
        guard.readLock().lock();
        try {
            checkOpen();
            try (RocksIterator iterator = db.newIterator(handle(family), read)) {
                iterator.seekForPrev(key);
                if (iterator.isValid() && begins(iterator.key(), prefix)) from = iterator.key();
                iterator.status();
            }
        } finally {
            guard.readLock().unlock();
        }
        forEach(family, from, prefix, visitor);
    }

    /** Begins a pass over a family; of the calling thread, which closes it. Until then the store is not closed. */
    Pass pass(Family family) throws RocksDBException {
        guard.readLock().lock();
        try {
            checkOpen();
            return new Pass(db.newIterator(handle(family), read));
        } catch (RocksDBException e) {
            guard.readLock().unlock();
            throw e;
        }
    }

    /** Many ranges of rows, one behind the other: what lies close to the last one is reached without a search. */
    final class Pass implements AutoCloseable {
        private static final int STEPS = 8;

        private final RocksIterator iterator;

        /** Where the iterator stands; null before the first range and behind the last row. */
        private byte[] at;

        /** All rows from the beginning of the last range up to the iterator were passed by. */
        private byte[] passed;

        private Pass(RocksIterator iterator) {
            this.iterator = iterator;
        }

        /** As {@link RocksStore#forEach}. */
        void forEach(byte[] from, byte[] prefix, RowVisitor visitor) throws RocksDBException {
            goTo(from);
            passed = from;
            boolean more = at != null;
            while (more) {
                more = begins(at, prefix) && visitor.visit(at, iterator.value());
                if (!more) break;
                passed = at;
                step();
                more = at != null;
            }
            iterator.status();
        }

        private void goTo(byte[] from) {
            boolean ahead = at != null && Arrays.compareUnsigned(passed, from) < 0;
            for (int i = 0; ahead && i < STEPS && at != null; i++) {
                if (Arrays.compareUnsigned(at, from) >= 0) return;
                step();
            }
            if (ahead && at != null && Arrays.compareUnsigned(at, from) >= 0) return;
            iterator.seek(from);
            at = iterator.isValid() ? iterator.key() : null;
        }

        private void step() {
            iterator.next();
            at = iterator.isValid() ? iterator.key() : null;
        }

        @Override
        public void close() {
            iterator.close();
            guard.readLock().unlock();
        }
    }

    /** Bytes in memory tables, cached blocks and table readers, as RocksDB counts them, of this store and those beside it. */
    long memoryBytes() throws RocksDBException {
        guard.readLock().lock();
        try {
            checkOpen();
            long bytes = memory.cache().getUsage();
            for (Family family : Family.values()) {
                bytes += db.getLongProperty(handle(family), "rocksdb.estimate-table-readers-mem");
            }
            return bytes;
        } finally {
            guard.readLock().unlock();
        }
    }

    /** Writes all memory tables to files. */
    void flush() throws RocksDBException {
        guard.readLock().lock();
        try (FlushOptions wait = new FlushOptions().setWaitForFlush(true)) {
            checkOpen();
            db.flush(wait, List.of(handle(Family.INDEX), handle(Family.STATE)));
        } finally {
            guard.readLock().unlock();
        }
    }

    @Override
    public void close() {
        guard.writeLock().lock();
        try {
            if (closed) return;
            closed = true;
            for (ColumnFamilyHandle handle : handles) handle.close();
            db.close();
            closeOptions();
        } finally {
            guard.writeLock().unlock();
        }
    }

    private void checkOpen() throws RocksDBException {
        if (closed) throw new RocksDBException("the index store is closed");
    }

    private ColumnFamilyHandle handle(Family family) {
        return handles.get(family == Family.INDEX ? 1 : 2);
    }

    private <T extends RocksObject> T keep(T object) {
        options.add(object);
        return object;
    }

    private void closeOptions() {
        for (int i = options.size() - 1; i >= 0; i--) options.get(i).close();
        RocksMemory.release(memory);
    }

    private static boolean begins(byte[] key, byte[] prefix) {
        return key.length >= prefix.length && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }
}
