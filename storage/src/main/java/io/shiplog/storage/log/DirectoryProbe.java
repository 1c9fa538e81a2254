// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.StorageClock;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Writes the time over the same eight bytes of a small file, without a sync: a file system that became read-only or was shut down refuses
 * that, one that is slow or full does not. One thread.
 */
final class DirectoryProbe {
    static final String NAME = "alive";

    private final LogFiles files;
    private final Path path;
    private final ByteBuffer bytes = ByteBuffer.allocate(Long.BYTES);

    DirectoryProbe(LogFiles files, Path directory) {
        this.files = files;
        this.path = directory.resolve(NAME);
    }

    void write(StorageClock clock) throws IOException {
        bytes.clear().putLong(clock.wallClockMs()).flip();
        try (LogFile file = files.exists(path) ? files.open(path) : files.create(path)) {
            file.write(bytes, 0);
        }
    }
}
