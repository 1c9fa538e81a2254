// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.batch.RecordStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What became of the transactions in a part of a log, found out by looking at its batches in order: which data was aborted, and
 * where the first transaction begins that has no end there. Only batches of transactions need to be shown. One thread.
 */
final class TransactionScan {
    private static final int MAX_ABORTED = 100_000;

    /** Kafka: {@code ControlRecordType.ABORT}. */
    private static final short ABORT = 0;

    private record Range(long first, long last) {}

    private final RecordStream records = new RecordStream();
    private final Map<Long, Long> open = new HashMap<>();
    private final Map<Long, List<Range>> aborted = new HashMap<>();
    private int abortedCount;

    /** Takes a data batch of a transaction. */
    void data(long producerId, long baseOffset) {
        open.putIfAbsent(producerId, baseOffset);
    }

    /** Takes the batch that ends a transaction. */
    void marker(ByteBuffer b, int at, int size) {
        long producerId = RecordBatchHeader.producerId(b, at);
        Long first = open.remove(producerId);
        if (first == null || !isAbort(b, at, size)) return;
        long last = RecordBatchHeader.baseOffset(b, at);
        aborted.computeIfAbsent(producerId, id -> new ArrayList<>(1)).add(new Range(first, last));
        abortedCount++;
    }

    /** Whether there are so many that no further part of the log should be looked at. */
    boolean isFull() {
        return abortedCount >= MAX_ABORTED;
    }

    /** The first offset of the earliest transaction without an end, {@link Long#MAX_VALUE} when all have one. */
    long firstUnstableOffset() {
        long first = Long.MAX_VALUE;
        for (long offset : open.values()) first = Math.min(first, offset);
        return first;
    }

    /** Whether the batch of a transaction that begins at the offset belongs to one that was aborted. */
    boolean isAborted(long producerId, long baseOffset) {
        List<Range> ranges = aborted.get(producerId);
        if (ranges == null) return false;
        for (Range range : ranges) if (range.first() <= baseOffset && baseOffset < range.last()) return true;
        return false;
    }

    /** Whether a control batch ends a transaction in vain: its key is a version and a type, int16 each. */
    private boolean isAbort(ByteBuffer b, int at, int size) {
        records.open(b, at, size, Math.max(size, 1024));
        try (records) {
            if (!records.next() || !records.hasKey()) return false;
            ByteBuffer key = records.key();
            return key.remaining() >= 4 && key.getShort(key.position() + 2) == ABORT;
        }
    }
}
