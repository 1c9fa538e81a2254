// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.model.InvariantViolation;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;

/**
 * How a received segment becomes the end of a log: it is an append whose bytes stand in the file already. Its file, checked and synced,
 * takes the name of the empty active segment; then its batches are taken note of one after the other, some at a time, as if they had
 * been appended just now: index, header CRCs, epochs and producers come about as they always do. Afterwards the log rolls.
 *
 * <p>A crash at any moment leaves a log like any other. Before the new name is on the disk the old file is there, empty; from then on
 * recovery finds whole, sound batches behind the flush mark, as after a crash in the middle of appends. Under the lock of the log.
 */
final class SegmentAdoption {
    private final LogState state;
    private final LogReader reader;
    private final LogFlush flush;
    private final LogAppender appender;

    /** The segment whose batches are being taken in; null when none is. */
    private Segment segment;

    private int fileSize;

    SegmentAdoption(LogState state, LogReader reader, LogFlush flush, LogAppender appender) {
        this.state = state;
        this.reader = reader;
        this.flush = flush;
        this.appender = appender;
    }

    boolean isUnderWay() {
        return segment != null;
    }

    /** As {@link SegmentShipping#beginAdoption}. */
    String begin(ReceivedSegment received, int maxLeaderEpoch) {
        if (segment != null) throw new InvariantViolation("two segments are taken into " + state + " at a time");
        state.awaitSwap();
        String refusal = refusal(received, maxLeaderEpoch);
        if (refusal != null) return refusal;
        try {
            // It must be on the disk that gaps are as they should be, before the first one can be.
            boolean noRoom = received.lastGapEnd() > state.gapsBelow && !appender.markGapsBelow(received.lastGapEnd());
            if (noRoom || (!state.segments.active().isEmpty() && !appender.roll())) {
                return "the disk has no room for another file";
            }
            replaceEmpty(received);
        } catch (IOException e) {
            throw state.context.failure().fail("taking a segment into " + state, e);
        }
        fileSize = received.segment().sizeInBytes();
        return null;
    }

    private String refusal(ReceivedSegment received, int maxLeaderEpoch) {
        if (state.isUnusable()) return "the log is closed";
        if (!received.isFinished()) return "it is not complete";
        if (!received.liesBeside(state)) return "the log has moved to another directory meanwhile";
        long base = received.segment().baseOffset();
        if (base != state.logEndOffset) return "it begins at " + base + ", the log ends at " + state.logEndOffset;
        if (received.firstEpoch() < state.epochs.latest() || received.lastEpoch() > maxLeaderEpoch) {
            return "its epochs are " + received.firstEpoch() + " to " + received.lastEpoch() + ", the log is at "
                    + state.epochs.latest() + " and its leader at " + maxLeaderEpoch;
        }
        return null;
    }

    /** A new object, so that a flush that began before does not vouch for the new name. */
    private void replaceEmpty(ReceivedSegment received) throws IOException {
        int last = state.segments.count() - 1;
        Segment empty = state.segments.get(last);
        if (empty.baseOffset != state.logEndOffset) {
            throw new InvariantViolation("the empty segment of " + state + " begins at " + empty.baseOffset
                    + ", the log ends at " + state.logEndOffset);
        }
        received.renameTo(empty.path());
        segment = new Segment(
                empty.baseOffset,
                state.segmentFile(empty.baseOffset, null),
                state.context.clock().wallClockMs());
        state.segments.replace(last, 1, segment);
        state.context.indexCache().forget(empty);
        empty.file.release();
        reader.forgetPositions();
        state.recent.clear();
    }

    /** As {@link SegmentShipping#adopt}. */
    boolean step(int maxBatches) {
        if (segment == null) return true;
        if (state.isUnusable()) throw new StorageException("the log " + state + " is closed");
        try {
            BatchCursor cursor = BatchCursor.ofThread();
            cursor.open(segment.file.open(), segment.sizeInBytes, fileSize);
            for (int i = 0; i < maxBatches && segment.sizeInBytes < fileSize; i++) {
                if (!cursor.next()) throw reader.corrupt(segment, cursor.position());
                cursor.loadMarker();
                long next = cursor.lastOffset() + 1;
                state.applied(cursor.header(), cursor.headerAt(), true);
                state.logEndOffset = next;
            }
        } catch (IOException e) {
            throw state.context.integrity().unreadable(state, segment, e);
        }
        flush.dueInTime();
        if (segment.sizeInBytes < fileSize) return false;
        segment = null;
        // The next segment begins where the peer's begins. Without room for its file it begins with the next append.
        var unused = appender.roll();
        return true;
    }

    /** As {@link SegmentShipping#endAdoption}. */
    void end() {
        if (segment == null) return;
        Segment cut = segment;
        segment = null;
        if (state.isUnusable()) return;
        try {
            cut.file.open().truncate(cut.sizeInBytes);
        } catch (IOException e) {
            throw state.context.failure().fail("cutting " + state, e);
        }
    }
}
