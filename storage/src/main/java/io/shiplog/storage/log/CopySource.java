// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.model.DamageException;
import io.shiplog.storage.model.EpochEndOffset;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.scrub.SegmentCheck;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Reads a log from its first segment to its end while it is in use: bytes of segment files as they stand there, whole batches at a time. The
 * lock of the log is held to find them, not to read them. One thread at a time.
 */
final class CopySource {
    private static final int CHECK_STEP_BYTES = 1 << 20;

    private final LogState state;
    private final LogReader reader;

    /** Where the next read begins, and the offset there; null when it has to be looked for. */
    private Segment segment;

    private int position;
    private long nextOffset;
    private int swaps;
    private int generation;

    private long gapEnd;

    /** The segment that was checked last. */
    private Segment checked;

    private ByteBuffer buffer = ByteBuffer.allocateDirect(0);

    CopySource(PartitionLog log) {
        this.state = log.state();
        this.reader = log.reader();
        this.generation = state.truncationGeneration;
    }

    /** Where the first segment begins; reading begins there. */
    long begin() {
        synchronized (state) {
            generation = state.truncationGeneration;
            segment = null;
            return state.segments.first().baseOffset;
        }
    }

    /** Whether the log was cut since this was asked for the last time by {@link #commonEnd}. */
    boolean isCut() {
        return generation != state.truncationGeneration;
    }

    /**
     * Up to where another log, all of which came from this one, has what this one has now. Epoch and offset name a record wherever it is.
     *
     * @param epochs of the other log; changed here
     * @return −1 when nothing is known to be the same
     */
    long commonEnd(LeaderEpochs epochs, long endOffset) {
        LeaderEpochs mine;
        long myEnd;
        synchronized (state) {
            generation = state.truncationGeneration;
            segment = null;
            mine = state.epochs.copy();
            myEnd = state.logEndOffset;
        }
        long end = endOffset;
        for (int epoch = epochs.latest(); epoch >= 0; epoch = epochs.latest()) {
            EpochEndOffset ends = mine.endOffsetFor(epoch, myEnd);
            if (ends.leaderEpoch() == epoch) return Math.min(end, ends.endOffset());
            end = epochs.startAbove(epoch - 1);
            epochs.truncateFromEnd(end);
        }
        return -1;
    }

    /**
     * Whole batches from the offset on.
     *
     * @param endOffset only batches that end at or before it
     * @return valid until the next call; empty when there are none, or the log was cut
     */
    ByteBuffer read(long offset, long endOffset, int maxBytes) throws IOException {
        for (int wanted = maxBytes; ; ) {
            LogSlice slice = slice(offset, wanted);
            if (slice == null) return buffer.limit(0).position(0);
            try {
                if (isCold()) {
                    checkSegment();
                    continue;
                }
                fill(slice);
            } finally {
                slice.release();
            }
            int whole = wholeBatches(endOffset);
            if (whole > 0 || endsBehind(endOffset)) return buffer.limit(whole).position(0);
            long first = buffer.limit() < RecordBatchHeader.SIZE ? -1 : RecordBatchHeader.sizeInBytes(buffer, 0);
            if (first <= buffer.limit() || first > segment.sizeInBytes - position)
                throw refused("no batch at offset " + offset);
            wanted = (int) first;
        }
    }

    /**
     * After nothing was read: the end of the log when compaction took all records before it, and nothing was appended since; −1 when there are
     * none because the end is reached.
     */
    long gapEnd() {
        return gapEnd;
    }

    private LogSlice slice(long offset, int maxBytes) {
        synchronized (state) {
            if (state.closed) throw new StorageException("the log " + state + " is closed");
            state.context.failure().check();
            gapEnd = -1;
            if (isCut() || offset >= state.logEndOffset) return null;
            try {
                locate(offset);
                int left = segment.sizeInBytes - position;
                if (left == 0) {
                    gapEnd = state.logEndOffset;
                    return null;
                }
                segment.file.retainSlice();
                return new LogSlice(state, segment.file, position, Math.min(left, maxBytes), offset, -1);
            } catch (IOException e) {
                throw state.context.integrity().unreadable(state, segment, e);
            }
        }
    }

    private void locate(long offset) throws IOException {
        boolean known =
                segment != null && nextOffset == offset && swaps == state.swaps() && state.segments.holds(segment);
        if (!known) {
            segment = reader.segmentHolding(offset);
            boolean within = offset > segment.baseOffset;
            position = within ? (int) reader.batchHolding(segment, offset).position() : 0;
            nextOffset = offset;
            swaps = state.swaps();
        }
        while (position == segment.sizeInBytes && segment != state.segments.active()) {
            segment = state.segments.get(state.segments.floorIndex(segment.baseOffset) + 1);
            position = 0;
        }
    }

    private void fill(LogSlice slice) {
        if (buffer.capacity() < slice.sizeInBytes()) buffer = ByteBuffer.allocateDirect(slice.sizeInBytes());
        buffer.clear();
        int copied = slice.copyTo(buffer);
        buffer.limit(copied).position(0);
    }

    private int wholeBatches(long endOffset) {
        int at = 0;
        while (buffer.limit() - at >= RecordBatchHeader.SIZE) {
            long size = RecordBatchHeader.sizeInBytes(buffer, at);
            if (size < RecordBatchHeader.SIZE || size > buffer.limit() - at) break;
            if (RecordBatchHeader.lastOffset(buffer, at) >= endOffset) break;
            at += (int) size;
        }
        return at;
    }

    private boolean endsBehind(long endOffset) {
        return buffer.limit() >= RecordBatchHeader.SIZE && RecordBatchHeader.lastOffset(buffer, 0) >= endOffset;
    }

    /** What was read last has been taken. */
    void passed(int bytes, long offset) {
        position += bytes;
        nextOffset = offset;
    }

    /**
     * What was read was refused, or makes no sense: the segment is checked, whose damages are told to who listens for them.
     *
     * @param why in words
     */
    StorageException refused(String why) {
        try {
            checkSegment();
        } catch (IOException e) {
            return new StorageException(why + ", and the segment cannot be read: " + e, e);
        }
        return new StorageException("something in " + state + " is not sound: " + why);
    }

    /**
     * A segment of which an earlier process wrote something: nobody vouches for the headers in it before it was checked, and the copy would
     * vouch for whatever came.
     */
    private boolean isCold() {
        return position == 0 && segment.trustedFrom > 0 && segment != checked;
    }

    /** Reads all of it. */
    private void checkSegment() throws IOException {
        checked = segment;
        SegmentCheck check = SegmentScrub.next(state, reader, segment.baseOffset - 1);
        if (check == null) return;
        try {
            while (check.step(CHECK_STEP_BYTES) > 0) state.context.failure().check();
            if (!check.isSound()) throw new DamageException("a segment of " + state + " is not sound");
        } finally {
            check.close();
        }
    }
}
