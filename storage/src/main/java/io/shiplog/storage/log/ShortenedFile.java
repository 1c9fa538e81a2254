// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.FailedSync;
import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.nio.file.Path;

/**
 * The file {@code shortened} of a partition, which is empty. That it exists says that recovery cut something off the end of the log, above the
 * flush mark, and that the replica has not been in sync since. What was cut may have been flushed and promised: marks are written about once a
 * second, and rot behind them looks like a torn tail (decision 0094).
 */
final class ShortenedFile {
    static final String NAME = "shortened";

    private ShortenedFile() {}

    /**
     * Creates the file; returns when that is on the disk. To be called before the cut, which a crash must not leave without it. Where a full disk
     * has no room for it, this log is not recovered, with the bytes still there: the next process must not take what is left for all there was.
     */
    static void create(LogContext context, Path directory) throws IOException {
        LogFiles files = context.files();
        Path path = directory.resolve(NAME);
        if (!files.exists(path)) files.create(path).close();
        // Also when it was there: a process that died before this may have made it.
        FailedSync.syncDirectory(files, directory);
    }

    /** Removes the file. A power loss may bring it back, which costs a comparison too many, and no more. */
    static void remove(LogContext context, Path directory) throws IOException {
        context.files().delete(directory.resolve(NAME));
    }
}
