// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.index.HeaderIntervals;
import io.shiplog.storage.index.SparseIndex;
import io.shiplog.storage.model.AbortedTransactions;
import io.shiplog.storage.model.DamageException;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;

/**
 * Finds the bytes of a range of offsets. At the tail everything is in memory; elsewhere a sequential reader is known by
 * where it stopped, and only a reader that jumps pays for an index lookup and a walk over at most one index interval.
 * Used under the lock of the log.
 */
final class LogReader {
    private final LogState state;
    private final SegmentIndexer indexer;
    private final ReadPositions positions = new ReadPositions();
    private final ColdReads cold;
    private final LogCheckpoints checkpoints;
    /** Null until it is asked for: most logs never know of a transaction. */
    private AbortedLookup aborted;

    /** Results of the last search: a batch boundary. */
    private long foundOffset;

    private int foundPosition;

    LogReader(LogState state, LogCheckpoints checkpoints) {
        this.state = state;
        this.indexer = new SegmentIndexer(state, checkpoints);
        this.cold = new ColdReads(state, this);
        this.checkpoints = checkpoints;
    }

    /** The aborted transactions of the log. */
    AbortedLookup aborted() {
        if (aborted == null) aborted = new AbortedLookup(state, checkpoints);
        return aborted;
    }

    /** See {@link PartitionLog#find}. */
    void find(long offset, int maxBytes, long endOffsetExclusive, boolean atLeastOneBatch, FoundBatches out) {
        out.requireEmpty();
        long end = Math.min(endOffsetExclusive, state.logEndOffset);
        if (offset >= end) return;
        Segment segment = segmentHolding(offset);
        try {
            find(segment, offset, maxBytes, end, atLeastOneBatch, out);
            return;
        } catch (IOException e) {
            StorageException damage = state.context.integrity().unreadable(state, segment, e);
            if (segment.hasUnreadable || !(damage instanceof DamageException)) throw damage;
        }
        // Large reads meet a bad sector that lies beside what is wanted.
        segment.hasUnreadable = true;
        segment.distrust();
        try {
            find(segment, offset, maxBytes, end, atLeastOneBatch, out);
        } catch (IOException e) {
            throw state.context.integrity().unreadable(state, segment, e);
        }
    }

    private void find(Segment segment, long offset, int maxBytes, long end, boolean atLeastOneBatch, FoundBatches out)
            throws IOException {
        locate(segment, offset);
        cut(segment, maxBytes, end, atLeastOneBatch, out);
    }

    /** See {@link PartitionLog#abortedTransactions}. */
    boolean abortedTransactions(long from, long to, int max, AbortedTransactions target) {
        try {
            return aborted().collect(from, to, max, target);
        } catch (IOException e) {
            throw state.context.integrity().unreadable(state, segmentHolding(from), e);
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
        if (segment == state.segments.active() && state.gapsBelow <= segment.baseOffset) {
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
        BatchCursor cursor = batchHolding(segment, offset);
        foundOffset = cursor.baseOffset();
        foundPosition = (int) cursor.position();
    }

    /** The batch of a segment that holds the offset, or the first one behind it: the thread's cursor stands on it. */
    BatchCursor batchHolding(Segment segment, long offset) throws IOException {
        BatchCursor cursor = BatchCursor.ofThread();
        if (walk(cursor, segment, indexOf(segment, offset), offset)) return cursor;
        if (walk(cursor, segment, indexer.rebuild(segment, cursor.position()), offset)) return cursor;
        throw corrupt(segment, cursor.position());
    }

    /** Goes from the index entry to the batch that holds the offset; false when the entry does not fit the file, or the file breaks off before. */
    private boolean walk(BatchCursor cursor, Segment segment, SparseIndex index, long offset) throws IOException {
        int entry = index.floorByOffset(relative(segment, offset));
        open(cursor, segment, index, entry);
        if (!segment.next(cursor) || (entry >= 0 && !isEntry(cursor, segment, index, entry))) return false;
        long expected = cursor.baseOffset();
        do {
            long base = cursor.baseOffset();
            boolean follows = base == expected || (base > expected && base <= state.gapsBelow);
            if (!follows || cursor.lastOffset() >= segment.nextOffset) return false;
            if (cursor.lastOffset() >= offset) return true;
            expected = cursor.lastOffset() + 1;
        } while (segment.next(cursor));
        return false;
    }

    /** For a walk from an index entry, or from the beginning, that hardly goes beyond the next entry. */
    private static void open(BatchCursor cursor, Segment segment, SparseIndex index, int entry) {
        int from = entry < 0 ? 0 : index.position(entry);
        int next = entry + 1 < index.count() ? index.position(entry + 1) : segment.sizeInBytes;
        if (segment.hasUnreadable) segment.walk(cursor, from, segment.sizeInBytes);
        else cursor.open(segment.file.open(), from, segment.sizeInBytes, next - from + RecordBatchHeader.SIZE);
    }

    /** Whether the batch that the cursor stands on is the one that the index entry tells of. */
    private static boolean isEntry(BatchCursor cursor, Segment segment, SparseIndex index, int entry) {
        return cursor.baseOffset() == segment.baseOffset + index.relativeOffset(entry);
    }

    private static int relative(Segment segment, long offset) {
        return (int) Math.min(Integer.MAX_VALUE, Math.max(0, offset - segment.baseOffset));
    }

    /** See {@link PartitionLog#indexedPosition}. */
    int indexedPosition(long offset) {
        Segment segment = segmentHolding(offset);
        try {
            SparseIndex index = indexOf(segment, offset);
            int entry = index.floorByOffset(relative(segment, offset));
            return entry < 0 ? 0 : index.position(entry);
        } catch (IOException e) {
            throw state.context.integrity().unreadable(state, segment, e);
        }
    }

    /** See {@link SegmentIndexer#leadBehind}. */
    boolean leadBehind(Segment segment, int at, int unsound, long leastOffset) throws IOException {
        return indexer.leadBehind(segment, wholeIndexOf(segment), at, unsound, leastOffset);
    }

    private void cut(Segment segment, int maxBytes, long end, boolean atLeastOneBatch, FoundBatches out)
            throws IOException {
        long firstOffset = foundOffset;
        int start = foundPosition;
        int left = segment.sizeInBytes - start;
        if (left <= maxBytes && segment.nextOffset <= end) {
            foundOffset = segment.nextOffset;
            foundPosition = segment.sizeInBytes;
        } else if (!cutFromRecent(segment, start, maxBytes, end)) {
            cutByWalking(segment, start, maxBytes, end);
        }
        if (foundPosition == start && !(atLeastOneBatch && takeOne(segment, start, end))) return;
        if (!cold.isTrusted(segment, start)) keepToSound(segment, start);
        segment.file.retainSlice();
        positions.put(segment, foundOffset, foundPosition);
        out.set(state, segment.file, start, foundPosition - start, firstOffset, foundOffset);
    }

    /** Checks what was found, and shortens it to what could be checked and is sound. */
    private void keepToSound(Segment segment, int start) throws IOException {
        cold.check(segment, start, foundPosition);
        if (cold.soundEnd() < foundPosition) {
            foundPosition = cold.soundEnd();
            foundOffset = cold.soundOffset();
        }
    }

    /** Finds the last batch boundary within the limits among the recent batches; false when they do not reach there. */
    private boolean cutFromRecent(Segment segment, int start, int maxBytes, long end) {
        if (segment != state.segments.active() || state.gapsBelow > segment.baseOffset) return false;
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
        int entry = Math.min(index.floorByPosition(limit), index.floorByOffset(relative(segment, end)));
        BatchCursor cursor = BatchCursor.ofThread();
        boolean onBatch = false;
        if (entry >= 0 && index.position(entry) > start) {
            open(cursor, segment, index, entry);
            onBatch = segment.next(cursor) && isEntry(cursor, segment, index, entry);
            if (onBatch) {
                foundOffset = cursor.baseOffset();
                foundPosition = index.position(entry);
            } else {
                indexer.rebuild(segment, index.position(entry));
            }
        }
        if (!onBatch) segment.walk(cursor, foundPosition, segment.sizeInBytes);
        while (foundPosition < limit) {
            if (!onBatch && !segment.next(cursor)) {
                if (foundPosition > start) return;
                throw corrupt(segment, cursor.position());
            }
            onBatch = false;
            if (cursor.endPosition() > limit || cursor.lastOffset() >= end) return;
            foundOffset = cursor.lastOffset() + 1;
            foundPosition = (int) cursor.endPosition();
        }
    }

    private boolean takeOne(Segment segment, int start, long end) throws IOException {
        BatchCursor cursor = BatchCursor.ofThread();
        segment.walk(cursor, start, segment.sizeInBytes);
        if (!segment.next(cursor)) throw corrupt(segment, start);
        if (cursor.lastOffset() >= end) return false;
        foundOffset = cursor.lastOffset() + 1;
        foundPosition = (int) cursor.endPosition();
        return true;
    }

    /** The index of a segment, at least what lies behind the gap if that is enough for the offset. */
    SparseIndex indexOf(Segment segment, long offset) throws IOException {
        SparseIndex index = segment.index;
        if (index != null && segment.indexGapTo > 0) {
            int entry = index.floorByOffset(relative(segment, offset));
            if (entry >= 0) return index;
        }
        return wholeIndexOf(segment);
    }

    /** The index intervals of a segment that touch a range of its bytes, with what is known of their headers. */
    HeaderIntervals intervals(Segment segment, int fromPosition, int toPosition) throws IOException {
        return HeaderIntervals.of(wholeIndexOf(segment), fromPosition, toPosition, segment.sizeInBytes);
    }

    /** The index of a segment: in memory, from the store, or built from the file. */
    SparseIndex wholeIndexOf(Segment segment) throws IOException {
        SparseIndex index = segment.index;
        if (index == null || segment.indexGapTo > 0) index = indexer.load(segment);
        if (segment != state.segments.active() && segment.isStored()) {
            state.context.indexCache().used(segment, index.sizeInBytes());
        }
        return index;
    }

    StorageException corrupt(Segment segment, long position) {
        return indexer.corrupt(segment, position);
    }
}
