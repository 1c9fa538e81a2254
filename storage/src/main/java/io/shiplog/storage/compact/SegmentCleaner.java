// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.batch.RecordStream;
import io.shiplog.storage.files.LogFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * One round of cleaning of one log: first looks at the new (dirty) segments to learn what became of transactions and which record
 * is the latest of each key, then copies what stays of all segments, group by group.
 *
 * <p>What a cleaned segment keeps beyond the records, if only as a header: its last batch, so that each segment goes on ending
 * where the next one begins, and a missing file shows as a hole; and the first batch of each leader epoch, so that the epochs can
 * be rebuilt from the segments alone and still end where they ended. One thread, one round.
 */
public final class SegmentCleaner {
    private final LastBatches lastBatches;
    private final TransactionScan transactions = new TransactionScan();
    private final BatchReader reader;
    private final RecordStream records = new RecordStream();
    private final long maxUnpackedBytes;
    private OffsetMap latest;
    private long mappedEnd;
    private boolean scanned;
    private boolean mustScan;
    private BatchFilter filter;
    private int epoch = -1;
    private boolean changed;
    private long keptBytes;

    /**
     * @param lastBatches of the producers that are remembered
     * @param maxMessageBytes largest batch of the topic: bounds what a batch may unpack to
     */
    public SegmentCleaner(LastBatches lastBatches, int maxMessageBytes, Pace pace) {
        this.lastBatches = lastBatches;
        this.maxUnpackedBytes = RecordStream.limitFor(maxMessageBytes);
        this.reader = new BatchReader(pace);
    }

    /**
     * Looks at the transactions of the dirty segments, where there are some ({@link #mustScanTransactions}).
     *
     * @return how many of the segments hold no data of a transaction whose end is not in them, counted from the first
     */
    public int scanTransactions(List<? extends SourceSegment> dirty)
            throws IOException, CleaningAborted, UncleanableLog {
        scanned = true;
        mustScan = false;
        int looked = 0;
        for (SourceSegment segment : dirty) {
            if (transactions.isFull()) break;
            LogFile file = segment.open();
            try {
                reader.open(file, 0, segment.sizeInBytes());
                while (reader.next()) noteTransaction(reader.buffer(), reader.at());
            } finally {
                segment.close();
            }
            looked++;
        }
        long firstUnstable = transactions.firstUnstableOffset();
        while (looked > 0 && dirty.get(looked - 1).nextOffset() > firstUnstable) looked--;
        return looked;
    }

    private void noteTransaction(ByteBuffer b, int at) {
        if (!RecordBatchHeader.isTransactional(b, at)) return;
        if (RecordBatchHeader.isControl(b, at)) transactions.marker(b, at, reader.sizeInBytes());
        else transactions.data(RecordBatchHeader.producerId(b, at), reader.baseOffset());
    }

    /**
     * Maps the keys of the dirty segments, as far as the memory reaches: whole segments, or when not even one fits, whole batches.
     * Ends early when there are transactions that were not looked at.
     *
     * @param firstDirtyOffset where in the first of the segments the new part begins
     * @return the offset below which the log will be clean; the first dirty offset when nothing fits
     */
    public long mapKeys(List<? extends SourceSegment> dirty, long firstDirtyOffset, OffsetMap map)
            throws IOException, CleaningAborted, UncleanableLog {
        latest = map;
        mappedEnd = firstDirtyOffset;
        for (SourceSegment segment : dirty) {
            long end;
            LogFile file = segment.open();
            try {
                end = mapSegment(segment, file, firstDirtyOffset);
            } finally {
                segment.close();
            }
            boolean whole = end == segment.nextOffset();
            if (whole || segment == dirty.get(0)) mappedEnd = end;
            if (!whole) break;
        }
        lastBatches.settle(mappedEnd);
        return mappedEnd;
    }

    /** Whether {@link #mapKeys} met a transaction before {@link #scanTransactions} was called: both have to be called, in order. */
    public boolean mustScanTransactions() {
        return mustScan;
    }

    private long mapSegment(SourceSegment segment, LogFile file, long firstDirtyOffset)
            throws IOException, CleaningAborted, UncleanableLog {
        long end = Math.max(firstDirtyOffset, segment.baseOffset());
        reader.open(file, 0, segment.sizeInBytes());
        while (reader.next()) {
            if (reader.lastOffset() < firstDirtyOffset) continue;
            if (!mapBatch(reader.buffer(), reader.at(), reader.sizeInBytes())) return end;
            end = reader.lastOffset() + 1;
        }
        return segment.nextOffset();
    }

    /** False when the map is full; what is in it of the batch by then does no harm, since the batch will be mapped anew. */
    private boolean mapBatch(ByteBuffer b, int at, int size) {
        if (RecordBatchHeader.isTransactional(b, at) && !scanned) {
            mustScan = true;
            return false;
        }
        if (RecordBatchHeader.isControl(b, at)) return true;
        long producerId = RecordBatchHeader.producerId(b, at);
        long base = RecordBatchHeader.baseOffset(b, at);
        boolean aborted = RecordBatchHeader.isTransactional(b, at) && transactions.isAborted(producerId, base);
        if (!aborted) {
            records.open(b, at, size, maxUnpackedBytes);
            try (records) {
                while (records.next()) {
                    if (!records.hasKey()) continue;
                    if (!latest.put(records.key(), base + records.offsetDelta())) return false;
                }
            }
        }
        if (producerId >= 0) lastBatches.seen(producerId, RecordBatchHeader.lastOffset(b, at));
        return true;
    }

    /**
     * Begins to clean; then {@link #clean} is called for all segments below the end that {@link #mapKeys} gave, in order.
     *
     * @param nowMs wall clock, from which delete horizons count
     */
    public void begin(long nowMs, long deleteRetentionMs) {
        filter = new BatchFilter(
                latest, mappedEnd, lastBatches, transactions, nowMs, deleteRetentionMs, maxUnpackedBytes);
    }

    /**
     * Gives what stays of a group of segments to the sink. Of a single segment that stays as it is nothing is given.
     *
     * @return whether the sink has the place of the group now
     */
    public boolean clean(List<? extends SourceSegment> group, BatchSink sink)
            throws IOException, CleaningAborted, UncleanableLog {
        changed = group.size() > 1;
        keptBytes = 0;
        for (int i = 0; i < group.size(); i++) {
            SourceSegment segment = group.get(i);
            LogFile file = segment.open();
            try {
                clean(file, segment.sizeInBytes(), i == group.size() - 1, sink);
            } finally {
                segment.close();
            }
        }
        return changed;
    }

    private void clean(LogFile file, int size, boolean lastOfGroup, BatchSink sink)
            throws IOException, CleaningAborted, UncleanableLog {
        reader.open(file, 0, size);
        while (reader.next()) {
            boolean boundary = (lastOfGroup && reader.isLast()) || reader.leaderEpoch() != epoch;
            epoch = reader.leaderEpoch();
            BatchFilter.Verdict verdict = filter.filter(reader.buffer(), reader.at(), reader.sizeInBytes(), boundary);
            if (verdict != BatchFilter.Verdict.AS_IS && !changed) startSink(file, sink);
            if (!changed) continue;
            if (verdict == BatchFilter.Verdict.AS_IS) {
                append(sink, reader.buffer(), reader.at(), reader.sizeInBytes());
            } else if (verdict == BatchFilter.Verdict.CHANGED) {
                append(sink, filter.output(), 0, filter.output().limit());
            }
        }
    }

    /** The first change of a segment: what came before it stays as it was. */
    private void startSink(LogFile file, BatchSink sink) throws IOException, CleaningAborted, UncleanableLog {
        changed = true;
        BatchReader before = new BatchReader(reader.pace());
        before.open(file, 0, reader.position());
        while (before.next()) append(sink, before.buffer(), before.at(), before.sizeInBytes());
    }

    private void append(BatchSink sink, ByteBuffer bytes, int at, int size) throws IOException, CleaningAborted {
        sink.append(bytes, at, size);
        keptBytes += size;
        reader.pace().moved(size);
    }

    /** Bytes given to the sink by the last {@link #clean}. */
    public long keptBytes() {
        return keptBytes;
    }
}
