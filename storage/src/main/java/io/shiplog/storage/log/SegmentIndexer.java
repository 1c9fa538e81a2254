// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.index.IndexBlock;
import io.shiplog.storage.index.SparseIndex;
import java.io.IOException;

/** Builds the sparse index of a segment from what the store kept and, for the rest, from the file's batch headers. */
final class SegmentIndexer {
    private SegmentIndexer() {}

    /** The whole index of a segment that has none in memory. */
    static SparseIndex load(LogState state, Segment segment) throws IOException {
        IndexBlock stored = state.context.index().index(state.key, segment.baseOffset);
        SparseIndex index = stored.entries();
        int covered = Math.min(stored.toPosition(), segment.sizeInBytes);
        index.truncateTo(segment.sizeInBytes);
        if (covered < segment.sizeInBytes) scan(state, segment, index, covered, segment.sizeInBytes);
        return index;
    }

    /** Closes the gap in the index of the active segment that a lost part of the store left. */
    static SparseIndex fillGap(LogState state, Segment segment) throws IOException {
        SparseIndex later = segment.index;
        SparseIndex whole = new SparseIndex();
        whole.addAll(later);
        whole.truncateTo(segment.indexGapFrom);
        scan(state, segment, whole, segment.indexGapFrom, segment.indexGapTo);
        whole.addAll(later);
        segment.index = whole;
        segment.indexGapFrom = 0;
        segment.indexGapTo = 0;
        return whole;
    }

    private static void scan(LogState state, Segment segment, SparseIndex index, int from, int to) throws IOException {
        int interval = state.settings.indexIntervalBytes();
        BatchCursor cursor = BatchCursor.ofThread();
        cursor.open(segment.file.open(), from, to);
        long maxTimestampMs = index.count() == 0 ? -1 : index.maxTimestampBefore(index.count() - 1);
        while (cursor.next()) {
            if (index.count() == 0 || cursor.position() - index.lastPosition() >= interval) {
                index.add((int) (cursor.baseOffset() - segment.baseOffset), (int) cursor.position(), maxTimestampMs);
            }
            maxTimestampMs = Math.max(maxTimestampMs, cursor.maxTimestampMs());
        }
    }
}
