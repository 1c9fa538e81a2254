// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.index.IndexStore;
import java.io.IOException;
import java.nio.file.Path;
import org.apache.kafka.common.Uuid;

/** The host of directories in a real process. */
record ProcessHost(LogDirectory.IndexStoreOpener stores) implements DirectoryHost {
    @Override
    public Runnable lock(Path directory) throws IOException {
        return DirectoryLock.take(directory)::release;
    }

    @Override
    public IndexStore openIndex(LogFiles files, Path directory) throws IOException {
        return stores.open(files, directory);
    }

    @Override
    public FlushWork flushWork(int threads, String name) {
        return new Flusher(threads, name);
    }

    @Override
    public BackgroundWork backgroundWork(String name) {
        return new BackgroundThread(name);
    }

    @Override
    public Uuid newDirectoryId() {
        return Uuid.randomUuid();
    }
}
