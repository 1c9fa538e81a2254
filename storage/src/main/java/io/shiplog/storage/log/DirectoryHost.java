// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.index.IndexStore;
import io.shiplog.storage.index.RocksIndexStore;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.kafka.common.Uuid;

/**
 * What a data directory takes from the process that uses it, besides its files: the lock, the index store, the threads that work for it,
 * and chance. The simulator puts its own in their place, so that a run can be repeated.
 */
public interface DirectoryHost {
    /**
     * Keeps other processes out of the directory.
     *
     * @return gives the lock back
     * @throws io.shiplog.storage.model.StorageException when another process uses the directory
     */
    Runnable lock(Path directory) throws IOException;

    /** Opens the index store of a data directory. */
    IndexStore openIndex(LogFiles files, Path directory) throws IOException;

    /** The threads that sync segments. */
    FlushWork flushWork(int threads, String name);

    /** A thread for what nobody waits for. */
    BackgroundWork backgroundWork(String name);

    /** The id of a directory that is new. */
    Uuid newDirectoryId();

    /** Threads, a lock file, and RocksDB. */
    static DirectoryHost ofProcess() {
        return new ProcessHost(RocksIndexStore::open);
    }
}
