// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A segment's file with those who use it counted: its log, threads that flush it, slices on their way to a socket. The
 * file is closed when the last one lets go, so nobody meets a closed channel. Opened on first use. Any thread.
 */
final class SegmentFile {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentFile.class);

    private final LogFiles files;
    private final Path path;
    private LogFile handle;
    private int references = 1;
    private int slices;

    /** @param handle the open file, or null to open it when it is needed */
    SegmentFile(LogFiles files, Path path, LogFile handle) {
        this.files = files;
        this.path = path;
        this.handle = handle;
    }

    Path path() {
        return path;
    }

    /** The open file; only for those who hold a reference. */
    synchronized LogFile open() {
        if (handle == null) {
            try {
                handle = files.open(path);
            } catch (IOException e) {
                throw new StorageException("opening " + path, e);
            }
        }
        return handle;
    }

    /** Takes a reference unless the file is closed for good. */
    synchronized boolean tryRetain() {
        if (references == 0) return false;
        references++;
        return true;
    }

    synchronized void release() {
        if (--references == 0 && handle != null) {
            try {
                handle.close();
            } catch (IOException e) {
                LOG.warn("Closing {} failed: {}", path, e.toString());
            }
        }
    }

    synchronized void retainSlice() {
        references++;
        slices++;
    }

    synchronized void releaseSlice() {
        slices--;
        release();
    }

    /** Whether bytes of this file may be on their way to a socket. */
    synchronized boolean hasSlices() {
        return slices > 0;
    }
}
