// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.StorageException;
import java.io.IOException;

/**
 * Which old segments are due, by age and by size: never at or above the high watermark, and by size only as far as enough
 * committed bytes stay. Used under the lock of the log, by its loop.
 */
final class LogRetention {
    private final LogState state;

    LogRetention(LogState state) {
        this.state = state;
    }

    /**
     * Whether the oldest segment is due; the caller rolls the active one before it is dropped.
     *
     * @param committedBytes see {@link #committedBytes}, less what was dropped since
     */
    boolean isDue(long wallClockMs, long committedBytes) {
        if (state.isSwapping()) return false;
        // DeleteRecords left it behind, since segments were being exchanged or there was no room for a new one.
        if (state.segments.count() > 1 && state.segments.get(1).baseOffset <= state.logStartOffset) return true;
        if (!state.settings.compaction().delete()) return false;
        Segment oldest = state.segments.first();
        if (oldest.isEmpty() || oldest.nextOffset > state.highWatermark) return false;
        LogSettings settings = state.settings;
        if (settings.retentionMs() >= 0 && wallClockMs - timestampMs(oldest) > settings.retentionMs()) return true;
        boolean sealed = state.segments.count() > 1;
        return sealed
                && settings.retentionBytes() >= 0
                && committedBytes - oldest.sizeInBytes >= settings.retentionBytes();
    }

    /**
     * Bytes of the log below the high watermark; of the segment that holds it only what the recent batches tell. What may yet be cut
     * must not push out what is committed.
     */
    long committedBytes() {
        long bytes = 0;
        for (int i = 0; i < state.segments.count(); i++) {
            Segment segment = state.segments.get(i);
            if (segment.nextOffset <= state.highWatermark) bytes += segment.sizeInBytes;
            else return bytes + committedPart(segment);
        }
        return bytes;
    }

    private long committedPart(Segment segment) {
        if (segment != state.segments.active() || state.highWatermark <= segment.baseOffset) return 0;
        long recent = state.recent.floorByOffset(state.highWatermark);
        return recent < 0 ? 0 : state.recent.position(recent);
    }

    /** Kafka's rule: the largest timestamp, or the time of the last write where no batch carries one. */
    private long timestampMs(Segment segment) {
        if (segment.maxTimestampMs >= 0) return segment.maxTimestampMs;
        try {
            return state.context.files().lastModifiedMs(segment.path());
        } catch (IOException e) {
            throw new StorageException("reading the age of " + segment.path(), e);
        }
    }
}
