// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Objects;

/**
 * An open file on the local file system. Java closes the channel of a thread that is interrupted, under everybody who uses it; that is no
 * failure of a disk. So an interrupt waits until the call is over, and a channel that was closed all the same is opened again, if its name
 * still leads to the same file. Only a sync that was cut off in the middle stays failed: whether its bytes are on the disk, nobody can tell.
 */
final class DiskLogFile implements LogFile {
    /**
     * Written at a time. The kernel gives a write of a MiB the largest pieces of memory that it has, which on a virtual machine are those that
     * the host took back: such a write costs up to seven times the processor time (docs/measurements.md). Less than this saves no more.
     */
    static final int PIECE_BYTES = 128 * 1024;

    private final Path path;
    private final Object fileKey;
    private volatile FileChannel channel;
    private boolean closed;

    private DiskLogFile(Path path, FileChannel channel) throws IOException {
        this.path = path;
        this.channel = channel;
        this.fileKey = keyOf(path);
    }

    static DiskLogFile open(Path path, OpenOption... options) throws IOException {
        FileChannel channel = FileChannel.open(path, options);
        try {
            return new DiskLogFile(path, channel);
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    /** A call on the channel that may be made a second time. */
    private interface Call {
        long on(FileChannel channel) throws IOException;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
        int start = source.position();
        int limit = source.limit();
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                FileChannel used = channel;
                try {
                    source.position(start);
                    long at = position;
                    while (source.position() < limit) {
                        source.limit(source.position() + Math.min(PIECE_BYTES, limit - source.position()));
                        at += used.write(source, at);
                    }
                    return;
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(used, e);
                } finally {
                    source.limit(limit);
                }
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int start = target.position();
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                FileChannel used = channel;
                try {
                    target.position(start);
                    return readFully(used, target, position);
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(used, e);
                }
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    private static int readFully(FileChannel channel, ByteBuffer target, long position) throws IOException {
        int total = 0;
        while (target.hasRemaining()) {
            int count = channel.read(target, position + total);
            if (count <= 0) break;
            total += count;
        }
        return total;
    }

    @Override
    public long size() throws IOException {
        return uninterrupted(FileChannel::size);
    }

    @Override
    public void truncate(long size) throws IOException {
        uninterrupted(open -> open.truncate(size).size());
    }

    @Override
    public void sync() throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                FileChannel used = channel;
                try {
                    used.force(false);
                    return;
                } catch (AsynchronousCloseException e) {
                    throw new IOException("the sync of " + path + " was interrupted", e);
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(used, e);
                }
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    @Override
    public FileChannel channel() {
        return channel;
    }

    @Override
    public synchronized void close() throws IOException {
        closed = true;
        channel.close();
    }

    /** The pattern of {@link #write}, {@link #read} and {@link #sync}, for calls that may allocate. */
    private long uninterrupted(Call call) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                FileChannel used = channel;
                try {
                    return call.on(used);
                } catch (ClosedChannelException e) {
                    interrupted |= Thread.interrupted();
                    reopen(used, e);
                }
            }
        } finally {
            if (interrupted) Thread.currentThread().interrupt();
        }
    }

    private synchronized void reopen(FileChannel used, ClosedChannelException cause) throws IOException {
        if (closed) throw cause;
        if (channel != used) return;
        FileChannel again = FileChannel.open(path, StandardOpenOption.READ, StandardOpenOption.WRITE);
        if (!Objects.equals(keyOf(path), fileKey)) {
            again.close();
            throw new IOException(path + " was closed by an interrupt, and is another file by now", cause);
        }
        channel = again;
    }

    private static Object keyOf(Path path) throws IOException {
        return Files.readAttributes(path, BasicFileAttributes.class).fileKey();
    }
}
