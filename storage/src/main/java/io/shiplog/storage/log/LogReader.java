// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.index.SparseIndex;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;

/**
 * Finds the bytes of a range of offsets. At the tail everything is in memory; elsewhere a sequential reader is known by
 * where it stopped, and only a reader that jumps pays for an index lookup and a walk over at most one index interval.
 * Used under the lock of the log.
 */
final class LogReader {
    private final LogState state;
    private final ReadPositions positions = new ReadPositions();

    /** Results of the last search: a batch boundary. */
    private long foundOffset;

    private int foundPosition;

    LogReader(LogState state) {
        this.state = state;
    }

    /** See {@link PartitionLog#read}. */
    LogSlice read(long offset, int maxBytes, long endOffsetExclusive, boolean atLeastOneBatch) {
        long end = Math.min(endOffsetExclusive, state.logEndOffset);
        if (offset >= end) return LogSlice.EMPTY;
        Segment segment = segmentHolding(offset);
        try {
            locate(segment, offset);
            return slice(segment, maxBytes, end, atLeastOneBatch);
        } catch (IOException e) {
            throw state.context.failure().fail("reading " + segment.path(), e);
        }
    }

    /** Whenever bytes move or go. */
    void forgetPositions() {
        positions.clear();
    }

    Segment segmentHolding(long offset) {
        int i = Math.max(0, state.segments.floorIndex(offset));
        // The offset may lie in a hole between the last record of a segment and the next segment.
        while (i + 1 < state.segments.count() && offset >= state.segments.get(i).nextOffset) i++;
        return state.segments.get(i);
    }

    /** Finds the batch that holds the offset, or the first one behind it. */
    private void locate(Segment segment, long offset) throws IOException {
        if (segment == state.segments.active()) {
            long recent = state.recent.floorByOffset(offset);
            if (recent >= 0) {
                foundOffset = state.recent.offset(recent);
                foundPosition = state.recent.position(recent);
                return;
            }
        }
        int known = positions.find(segment, offset);
        if (known >= 0) {
            foundOffset = offset;
            foundPosition = known;
            return;
        }
        walkTo(segment, offset);
    }

    private void walkTo(Segment segment, long offset) throws IOException {
        SparseIndex index = indexOf(segment, offset);
        int entry = index.floorByOffset((int) Math.max(0, offset - segment.baseOffset));
        BatchCursor cursor = BatchCursor.ofThread();
        cursor.open(segment.file.open(), entry < 0 ? 0 : index.position(entry), segment.sizeInBytes);
        while (cursor.next()) {
            if (cursor.lastOffset() >= offset) {
                foundOffset = cursor.baseOffset();
                foundPosition = (int) cursor.position();
                return;
            }
        }
        throw corrupt(segment, cursor.position());
    }

    private LogSlice slice(Segment segment, int maxBytes, long end, boolean atLeastOneBatch) throws IOException {
        long firstOffset = foundOffset;
        int start = foundPosition;
        int left = segment.sizeInBytes - start;
        if (left <= maxBytes && segment.nextOffset <= end) {
            foundOffset = segment.nextOffset;
            foundPosition = segment.sizeInBytes;
        } else if (!cutFromRecent(segment, start, maxBytes, end)) {
            cutByWalking(segment, start, maxBytes, end);
        }
        if (foundPosition == start && !(atLeastOneBatch && takeOne(segment, start, end))) return LogSlice.EMPTY;
        segment.file.retainSlice();
        positions.put(segment, foundOffset, foundPosition);
        return new LogSlice(segment.file, start, foundPosition - start, firstOffset, foundOffset);
    }

    /** Finds the last batch boundary within the limits among the recent batches; false when they do not reach there. */
    private boolean cutFromRecent(Segment segment, int start, int maxBytes, long end) {
        if (segment != state.segments.active()) return false;
        RecentBatches recent = state.recent;
        long limit = (long) start + maxBytes;
        long byOffset = segment.nextOffset <= end ? Long.MAX_VALUE : recent.floorByOffset(end);
        long byPosition = limit >= segment.sizeInBytes ? Long.MAX_VALUE : recent.floorByPosition(limit);
        long cut = Math.min(byOffset, byPosition);
        if (cut < 0 || recent.position(cut) < start) return false;
        foundOffset = recent.offset(cut);
        foundPosition = recent.position(cut);
        return true;
    }

    private void cutByWalking(Segment segment, int start, int maxBytes, long end) throws IOException {
        long limit = Math.min((long) start + maxBytes, segment.sizeInBytes);
        SparseIndex index = indexOf(segment, foundOffset);
        int relativeEnd = (int) Math.min(Integer.MAX_VALUE, end - segment.baseOffset);
        int entry = Math.min(index.floorByPosition(limit), index.floorByOffset(relativeEnd));
        if (entry >= 0 && index.position(entry) > start) {
            foundOffset = segment.baseOffset + index.relativeOffset(entry);
            foundPosition = index.position(entry);
        }
        BatchCursor cursor = BatchCursor.ofThread();
        cursor.open(segment.file.open(), foundPosition, segment.sizeInBytes);
        while (foundPosition < limit) {
            if (!cursor.next()) throw corrupt(segment, cursor.position());
            if (cursor.endPosition() > limit || cursor.lastOffset() >= end) return;
            foundOffset = cursor.lastOffset() + 1;
            foundPosition = (int) cursor.endPosition();
        }
    }

    private boolean takeOne(Segment segment, int start, long end) throws IOException {
        BatchCursor cursor = BatchCursor.ofThread();
        cursor.open(segment.file.open(), start, segment.sizeInBytes);
        if (!cursor.next()) throw corrupt(segment, start);
        if (cursor.lastOffset() >= end) return false;
        foundOffset = cursor.lastOffset() + 1;
        foundPosition = (int) cursor.endPosition();
        return true;
    }

    /** The index of a segment: in memory, from the store, or built from the file. */
    SparseIndex indexOf(Segment segment, long offset) throws IOException {
        SparseIndex index = segment.index;
        if (index != null && segment.indexGapTo > segment.indexGapFrom) {
            int entry = index.floorByOffset((int) Math.max(0, offset - segment.baseOffset));
            boolean behindGap = entry >= 0 && index.position(entry) >= segment.indexGapTo;
            return behindGap ? index : SegmentIndexer.fillGap(state, segment);
        }
        if (index == null) {
            index = SegmentIndexer.load(state, segment);
            segment.index = index;
        }
        if (segment != state.segments.active() && segment.isStored())
            state.context.indexCache().used(segment, index.sizeInBytes());
        return index;
    }

    StorageException corrupt(Segment segment, long position) {
        return new StorageException("no sound batch at byte " + position + " of " + segment.path());
    }
}
