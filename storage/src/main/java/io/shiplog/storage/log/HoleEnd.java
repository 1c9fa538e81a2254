// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.files.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Looks, byte by byte, for where batches begin again behind bytes of a segment that are none. A batch is believed when it has its CRC, goes on
 * behind what is known, and leads through others that follow each other to the end of the file. So a batch that somebody stored as the value
 * of a record is not taken for one of the log: behind it comes the rest of that record. Where there may be a torn tail, because everything up to some offset was
 * on the disk and nobody knows of more, the longest chain that reaches that offset is taken for want of a whole one. Sectors that
 * cannot be read are passed over.
 */
final class HoleEnd {
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int SECTOR_BYTES = 512;
    private static final long NOWHERE = -1;

    private final LogFile file;
    private final long size;
    private final long mark;
    private final boolean mayHaveGaps;
    private final long endOffset;
    private final ByteBuffer chunk = ByteBuffer.allocate(CHUNK_BYTES);
    private long position;
    private long offset;
    private int leaderEpoch;

    /** Of the last chain that was looked at: the byte behind it, and whether nothing comes there any more. */
    private long chainEnd;

    private boolean whole;

    /**
     * Nothing is searched yet.
     *
     * @param size of the file
     * @param mark everything below this offset was on the disk
     * @param mayHaveGaps whether offsets may be missing between sound batches
     * @param endOffset where the next segment begins, -1 when there is none
     */
    HoleEnd(LogFile file, long size, long mark, boolean mayHaveGaps, long endOffset) {
        this.endOffset = endOffset;
        this.file = file;
        this.size = size;
        this.mark = mark;
        this.mayHaveGaps = mayHaveGaps;
    }

    /** Where the first batch behind the hole begins; after {@link #find}. */
    long position() {
        return position;
    }

    long offset() {
        return offset;
    }

    int leaderEpoch() {
        return leaderEpoch;
    }

    /**
     * Searches from a position on.
     *
     * @param except not what stands here
     * @param leastOffset what comes behind the hole does not begin below it
     * @param leastEpoch nor in a leader epoch below this one
     */
    boolean find(long from, long except, long leastOffset, int leastEpoch) {
        position = NOWHERE;
        long longest = 0;
        long passed = from;
        int step = CHUNK_BYTES - RecordBatchHeader.SIZE + 1;
        for (long at = from; at + RecordBatchHeader.SIZE <= size; at += step) {
            fill(at);
            int last = Math.min(step - 1, chunk.limit() - RecordBatchHeader.SIZE);
            for (int i = 0; i <= last; i++) {
                boolean plausible =
                        at + i >= passed && at + i != except && isPlausible(i, at + i, leastOffset, leastEpoch);
                if (!plausible || !leadsOn(at + i, leastOffset < mark)) continue;
                passed = chainEnd;
                if (chainEnd - at - i > longest) {
                    longest = chainEnd - at - i;
                    position = at + i;
                    offset = RecordBatchHeader.baseOffset(chunk, i);
                    leaderEpoch = RecordBatchHeader.leaderEpoch(chunk, i);
                }
                if (whole) return true;
            }
        }
        return position != NOWHERE;
    }

    private boolean isPlausible(int i, long at, long leastOffset, int leastEpoch) {
        if (RecordBatchHeader.magic(chunk, i) != 2) return false;
        long bytes = RecordBatchHeader.sizeInBytes(chunk, i);
        long base = RecordBatchHeader.baseOffset(chunk, i);
        return bytes >= RecordBatchHeader.SIZE
                && bytes <= size - at
                && base >= leastOffset
                && base - leastOffset <= Integer.MAX_VALUE
                && RecordBatchHeader.leaderEpoch(chunk, i) >= Math.max(0, leastEpoch);
    }

    /**
     * Whether a chain begins here; where it ends, and whether that is the end of the file, is noted.
     *
     * @param toMark whether a chain to the mark is enough: what lies above it may be a torn tail
     */
    private boolean leadsOn(long at, boolean toMark) {
        whole = false;
        BatchCursor batch = BatchCursor.ofThread();
        batch.openCarefully(file, at, size);
        try {
            if (!batch.next() || !batch.crcMatches()) return false;
            long next = batch.lastOffset() + 1;
            int epoch = batch.leaderEpoch();
            chainEnd = batch.endPosition();
            while (chainEnd < size) {
                boolean follows =
                        batch.next() && isFollowedBy(batch.baseOffset(), next) && batch.leaderEpoch() >= epoch;
                if (!follows) return toMark && next >= mark;
                next = batch.lastOffset() + 1;
                epoch = batch.leaderEpoch();
                chainEnd = batch.endPosition();
            }
            whole = endOffset < 0 || isFollowedBy(endOffset, next);
            return whole;
        } catch (IOException e) {
            return false;
        }
    }

    private boolean isFollowedBy(long base, long expected) {
        return base == expected || (mayHaveGaps && base > expected);
    }

    /** Zeros stand for what cannot be read: they are no header. */
    private void fill(long at) {
        chunk.clear().limit((int) Math.min(CHUNK_BYTES, size - at));
        int wanted = chunk.limit();
        try {
            file.read(chunk, at);
            chunk.flip();
        } catch (IOException e) {
            for (int from = 0; from < wanted; ) {
                int to = (int) Math.min(wanted, from + SECTOR_BYTES - (at + from) % SECTOR_BYTES);
                fillSector(at, from, to);
                from = to;
            }
            chunk.position(0).limit(wanted);
        }
    }

    private void fillSector(long at, int from, int to) {
        chunk.limit(to);
        for (int i = from; i < to; i++) chunk.put(i, (byte) 0);
        try {
            file.read(chunk.position(from), at + from);
        } catch (IOException e) {
            for (int i = from; i < to; i++) chunk.put(i, (byte) 0);
        }
    }
}
