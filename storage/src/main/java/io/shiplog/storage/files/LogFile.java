// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;

/** An open file. All positions are absolute; safe for one writer with any number of readers and syncing threads. */
public interface LogFile extends AutoCloseable {
    /** Writes all remaining bytes of the buffer at the position; the buffer is consumed. */
    void write(ByteBuffer source, long position) throws IOException;

    /** Reads until the buffer is full or the file ends; returns the number of bytes read, 0 at the end. */
    int read(ByteBuffer target, long position) throws IOException;

    long size() throws IOException;

    /** Cuts the file; the cut is durable only after {@link #sync}. */
    void truncate(long size) throws IOException;

    /** Returns when all bytes written before the call are on the disk. A failure is final: never call again. */
    void sync() throws IOException;

    /** The channel, for transfers to a socket by the kernel; must not be closed, moved or written by the caller. */
    FileChannel channel();

    @Override
    void close() throws IOException;
}
