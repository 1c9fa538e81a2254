// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Reads the segments of a partition directory for tools: no lock, no index, nothing is changed. Safe beside a running
 * node, which may append meanwhile; a batch that is being written shows as the end.
 */
public final class SegmentReader {
    private static final int CHUNK_BYTES = 64 * 1024;

    private final LogFiles files = new DiskLogFiles();
    private final Path directory;

    /** @param directory a partition directory */
    public SegmentReader(Path directory) {
        this.directory = directory;
    }

    /**
     * One batch as found on disk.
     *
     * @param segmentBase the file it stands in
     * @param position where in it
     * @param crcMatches the verdict on its bytes
     */
    public record Batch(
            long segmentBase,
            long position,
            int sizeInBytes,
            long baseOffset,
            long lastOffset,
            int leaderEpoch,
            int recordCount,
            long maxTimestampMs,
            long producerId,
            short producerEpoch,
            int baseSequence,
            int crc,
            boolean crcMatches) {}

    /** Takes batches; says whether to go on. */
    @FunctionalInterface
    public interface BatchVisitor {
        boolean visit(Batch batch);
    }

    /**
     * What a range of the log amounts to.
     *
     * @param firstOffset base offset of the first batch, -1 when there is none
     * @param nextOffset the offset after the last whole batch that ends at or below the bound
     * @param sha256 digest of all bytes of these batches, in order
     */
    public record Digest(long firstOffset, long nextOffset, long bytes, String sha256) {}

    /** The base offsets of the segments, in order. */
    public List<Long> segments() throws IOException {
        List<Long> bases = new ArrayList<>();
        for (Path path : files.list(directory)) {
            long base = Segment.parseFileName(path);
            if (base >= 0) bases.add(base);
        }
        return bases;
    }

    /** Walks over all batches in order; returns the bytes at the end of the last file that are no whole batch. */
    public long forEachBatch(BatchVisitor visitor) throws IOException {
        long left = 0;
        for (long base : segments()) {
            try (LogFile file = files.open(path(base))) {
                long size = file.size();
                BatchCursor cursor = BatchCursor.ofThread();
                cursor.open(file, 0, size);
                while (cursor.next()) if (!visitor.visit(batch(base, cursor))) return 0;
                left = size - cursor.position();
            }
        }
        return left;
    }

    /**
     * The digest of the bytes of all whole batches that lie in [from, end).
     *
     * @param fromOffset batches that begin below it are left out
     * @param endOffsetExclusive batches that end at or behind it are left out, and end the walk
     */
    public Digest digest(long fromOffset, long endOffsetExclusive) throws IOException {
        MessageDigest sha = sha256();
        long first = -1;
        long next = -1;
        long bytes = 0;
        for (long base : segments()) {
            try (LogFile file = files.open(path(base))) {
                BatchCursor cursor = BatchCursor.ofThread();
                cursor.open(file, 0, file.size());
                while (cursor.next() && cursor.lastOffset() < endOffsetExclusive) {
                    if (cursor.baseOffset() < fromOffset) continue;
                    if (first < 0) first = cursor.baseOffset();
                    next = cursor.lastOffset() + 1;
                    bytes += cursor.sizeInBytes();
                    update(sha, file, cursor.position(), cursor.sizeInBytes());
                }
            }
        }
        return new Digest(first, next, bytes, HexFormat.of().formatHex(sha.digest()));
    }

    private static void update(MessageDigest sha, LogFile file, long position, int size) throws IOException {
        ByteBuffer chunk = ByteBuffer.allocate(Math.min(CHUNK_BYTES, size));
        for (int done = 0; done < size; done += chunk.limit()) {
            chunk.clear().limit(Math.min(chunk.capacity(), size - done));
            file.read(chunk, position + done);
            sha.update(chunk.flip());
        }
    }

    private static Batch batch(long base, BatchCursor cursor) throws IOException {
        boolean crcMatches = cursor.crcMatches();
        return new Batch(
                base,
                cursor.position(),
                cursor.sizeInBytes(),
                cursor.baseOffset(),
                cursor.lastOffset(),
                cursor.leaderEpoch(),
                cursor.recordCount(),
                cursor.maxTimestampMs(),
                cursor.producerId(),
                cursor.producerEpoch(),
                cursor.baseSequence(),
                cursor.crc(),
                crcMatches);
    }

    private Path path(long base) {
        return directory.resolve(Segment.fileName(base));
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
