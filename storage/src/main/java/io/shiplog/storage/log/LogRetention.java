// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Deletes old segments by age and by size, never at or above the high watermark. The new log start is on the disk before
 * a file goes; both happen in the background. Used under the lock of the log, by its loop.
 */
final class LogRetention {
    private static final Logger LOG = LoggerFactory.getLogger(LogRetention.class);

    private final LogState state;
    private final LogReader reader;

    /** Segments that left the log and whose files are still there; guarded by itself, also while files go. */
    private final List<Segment> pending = new ArrayList<>();

    LogRetention(LogState state, LogReader reader) {
        this.state = state;
        this.reader = reader;
    }

    /** Whether the oldest segment is due; the caller rolls the active one before it is dropped. */
    boolean isDue(long wallClockMs, long sizeInBytes) {
        if (!state.settings.compaction().delete() || state.isSwapping()) return false;
        Segment oldest = state.segments.first();
        if (oldest.isEmpty() || oldest.nextOffset > state.highWatermark) return false;
        LogSettings settings = state.settings;
        long timestampMs = oldest.maxTimestampMs >= 0 ? oldest.maxTimestampMs : oldest.openedMs;
        if (settings.retentionMs() >= 0 && wallClockMs - timestampMs > settings.retentionMs()) return true;
        boolean sealed = state.segments.count() > 1;
        return sealed
                && settings.retentionBytes() >= 0
                && sizeInBytes - oldest.sizeInBytes >= settings.retentionBytes();
    }

    /** Takes the oldest segments out of the log and has their files deleted. */
    void drop(List<Segment> segments) {
        long start = state.segments.first().baseOffset;
        long before = state.logStartOffset;
        state.logStartOffset = Math.max(before, start);
        // Under flush.policy=replicated segments may go before they were flushed.
        state.flushedOffset = Math.max(state.flushedOffset, state.logStartOffset);
        state.epochs.truncateFromStart(state.logStartOffset);
        reader.forgetPositions();
        for (Segment segment : segments) state.context.indexCache().forget(segment);
        state.putMarks();
        synchronized (pending) {
            pending.addAll(segments);
        }
        state.context.background().execute("deleting segments of " + state, this::deleteUnlessClosed);
        LOG.info("Retention moved the start of {} from {} to {}", state, before, state.logStartOffset);
    }

    /** Deletes the files of segments below the log start. On the background thread, or before names are used again. */
    void deletePendingFiles() throws IOException {
        synchronized (pending) {
            if (pending.isEmpty() || state.closed) return;
            state.context.marks().write();
            for (Segment segment : pending) {
                state.context.files().delete(segment.path());
                segment.file.release();
            }
            pending.clear();
            state.context.files().syncDirectory(state.directory);
            state.context.index().forgetBelow(state.key, state.logStartOffset);
        }
    }

    private void deleteUnlessClosed() throws IOException {
        try {
            deletePendingFiles();
        } catch (NoSuchFileException e) {
            // The log was deleted meanwhile, and its directory moved aside.
            if (!state.closed) throw e;
        }
    }
}
