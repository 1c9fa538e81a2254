// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.shiplog.storage.log.LogSlice;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Has the kernel read bytes that are about to be sent, so that sendfile on an event loop does not wait for the disk. They go by sendfile
 * to /dev/null: that reads what is not cached and copies nothing; for what is cached it costs about 16 µs a MiB.
 */
final class PageCache {
    private static final Logger LOG = LoggerFactory.getLogger(PageCache.class);
    private static final FileChannel NOWHERE = open();

    private PageCache() {}

    private static FileChannel open() {
        try {
            return FileChannel.open(Path.of("/dev/null"), StandardOpenOption.WRITE);
        } catch (IOException e) {
            LOG.warn("Segments are not read ahead: {}", e.toString());
            return null;
        }
    }

    /** Waits for the disk. What cannot be read is left to the transfer, whose failure is told. */
    static void warm(LogSlice slice) {
        if (NOWHERE == null) {
            return;
        }
        try {
            FileChannel file = slice.channel();
            long at = slice.position();
            long end = at + slice.sizeInBytes();
            while (at < end) {
                long done = file.transferTo(at, end - at, NOWHERE);
                if (done <= 0) {
                    return;
                }
                at += done;
            }
        } catch (IOException e) {
            LOG.debug("Reading ahead failed: {}", e.toString());
        }
    }
}
