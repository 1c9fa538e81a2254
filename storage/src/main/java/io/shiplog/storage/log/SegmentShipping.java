// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.EpochStart;
import io.shiplog.storage.scrub.SegmentCheck;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Whole segments that leave a log, or come to it, as files: what a peer may have of it, and how a file that came from a peer becomes the
 * end of the log. See docs/bulk-start.md.
 *
 * <p>{@link #receive} on any thread; the others on the loop of the log.
 */
public final class SegmentShipping {
    private final LogState state;
    private final LogReader reader;
    private final SegmentAdoption adoption;
    /** Files that were made so far: one that is given up must not have the name of the one that takes its place. */
    private final AtomicInteger received = new AtomicInteger();

    SegmentShipping(LogState state, LogReader reader, LogFlush flush, LogAppender appender) {
        this.state = state;
        this.reader = reader;
        this.adoption = new SegmentAdoption(state, reader, flush, appender);
    }

    // ---- what others may have

    /**
     * The sealed segment that begins at the offset; null when none does that lies wholly on this disk, at or above the log start, and
     * below the given offset.
     *
     * @param endOffsetExclusive not above the high watermark
     */
    public SealedSegment sealed(long baseOffset, long endOffsetExclusive) {
        synchronized (state) {
            int at = indexOf(baseOffset, endOffsetExclusive);
            return at < 0 ? null : describe(state.segments.get(at));
        }
    }

    /**
     * Bytes of all sealed segments from the offset on that could be had one after the other; 0 when no segment begins there. Allocates
     * nothing.
     */
    public long sealedBytesFrom(long baseOffset, long endOffsetExclusive) {
        synchronized (state) {
            int at = indexOf(baseOffset, endOffsetExclusive);
            long bytes = 0;
            for (int i = at; i >= 0 && i < state.segments.count() - 1; i++) {
                Segment segment = state.segments.get(i);
                boolean goesOn = segment.nextOffset == state.segments.get(i + 1).baseOffset;
                if (!goesOn || segment.nextOffset > Math.min(endOffsetExclusive, state.flushedOffset)) break;
                bytes += segment.sizeInBytes;
            }
            return bytes;
        }
    }

    /**
     * Bytes of a sealed segment as they stand in its file; nothing is checked.
     *
     * @param position from here on, at most so many bytes; not behind the end
     * @return with one reference for the caller; {@link LogSlice#EMPTY} when the log does not have this segment any more
     */
    public LogSlice bytes(SealedSegment segment, int position, int maxBytes) {
        synchronized (state) {
            int at = indexOf(segment.baseOffset(), segment.nextOffset());
            if (at < 0 || position < 0 || maxBytes <= 0) return LogSlice.EMPTY;
            Segment found = state.segments.get(at);
            if (found.sizeInBytes != segment.sizeInBytes() || position >= found.sizeInBytes) return LogSlice.EMPTY;
            int size = Math.min(maxBytes, found.sizeInBytes - position);
            try {
                found.file.retainSlice();
            } catch (IOException e) {
                throw state.context.integrity().unreadable(state, found, e);
            }
            return new LogSlice(state, found.file, position, size, found.baseOffset, found.nextOffset);
        }
    }

    /**
     * Somebody found what came of this segment not to be sound: its bytes are not trusted any more.
     *
     * @return the check of all of it, to be done and closed by the caller off the loop; null when there is no such segment
     */
    public SegmentCheck distrust(long baseOffset) {
        synchronized (state) {
            int at = indexOf(baseOffset, Long.MAX_VALUE);
            if (at < 0) return null;
            state.segments.get(at).distrust();
            return SegmentScrub.next(state, reader, baseOffset - 1);
        }
    }

    private int indexOf(long baseOffset, long endOffsetExclusive) {
        if (state.isUnusable() || baseOffset < state.logStartOffset) return -1;
        int at = state.segments.floorIndex(baseOffset);
        if (at < 0 || at >= state.segments.count() - 1) return -1;
        Segment segment = state.segments.get(at);
        boolean whole = segment.baseOffset == baseOffset
                && !segment.isEmpty()
                && segment.nextOffset == state.segments.get(at + 1).baseOffset
                && segment.nextOffset <= Math.min(endOffsetExclusive, state.flushedOffset);
        return whole ? at : -1;
    }

    private SealedSegment describe(Segment segment) {
        List<EpochStart> epochs = state.epochs.within(segment.baseOffset, segment.nextOffset);
        long gapsBelow = state.gapsBelow > segment.baseOffset ? state.gapsBelow : 0;
        return new SealedSegment(segment.baseOffset, segment.nextOffset, segment.sizeInBytes, gapsBelow, epochs);
    }

    // ---- what comes from others

    /**
     * Makes the file that the bytes of a segment are going to be received in, beside the log.
     *
     * @throws io.shiplog.storage.model.NoRoom when the disk is full, or the process has no descriptor left
     */
    public ReceivedSegment receive(SealedSegment segment) {
        return ReceivedSegment.create(state, segment, received.incrementAndGet());
    }

    /**
     * Begins to make a received segment the end of the log, whose file it becomes at once. What it holds comes into the log by {@link
     * #adopt}.
     *
     * @param maxLeaderEpoch the epoch of the present leader
     * @return null, or why it is not taken; then nothing has changed
     */
    public String beginAdoption(ReceivedSegment segment, int maxLeaderEpoch) {
        synchronized (state) {
            return adoption.begin(segment, maxLeaderEpoch);
        }
    }

    /**
     * Takes the next batches of the segment into the log; each of them moves the log end.
     *
     * @param maxBatches so that the loop is not held up
     * @return whether all of it is in the log, or nothing is under way any more
     */
    public boolean adopt(int maxBatches) {
        synchronized (state) {
            return adoption.step(maxBatches);
        }
    }

    /** Ends an adoption that is under way: the log ends behind the last batch that was taken. */
    public void endAdoption() {
        synchronized (state) {
            adoption.end();
        }
    }

    /** Whether batches of a received segment are still to come into the log: nobody may roll it meanwhile. */
    boolean isAdopting() {
        return adoption.isUnderWay();
    }
}
