// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.batch.RecordStream;
import io.shiplog.storage.index.SparseIndex;
import io.shiplog.storage.model.OffsetAndTimestamp;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Finds records by time: segment by its largest timestamp, batch by the time index, record by looking into that one batch, which is
 * unpacked as far as is needed and no further than is allowed. A batch that cannot be unpacked (nobody checks that when it is
 * appended) is answered as a whole: by its base offset, so that a reader that begins there misses nothing. Used under the lock of
 * the log.
 */
final class TimestampLookup {
    private static final ThreadLocal<RecordStream> RECORDS = ThreadLocal.withInitial(RecordStream::new);

    private final LogState state;
    private final LogReader reader;

    TimestampLookup(LogState state, LogReader reader) {
        this.state = state;
        this.reader = reader;
    }

    OffsetAndTimestamp firstAtOrAfter(long timestampMs) {
        for (int i = 0; i < state.segments.count(); i++) {
            Segment segment = state.segments.get(i);
            if (segment.maxTimestampMs < timestampMs) continue;
            OffsetAndTimestamp found = searchSegment(segment, timestampMs);
            if (found != null) return found;
        }
        return null;
    }

    OffsetAndTimestamp largest() {
        Segment best = null;
        long bestMs = -1;
        for (int i = 0; i < state.segments.count(); i++) {
            Segment segment = state.segments.get(i);
            boolean partly = segment.baseOffset < state.logStartOffset;
            long maxTimestampMs = partly ? maxTimestampFromLogStart(segment) : segment.maxTimestampMs;
            if (maxTimestampMs > bestMs) {
                best = segment;
                bestMs = maxTimestampMs;
            }
        }
        return best == null ? null : searchSegment(best, bestMs);
    }

    /** Of the first segment, the part that may still be read. */
    private long maxTimestampFromLogStart(Segment segment) {
        try {
            long maxTimestampMs = -1;
            int position = reader.indexedPosition(state.logStartOffset);
            BatchCursor cursor = BatchCursor.ofThread();
            cursor.open(segment.file.open(), position, segment.sizeInBytes);
            while (cursor.next()) {
                if (cursor.lastOffset() < state.logStartOffset) continue;
                boolean straddles = cursor.baseOffset() < state.logStartOffset;
                long ofBatchMs = straddles ? maxTimestampFromLogStart(segment, cursor) : cursor.maxTimestampMs();
                maxTimestampMs = Math.max(maxTimestampMs, ofBatchMs);
            }
            if (cursor.position() < segment.sizeInBytes) throw reader.corrupt(segment, cursor.position());
            return maxTimestampMs;
        } catch (IOException e) {
            throw state.context.integrity().unreadable(state, segment, e);
        }
    }

    /** Of the batch in which the log starts: its largest timestamp may be that of a record that was deleted. */
    private long maxTimestampFromLogStart(Segment segment, BatchCursor cursor) throws IOException {
        long baseOffset = cursor.baseOffset();
        ByteBuffer bytes = read(segment, cursor);
        if (hasAppendTime(bytes)) return cursor.maxTimestampMs();
        long baseTimestampMs = RecordBatchHeader.baseTimestamp(bytes, 0);
        long maxTimestampMs = -1;
        try (RecordStream records = RECORDS.get()) {
            records.open(bytes, 0, bytes.limit(), RecordStream.limitFor(state.settings.maxMessageBytes()));
            while (records.next()) {
                if (baseOffset + records.offsetDelta() < state.logStartOffset) continue;
                maxTimestampMs = Math.max(maxTimestampMs, baseTimestampMs + records.timestampDelta());
            }
            return records.problem() == null ? maxTimestampMs : cursor.maxTimestampMs();
        }
    }

    private static ByteBuffer read(Segment segment, BatchCursor cursor) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(cursor.sizeInBytes());
        segment.file.open().read(bytes, cursor.position());
        return bytes.flip();
    }

    private static boolean hasAppendTime(ByteBuffer batch) {
        return (RecordBatchHeader.attributes(batch, 0) & RecordBatchHeader.LOG_APPEND_TIME_BIT) != 0;
    }

    private OffsetAndTimestamp searchSegment(Segment segment, long timestampMs) {
        try {
            SparseIndex index = reader.wholeIndexOf(segment);
            int entry = index.lastBeforeTimestamp(timestampMs);
            BatchCursor cursor = BatchCursor.ofThread();
            cursor.open(segment.file.open(), entry < 0 ? 0 : index.position(entry), segment.sizeInBytes);
            while (cursor.next()) {
                if (cursor.maxTimestampMs() < timestampMs || cursor.lastOffset() < state.logStartOffset) continue;
                if (!cursor.crcMatches()) throw reader.corrupt(segment, cursor.position());
                OffsetAndTimestamp found = searchBatch(segment, cursor, timestampMs);
                if (found != null) return found;
            }
            return null;
        } catch (IOException e) {
            throw state.context.integrity().unreadable(state, segment, e);
        }
    }

    /** The first record of the batch at or after the time; null when it only seemed to have one. */
    private OffsetAndTimestamp searchBatch(Segment segment, BatchCursor cursor, long timestampMs) throws IOException {
        long baseOffset = cursor.baseOffset();
        long batchMaxTimestampMs = cursor.maxTimestampMs();
        int epoch = cursor.leaderEpoch();
        ByteBuffer bytes = read(segment, cursor);
        boolean appendTime = hasAppendTime(bytes);
        long baseTimestampMs = RecordBatchHeader.baseTimestamp(bytes, 0);
        try (RecordStream records = RECORDS.get()) {
            long maxBytes = RecordStream.limitFor(state.settings.maxMessageBytes());
            records.open(bytes, 0, bytes.limit(), maxBytes);
            while (records.next()) {
                long offset = baseOffset + records.offsetDelta();
                long recordTimestampMs = appendTime ? batchMaxTimestampMs : baseTimestampMs + records.timestampDelta();
                if (recordTimestampMs >= timestampMs && offset >= state.logStartOffset) {
                    return new OffsetAndTimestamp(offset, recordTimestampMs, epoch);
                }
            }
            if (records.problem() == null) return null;
        }
        return new OffsetAndTimestamp(Math.max(baseOffset, state.logStartOffset), batchMaxTimestampMs, epoch);
    }
}
