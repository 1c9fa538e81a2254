// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.files;

import com.sun.nio.file.ExtendedOpenOption;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * Reads a file past the page cache (O_DIRECT). A read that got something else than what is on the disk leaves that in the page cache, where every
 * later read finds it. What was written and is not on the disk yet the kernel writes first. Only reads; of one thread.
 */
final class UncachedReads implements LogFile {
    private static final int PIECE_BYTES = 256 * 1024;
    private static final int LARGEST_BLOCK_BYTES = 64 * 1024;
    /** Aligned to any block. */
    private static final ThreadLocal<ByteBuffer> PIECES = ThreadLocal.withInitial(() ->
            ByteBuffer.allocateDirect(PIECE_BYTES + 2 * LARGEST_BLOCK_BYTES).alignedSlice(LARGEST_BLOCK_BYTES));

    private final LogFile cached;
    private final FileChannel channel;
    private final int blockBytes;

    private UncachedReads(LogFile cached, FileChannel channel, int blockBytes) {
        this.cached = cached;
        this.channel = channel;
        this.blockBytes = blockBytes;
    }

    /** Where the file system does not know such reads, they are ordinary ones. */
    static LogFile open(Path path, LogFile cached) {
        try {
            long blockBytes = Files.getFileStore(path).getBlockSize();
            if (blockBytes > LARGEST_BLOCK_BYTES) return cached;
            FileChannel channel = FileChannel.open(path, StandardOpenOption.READ, ExtendedOpenOption.DIRECT);
            return new UncachedReads(cached, channel, (int) blockBytes);
        } catch (IOException | UnsupportedOperationException e) {
            return cached;
        }
    }

    /** What cannot be read in this way is read in the ordinary one, which says why if it cannot be read at all. */
    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        int start = target.position();
        try {
            return readBlocks(target, position);
        } catch (IOException e) {
            return cached.read(target.position(start), position);
        }
    }

    private int readBlocks(ByteBuffer target, long position) throws IOException {
        ByteBuffer piece = PIECES.get();
        int total = 0;
        while (target.hasRemaining()) {
            long at = position + total;
            int before = (int) (at % blockBytes);
            int wanted = Math.min(target.remaining(), PIECE_BYTES - blockBytes);
            int blocks = (before + wanted + blockBytes - 1) / blockBytes;
            piece.clear().limit(blocks * blockBytes);
            int count = channel.read(piece, at - before);
            int usable = Math.min(count - before, wanted);
            if (usable <= 0) break;
            target.put(piece.position(before).limit(before + usable));
            total += usable;
        }
        return total;
    }

    @Override
    public void write(ByteBuffer source, long position) {
        throw new UnsupportedOperationException("only reads");
    }

    @Override
    public long size() throws IOException {
        return cached.size();
    }

    @Override
    public void truncate(long size) {
        throw new UnsupportedOperationException("only reads");
    }

    @Override
    public void sync() {
        throw new UnsupportedOperationException("only reads");
    }

    @Override
    public FileChannel channel() {
        return cached.channel();
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            cached.close();
        }
    }
}
