// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.FatalHandler;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/**
 * Ends the node before its disk is full: a full disk makes Ratis replace the file with its vote by an empty one, after which the disk can never
 * vote again. The other quorum nodes go on, and this one comes back when there is room.
 */
final class DiskWatch implements AutoCloseable {
    private static final long EVERY_MS = 500;

    private final Path directory;
    private final long reserveBytes;
    private final FatalHandler fatal;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "metadata-disk-watch");
        thread.setDaemon(true);
        return thread;
    });

    DiskWatch(Path directory, long reserveBytes, FatalHandler fatal) throws IOException {
        this.directory = directory;
        this.reserveBytes = reserveBytes;
        this.fatal = fatal;
        long free = freeBytes();
        if (free < reserveBytes) {
            throw new IOException(describe(free));
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // check() reports its own failures
    void start() {
        timer.scheduleWithFixedDelay(this::check, EVERY_MS, EVERY_MS, TimeUnit.MILLISECONDS);
    }

    private void check() {
        try {
            long free = freeBytes();
            if (free < reserveBytes) {
                fatal.fatal(describe(free), null);
            }
        } catch (IOException e) {
            fatal.fatal("cannot look at the disk of " + directory, e);
        }
    }

    private long freeBytes() throws IOException {
        return Files.getFileStore(directory).getUsableSpace();
    }

    private String describe(long free) {
        return "the disk of " + directory + " has " + free + " bytes left, less than metadata.reserve.bytes, "
                + reserveBytes;
    }

    @Override
    public void close() {
        timer.shutdown();
    }
}
