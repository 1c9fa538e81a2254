// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.index.IndexBlock;
import io.shiplog.storage.index.SparseIndex;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the sparse index of a segment into memory: from what the store kept and, for the rest, from the file's batch headers. What
 * had to be built is put into the store in the background. Used under the lock of the log.
 */
final class SegmentIndexer {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentIndexer.class);

    private final LogState state;
    private final LogCheckpoints checkpoints;

    /** Result of the last {@link #maxTimestampBefore}. */
    private long nextOffset;

    /** Where the last {@link #scan} ended, where its last batch begins (-1: there was none), and the largest timestamp until then. */
    private long scanEnd;

    private long lastScanned;
    private long lastScannedOffset;
    private long scannedMaxTimestampMs;

    SegmentIndexer(LogState state, LogCheckpoints checkpoints) {
        this.state = state;
        this.checkpoints = checkpoints;
    }

    /** The whole index of a segment of which memory has nothing, or only what lies behind a gap. */
    SparseIndex load(Segment segment) throws IOException {
        SparseIndex later = segment.index;
        int end = later == null ? segment.sizeInBytes : segment.indexGapTo;
        IndexBlock stored = state.context.index().index(state.key, segment.baseOffset);
        SparseIndex index = stored.entries();
        int covered = stored.toPosition();
        if (covered > end) {
            // The store tells of bytes that are not there, or of which memory knows better.
            index.truncateTo(end);
            covered = end;
        }
        boolean whole = scan(segment, index, covered, end);
        if (later != null) index.addAll(later);
        segment.index = index;
        segment.indexGapTo = 0;
        segment.indexLoadedMs = state.context.clock().nowMs();
        boolean sealed = segment != state.segments.active();
        if (whole && sealed && covered < end) checkpoints.storeLater(segment, index, covered);
        return index;
    }

    /**
     * The index was found to be wrong: builds it from the file alone. When it is the file that does not make sense to its end, the index stays what
     * it was and learns where batches begin again: it leads to what lies behind, and is compared with the file each time.
     *
     * @param at where the file was found not to be what the index says
     */
    SparseIndex rebuild(Segment segment, long at) throws IOException {
        SparseIndex before = segment.index;
        RottenPart known = segment.rottenPart;
        if (before != null && known != null && known.explains(at, state)) {
            known.leadBehind(before);
            return before;
        }
        LOG.warn("The index of {} of {} does not fit its file and is built anew", segment, state);
        state.context.indexCache().forget(segment);
        SparseIndex index = new SparseIndex();
        boolean whole = scan(segment, index, 0, segment.sizeInBytes);
        segment.rottenPart = whole ? null : findRottenPart(segment);
        if (!whole && before != null && segment.rottenPart.leadBehind(before)) return before;
        if (!whole) segment.rottenPart.leadBehind(index);
        segment.index = index;
        segment.indexGapTo = 0;
        segment.storedIndexPosition = 0;
        if (whole) checkpoints.replaceLater(segment, index);
        return index;
    }

    /** The last scan did not get to the end. */
    private RottenPart findRottenPart(Segment segment) {
        // The length of the last batch before may be what is wrong. Where gaps are allowed, a batch that is out of its
        // place could seem to follow.
        long least = lastScanned < 0 ? segment.baseOffset : lastScannedOffset + 1;
        long except = state.gapsBelow > segment.baseOffset ? scanEnd : -1;
        return search(segment, lastScanned, except, least, scannedMaxTimestampMs);
    }

    /**
     * Makes the index lead behind a batch that is not sound, although its length may be right.
     *
     * @param at where the batch before it begins, whose length may be what is wrong
     * @param unsound where it begins itself
     * @param leastOffset behind the one before
     * @return whether sound batches are known behind it
     */
    boolean leadBehind(Segment segment, SparseIndex index, int at, int unsound, long leastOffset) {
        RottenPart known = segment.rottenPart;
        if (known == null || !known.explains(unsound, state)) {
            int entry = index.floorByPosition(at);
            known = search(segment, at, unsound, leastOffset, entry < 0 ? -1 : index.maxTimestampBefore(entry));
            segment.rottenPart = known;
        }
        return known.isPassable() && known.leadBehind(index);
    }

    /** Looks for where batches begin again behind a position, which lead through others to the end of the segment. */
    private RottenPart search(Segment segment, long at, long except, long leastOffset, long maxTimestampMs) {
        boolean mayHaveGaps = state.gapsBelow > segment.baseOffset;
        HoleEnd end = new HoleEnd(segment.file.open(), segment.sizeInBytes, 0, mayHaveGaps, segment.nextOffset);
        boolean found = end.find(at + 1, except, leastOffset, 0) && hasItsEpoch(end);
        return new RottenPart(
                state.truncationGeneration,
                (int) Math.max(0, at),
                found ? (int) end.position() : -1,
                found ? (int) (end.offset() - segment.baseOffset) : -1,
                maxTimestampMs);
    }

    private boolean hasItsEpoch(HoleEnd end) {
        int known = state.epochs.epochAt(end.offset());
        return known < 0 || known == end.leaderEpoch();
    }

    /**
     * Adds entries for the batches in [from, to); they begin an interval of their own, of which no header CRC is known. Ends at the first
     * batch that does not make sense, or breaks the chain of offsets: reads are checked from an entry on, so that none must become one.
     * Returns whether there was none.
     */
    private boolean scan(Segment segment, SparseIndex index, int from, int to) throws IOException {
        lastScanned = -1;
        scanEnd = from;
        scannedMaxTimestampMs = -1;
        if (from >= to) return true;
        int interval = state.settings.indexIntervalBytes();
        long maxTimestampMs = index.count() == 0 ? -1 : maxTimestampBefore(segment, index, from);
        long expected = index.count() == 0 ? segment.baseOffset : nextOffset;
        BatchCursor cursor = BatchCursor.ofThread();
        segment.walk(cursor, from, to);
        while (segment.next(cursor)
                && (cursor.baseOffset() == expected
                        || (cursor.baseOffset() > expected && cursor.baseOffset() <= state.gapsBelow))) {
            boolean first = cursor.position() == from;
            if (first || cursor.position() - index.lastPosition() >= interval) {
                index.add((int) (cursor.baseOffset() - segment.baseOffset), (int) cursor.position(), maxTimestampMs);
                index.forgetHeaderCrc();
            }
            lastScanned = cursor.position();
            lastScannedOffset = cursor.baseOffset();
            expected = cursor.lastOffset() + 1;
            maxTimestampMs = Math.max(maxTimestampMs, cursor.maxTimestampMs());
        }
        scanEnd = cursor.position();
        scannedMaxTimestampMs = maxTimestampMs;
        boolean whole = cursor.position() == to;
        if (!whole && index.count() > 0) index.forgetHeaderCrc();
        return whole;
    }

    /** The largest timestamp before a position that lies in the last interval of the index; leaves the offset there too. */
    private long maxTimestampBefore(Segment segment, SparseIndex index, int position) throws IOException {
        long maxTimestampMs = index.maxTimestampBefore(index.count() - 1);
        nextOffset = segment.baseOffset + index.relativeOffset(index.count() - 1);
        BatchCursor cursor = BatchCursor.ofThread();
        segment.walk(cursor, index.lastPosition(), position);
        while (segment.next(cursor)) {
            maxTimestampMs = Math.max(maxTimestampMs, cursor.maxTimestampMs());
            nextOffset = cursor.lastOffset() + 1;
        }
        return maxTimestampMs;
    }

    /** What is to be thrown when the bytes at a position are no batch. */
    StorageException corrupt(Segment segment, long position) {
        segment.distrust();
        return state.context.integrity().found(state, segment, "no sound batch at byte " + position);
    }
}
