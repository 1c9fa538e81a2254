// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.sight;

import io.shiplog.simulation.disk.Rot;
import io.shiplog.simulation.disk.SimDisk;
import io.shiplog.simulation.invariant.Entry;
import io.shiplog.storage.batch.RecordBatchHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;

/**
 * The records of a log as they lie in its files, read past all code that is tested. A batch of which any bit rotted counts as there and
 * unreadable, at the offsets at which it was written: what it says of itself now, nobody said.
 */
final class DiskLog {
    private static final int LENGTH_AT = 8;
    private static final int MAGIC_AT = 16;
    private static final int OVERHEAD = 12;
    private static final int HEADER = 61;

    private DiskLog() {}

    /** The records from one offset to before another, in the order in which they lie there. */
    static List<Entry> read(SimDisk disk, String directory, long from, long to) {
        List<Entry> found = new ArrayList<>();
        disk.visitWritten(directory, (base, bytes, size, rot) -> {
            if (base < to) {
                readSegment(ByteBuffer.wrap(bytes, 0, size), size, rot, from, to, found);
            }
        });
        return found;
    }

    private static void readSegment(ByteBuffer segment, int size, Rot rot, long from, long to, List<Entry> found) {
        for (int at = 0; at + HEADER <= size; ) {
            int length = OVERHEAD + segment.getInt(at + LENGTH_AT);
            if (length < HEADER || at + length > size) {
                return;
            }
            if (segment.get(at + MAGIC_AT) != 2) {
                return;
            }
            long last = RecordBatchHeader.lastOffset(segment, at);
            if (last >= from && RecordBatchHeader.baseOffset(segment, at) < to) {
                readBatch(segment.slice(at, length), !rot.isWithin(at, at + length), from, to, found);
            }
            at += length;
        }
    }

    private static void readBatch(ByteBuffer bytes, boolean sound, long from, long to, List<Entry> found) {
        for (MutableRecordBatch batch : MemoryRecords.readableRecords(bytes).batches()) {
            if (!sound || !batch.isValid()) {
                addUnreadable(batch, from, to, found);
                continue;
            }
            for (Record record : batch) {
                if (record.offset() >= from && record.offset() < to) {
                    ByteBuffer value = record.value();
                    found.add(new Entry(
                            record.offset(),
                            batch.partitionLeaderEpoch(),
                            value == null || value.remaining() < Long.BYTES
                                    ? Entry.UNREADABLE
                                    : value.getLong(value.position()),
                            batch.producerId(),
                            batch.producerEpoch(),
                            record.sequence()));
                }
            }
        }
    }

    private static void addUnreadable(MutableRecordBatch batch, long from, long to, List<Entry> found) {
        long end = Math.min(to, batch.baseOffset() + Math.min(1_000, batch.lastOffset() - batch.baseOffset() + 1));
        for (long offset = Math.max(from, batch.baseOffset()); offset < end; offset++) {
            found.add(Entry.plain(offset, batch.partitionLeaderEpoch(), Entry.UNREADABLE));
        }
    }
}
