// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The file {@code shortened} of a partition, which is empty. That it exists says that recovery cut something off the end of the log, above the
 * flush mark, and that the replica has not been in sync since. What was cut may have been flushed and promised: marks are written about once a
 * second, and rot behind them looks like a torn tail (decision 0094).
 */
final class ShortenedFile {
    static final String NAME = "shortened";

    private static final Logger LOG = LoggerFactory.getLogger(ShortenedFile.class);

    private ShortenedFile() {}

    /**
     * Creates the file; returns when that is on the disk. To be called before the cut, which a crash must not leave without it. A full disk does
     * without: this process knows all the same, only the next one may not.
     */
    static void create(LogContext context, Path directory) throws IOException {
        LogFiles files = context.files();
        Path path = directory.resolve(NAME);
        if (files.exists(path)) return;
        try {
            files.create(path).close();
        } catch (IOException e) {
            if (!context.space().isOutOfSpace(e, 1)) throw e;
            LOG.warn("No room to note that {} is cut: {}", directory, e.toString());
            return;
        }
        files.syncDirectory(directory);
    }

    /** Removes the file. A power loss may bring it back, which costs a comparison too many, and no more. */
    static void remove(LogContext context, Path directory) throws IOException {
        context.files().delete(directory.resolve(NAME));
    }
}
