// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.index;

import org.rocksdb.Cache;
import org.rocksdb.LRUCache;
import org.rocksdb.WriteBufferManager;

/**
 * The memory of all RocksDB instances of the process, however many data directories there are: one cache for blocks, index and
 * filter blocks, out of which the memory tables are paid as well. It lives as long as a store is open. Any thread.
 */
final class RocksMemory {
    /** Everything together, but for a store's fixed cost. */
    static final long CACHE_BYTES = 16L << 20;

    /** What the memory tables may take of it before they are written to files. */
    static final long WRITE_BUFFER_BYTES = 6L << 20;

    private static RocksMemory shared;

    private final Cache cache = new LRUCache(CACHE_BYTES);
    private final WriteBufferManager writeBuffers = new WriteBufferManager(WRITE_BUFFER_BYTES, cache);
    private int users;

    private RocksMemory() {}

    /** The library must be loaded. Each call is paired with one of {@link #release}. */
    static synchronized RocksMemory acquire() {
        if (shared == null) shared = new RocksMemory();
        shared.users++;
        return shared;
    }

    /** After the store that used it was closed. */
    static synchronized void release(RocksMemory memory) {
        if (--memory.users > 0) return;
        memory.writeBuffers.close();
        memory.cache.close();
        if (shared == memory) shared = null;
    }

    Cache cache() {
        return cache;
    }

    WriteBufferManager writeBuffers() {
        return writeBuffers;
    }
}
