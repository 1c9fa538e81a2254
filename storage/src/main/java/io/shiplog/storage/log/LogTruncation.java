// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.index.SparseIndex;
import io.shiplog.storage.model.NoRoom;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts a log. The order is what matters when power fails in the middle: first the store forgets what lies behind the
 * cut, then the flush mark is lowered on the disk, then files go from the newest on, then the last one is cut. Bytes that
 * are on their way to a socket stay: then the kept part is copied into a new file that takes the old one's name.
 * Used under the lock of the log, by its loop, after {@link #awaitQuiet}: from the first look at the segments to the last cut the
 * lock is not given up.
 */
final class LogTruncation {
    private static final Logger LOG = LoggerFactory.getLogger(LogTruncation.class);
    private static final String COPY_SUFFIX = ".cut";

    /**
     * An empty file in the partition's directory while files are being cut. A process that is killed meanwhile leaves cuts
     * that only the page cache knows; recovery finds the file, and syncs them before it believes them.
     */
    static final String UNDER_WAY = "truncating";

    private static final int COPY_CHUNK_BYTES = 1 << 20;

    private final LogState state;
    private final LogReader reader;
    private final LogCheckpoints checkpoints;
    private final LogStart start;

    LogTruncation(LogState state, LogReader reader, LogCheckpoints checkpoints, LogStart start) {
        this.state = state;
        this.reader = reader;
        this.checkpoints = checkpoints;
        this.start = start;
    }

    /** To be called before anything is cut; as {@link LogCheckpoints#awaitQuiet}. The log may be closed afterwards. */
    void awaitQuiet() {
        checkpoints.awaitQuiet();
    }

    /** Removes the batch that holds the offset and everything behind it; returns whether anything was removed. */
    boolean truncateTo(long offset) throws IOException {
        if (offset >= state.logEndOffset) {
            // An epoch that began at the end and got no record must not stand in the way of the new leader's.
            state.epochs.truncateFromEnd(state.logEndOffset);
            return false;
        }
        long target = Math.max(offset, state.logStartOffset);
        Segment segment = reader.segmentHolding(target);
        int position = 0;
        long end = segment.baseOffset;
        // All of the index comes into memory, since the store is going to forget it.
        if (target > segment.baseOffset) reader.wholeIndexOf(segment);
        if (target > segment.baseOffset && segment.aborted != null)
            reader.aborted().loadWhole(segment);
        if (target > segment.baseOffset && state.gapsBelow > segment.baseOffset) {
            BatchCursor cursor = BatchCursor.ofThread();
            end = walkOverGapsTo(segment, cursor, target);
            position = (int) cursor.position();
        } else if (target > segment.baseOffset) {
            BatchCursor cursor = reader.batchHolding(segment, target);
            position = (int) cursor.position();
            end = cursor.baseOffset();
        }
        if (end < state.logStartOffset) {
            // What is left of a compacted log lies below its start.
            truncateFullyAndStartAt(state.logStartOffset);
            return true;
        }
        long before = state.logEndOffset;
        prepare(end, segment.baseOffset);
        Path underWay = markUnderWay();
        while (state.segments.active() != segment) drop(state.segments.removeLast());
        state.context.files().syncDirectory(state.directory);
        if (position < segment.sizeInBytes) cut(segment, position);
        state.context.files().delete(underWay);
        rebuild(segment, position, end);
        LOG.info("Truncated {} from {} to {}", state, before, end);
        return true;
    }

    /** Removes everything; the log is empty and begins at the offset. */
    void truncateFullyAndStartAt(long offset) throws IOException {
        long before = state.logEndOffset;
        start.deletePendingFiles();
        // From here on nothing here is vouched for, so that any part of it may be missing after a crash.
        prepare(Math.min(state.markedLogStart(), offset), Long.MIN_VALUE);
        Path underWay = markUnderWay();
        while (!state.segments.isEmpty()) drop(state.segments.removeLast());
        state.context.files().syncDirectory(state.directory);
        beginAnewAt(offset, underWay);
        LOG.info("Truncated {} fully from {}, it begins at {} now", state, before, offset);
    }

    /**
     * Moves the segment that holds the offset, and all behind it, out of the log, and keeps them beside it: the log ends where the first of
     * them began. When the log begins in one of them it is empty afterwards, and begins where it did.
     */
    void setAsideFrom(long offset, Path aside) throws IOException {
        long before = state.logEndOffset;
        // Compaction may have put the segment that once began there into a larger one.
        int at = Math.max(0, state.segments.floorIndex(offset));
        long end = state.segments.get(at).baseOffset;
        boolean all = at == 0 || end <= state.logStartOffset;
        long logStart = state.logStartOffset;
        if (all) start.deletePendingFiles();
        prepare(all ? state.markedLogStart() : end, all ? Long.MIN_VALUE : end);
        Path underWay = markUnderWay();
        state.context.files().createDirectory(aside);
        while (!state.segments.isEmpty() && (all || state.segments.active().baseOffset >= end)) {
            moveAside(state.segments.removeLast(), aside);
        }
        state.context.files().syncDirectory(aside);
        state.context.files().syncDirectory(state.directory);
        state.context.files().syncDirectory(state.context.directory());
        if (all) {
            beginAnewAt(logStart, underWay);
        } else {
            Segment segment = state.addSegment(end);
            state.context.files().syncDirectory(state.directory);
            state.context.files().delete(underWay);
            segment.entryDurable = true;
            rebuild(segment, 0, end);
        }
        LOG.info(
                "Truncated {} from {} to {}; what was behind it is kept in {}",
                state,
                before,
                state.logEndOffset,
                aside);
    }

    /** What is there already was set aside earlier, and belongs to data that has not been replaced yet: it stays. */
    private void moveAside(Segment segment, Path aside) throws IOException {
        LogFiles files = state.context.files();
        state.context.indexCache().forget(segment);
        Path target = aside.resolve(segment.path().getFileName());
        if (files.exists(target)) files.delete(segment.path());
        else if (files.exists(segment.path())) files.rename(segment.path(), target);
        segment.file.release();
    }

    private void beginAnewAt(long offset, Path underWay) throws IOException {
        Segment segment = state.addSegment(offset);
        state.context.files().syncDirectory(state.directory);
        // A new log whose first records were deleted by its leader comes here before its first flush.
        if (!state.directoryDurable) state.context.files().syncDirectory(state.context.directory());
        state.context.files().delete(underWay);
        segment.entryDurable = true;
        state.directoryDurable = true;
        state.epochs.clear();
        state.producers.clear();
        state.settleUnstable();
        state.logTimeMs = -1;
        state.gapsBelow = 0;
        state.logStartOffset = offset;
        state.logEndOffset = offset;
        state.highWatermark = Math.max(state.highWatermark, offset);
        state.flushedOffset = offset;
        state.putMarks();
        state.context.marks().write();
        state.durableLogStart = offset;
    }

    private Path markUnderWay() throws IOException {
        Path path = state.directory.resolve(UNDER_WAY);
        state.context.files().delete(path);
        state.context.files().create(path).close();
        return path;
    }

    /** Stops at the batch that holds the offset, or the next one, and returns where the last one before it ends. */
    private long walkOverGapsTo(Segment segment, BatchCursor cursor, long offset) throws IOException {
        long end = segment.baseOffset;
        cursor.open(segment.file.open(), 0, segment.sizeInBytes);
        while (cursor.next()) {
            if (cursor.lastOffset() >= offset) return end;
            end = cursor.lastOffset() + 1;
        }
        throw reader.corrupt(segment, cursor.position());
    }

    /** Everything that must be on the disk before the first byte goes. */
    private void prepare(long end, long segmentBase) throws IOException {
        if (state.firstDirtyOffset > end) state.setFirstDirtyOffset(end);
        checkpoints.forgetFrom(end, segmentBase);
        int generation = state.truncationGeneration + 1;
        state.truncationGeneration = generation;
        state.flushedOffset = Math.min(state.flushedOffset, end);
        state.putMarksBeforeCut(end);
        if (state.context.marks().mustBeLowered(state.key, end)) lowerMarks();
        state.logEndOffset = end;
        reader.forgetPositions();
        state.recent.clear();
    }

    private void lowerMarks() throws IOException {
        try {
            state.context.marks().write();
        } catch (IOException e) {
            if (!state.context.space().isOutOfSpace(e, 1)) throw e;
            state.context.space().noSpace(e);
            throw new NoRoom("the marks of " + state + " cannot be lowered: " + e, e);
        }
    }

    private void drop(Segment segment) throws IOException {
        state.context.indexCache().forget(segment);
        state.context.files().delete(segment.path());
        segment.file.release();
    }

    private void cut(Segment segment, int position) throws IOException {
        if (segment.file.hasSlices()) {
            copyKeptPart(segment, position);
        } else {
            LogFile file = segment.file.open();
            file.truncate(position);
            file.sync();
        }
    }

    private void copyKeptPart(Segment segment, int size) throws IOException {
        LogFiles files = state.context.files();
        Path path = segment.path();
        Path copy = path.resolveSibling(path.getFileName() + COPY_SUFFIX);
        files.delete(copy);
        LogFile source = segment.file.open();
        try (LogFile target = files.create(copy)) {
            ByteBuffer chunk = ByteBuffer.allocate(Math.min(COPY_CHUNK_BYTES, Math.max(1, size)));
            for (int at = 0; at < size; at += chunk.capacity()) {
                chunk.clear().limit(Math.min(chunk.capacity(), size - at));
                source.read(chunk, at);
                target.write(chunk.flip(), at);
            }
            target.sync();
        }
        files.rename(copy, path);
        files.syncDirectory(state.directory);
        segment.file.release();
        segment.file = state.segmentFile(segment.baseOffset, null);
        segment.entryDurable = true;
    }

    /** Brings what is in memory back to what the log holds now. */
    private void rebuild(Segment segment, int position, long end) throws IOException {
        state.context.indexCache().forget(segment);
        segment.sizeInBytes = position;
        segment.nextOffset = end;
        segment.summaryStored = false;
        segment.checked = null;
        segment.storedIndexPosition = 0;
        SparseIndex index = position == 0 ? new SparseIndex() : reader.wholeIndexOf(segment);
        index.truncateTo(position);
        segment.index = index;
        segment.indexGapTo = 0;
        if (segment.aborted != null) segment.aborted = position == 0 ? null : segment.aborted.truncatedTo(end);
        if (position == 0) segment.firstTimestampMs = -1;
        state.epochs.truncateFromEnd(end);
        segment.lastLeaderEpoch = state.epochs.latest();
        findLastBatch(segment, index);
        if (segment.maxTimestampOffset >= end) findMaxTimestamp(segment);
        checkpoints.rebuildProducers();
    }

    private static void findLastBatch(Segment segment, SparseIndex index) throws IOException {
        segment.lastBatchPosition = -1;
        BatchCursor cursor = BatchCursor.ofThread();
        cursor.open(segment.file.open(), Math.max(0, index.lastPosition()), segment.sizeInBytes);
        while (cursor.next()) {
            segment.lastBatchPosition = (int) cursor.position();
            segment.lastLeaderEpoch = cursor.leaderEpoch();
            segment.lastBatchCrc = cursor.crc();
        }
    }

    private void findMaxTimestamp(Segment segment) throws IOException {
        BatchCursor cursor = BatchCursor.ofThread();
        cursor.open(segment.file.open(), 0, segment.sizeInBytes);
        segment.maxTimestampMs = -1;
        segment.maxTimestampOffset = -1;
        while (cursor.next()) {
            if (cursor.maxTimestampMs() > segment.maxTimestampMs) {
                segment.maxTimestampMs = cursor.maxTimestampMs();
                segment.maxTimestampOffset = cursor.baseOffset();
            }
        }
    }
}
