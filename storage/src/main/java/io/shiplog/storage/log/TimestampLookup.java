// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.index.SparseIndex;
import io.shiplog.storage.model.OffsetAndTimestamp;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.RecordBatch;

/**
 * Finds records by time: segment by its largest timestamp, batch by the time index, record by looking into that one batch
 * (the only place where a batch is decompressed). Used under the lock of the log.
 */
final class TimestampLookup {
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
        for (int i = 0; i < state.segments.count(); i++) {
            Segment segment = state.segments.get(i);
            if (best == null || segment.maxTimestampMs > best.maxTimestampMs) best = segment;
        }
        if (best == null || best.maxTimestampMs < 0) return null;
        return searchSegment(best, best.maxTimestampMs);
    }

    private OffsetAndTimestamp searchSegment(Segment segment, long timestampMs) {
        try {
            SparseIndex index = reader.indexOf(segment, segment.baseOffset);
            int entry = index.lastBeforeTimestamp(timestampMs);
            BatchCursor cursor = BatchCursor.ofThread();
            cursor.open(segment.file.open(), entry < 0 ? 0 : index.position(entry), segment.sizeInBytes);
            while (cursor.next()) {
                if (cursor.maxTimestampMs() < timestampMs || cursor.lastOffset() < state.logStartOffset) continue;
                OffsetAndTimestamp found = searchBatch(segment, cursor, timestampMs);
                if (found != null) return found;
            }
            return null;
        } catch (IOException e) {
            throw state.context.failure().fail("reading " + segment.path(), e);
        }
    }

    private OffsetAndTimestamp searchBatch(Segment segment, BatchCursor cursor, long timestampMs) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(cursor.sizeInBytes());
        segment.file.open().read(bytes, cursor.position());
        for (RecordBatch batch : MemoryRecords.readableRecords(bytes.flip()).batches()) {
            for (Record record : batch) {
                if (record.timestamp() >= timestampMs && record.offset() >= state.logStartOffset) {
                    return new OffsetAndTimestamp(record.offset(), record.timestamp(), batch.partitionLeaderEpoch());
                }
            }
        }
        return null;
    }
}
