// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench;

import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** A data directory in the system's temporary folder, removed when it is closed; and batches to put there. */
public final class ScratchDirectory implements AutoCloseable {
    public static final int NODE = 1;

    private final Path path;
    private final LogDirectory directory;

    /** With the default settings of a node. */
    public ScratchDirectory() throws IOException {
        this(LogDirectoryConfig.defaultConfig());
    }

    public ScratchDirectory(LogDirectoryConfig config) throws IOException {
        path = Files.createTempDirectory("shiplog-bench");
        directory = LogDirectory.open(path, config, StorageClock.system());
        directory.recover((done, total) -> {});
        directory.stampAs("bench", NODE);
        directory.markRunning(1);
    }

    /** Open, recovered and running. */
    public LogDirectory directory() {
        return directory;
    }

    static ByteBuffer batch(int records, int valueBytes) {
        return Batches.of(records, valueBytes);
    }

    @Override
    public void close() throws IOException {
        directory.close();
        List<Path> all;
        try (Stream<Path> files = Files.walk(path)) {
            all = files.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path file : all) {
            Files.deleteIfExists(file);
        }
    }
}
