// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.index.SegmentSummary;
import io.shiplog.storage.index.SparseIndex;
import io.shiplog.storage.model.AbortedTransactions;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * One file of record batches, byte-compatible with Kafka's, and what is known of it. The last segment of a log is
 * active, the others are sealed and change no more. Guarded by the lock of its log.
 */
final class Segment {
    static final String SUFFIX = ".log";
    private static final int NAME_DIGITS = 20;

    final long baseOffset;
    SegmentFile file;
    int sizeInBytes;
    long nextOffset;
    long maxTimestampMs = -1;
    long maxTimestampOffset = -1;

    /** Timestamp of the first batch, by which the segment ages; -1 as long as there is none. */
    long firstTimestampMs = -1;

    int lastLeaderEpoch = -1;

    /** Where the last batch begins, and the CRC that it carries: what a checkpoint is recognised by; -1 when unknown. */
    int lastBatchPosition = -1;

    int lastBatchCrc;

    /** Wall clock when this process created or opened it: its age where batches carry no timestamps. */
    final long openedMs;

    /** The sparse index; null for a sealed segment whose index is not in memory. */
    volatile SparseIndex index = new SparseIndex();

    /** Up to here the index is in the store. */
    int storedIndexPosition;

    /** The entries of bytes [0, indexGapTo) are not in memory: they are in the store, or must be built from the file. */
    int indexGapTo;

    /** When entries were last brought into memory because somebody reads there; by the monotonic clock. */
    long indexLoadedMs = Long.MIN_VALUE / 2;

    /** Whether the store has the summary of this sealed segment. */
    boolean summaryStored;

    /** Whether a power loss would leave the file in its directory. */
    boolean entryDurable;

    /** From this position on the bytes were written by this process. */
    int trustedFrom;

    /** When it ceased to be the active one, by the monotonic clock. */
    long sealedMs;

    /** Whether some of its bytes could not be read: then it is walked over in small reads, and what cannot be read is no batch. */
    boolean hasUnreadable;

    /** Bytes that a search for a batch could not get through; null when none are known. */
    RottenPart rottenPart;

    /** Bytes that were found to be sound; null when none were, or not for a while. */
    CheckedRanges checked;

    /** Transactions that end in it in vain; null when there is none. */
    AbortedIndex aborted;

    Segment(long baseOffset, SegmentFile file, long openedMs) {
        this.baseOffset = baseOffset;
        this.nextOffset = baseOffset;
        this.file = file;
        this.openedMs = openedMs;
    }

    static String fileName(long baseOffset) {
        String digits = Long.toString(baseOffset);
        return "0".repeat(NAME_DIGITS - digits.length()) + digits + SUFFIX;
    }

    /** The base offset in a segment's file name, -1 when it is not one. */
    static long parseFileName(Path path) {
        String name = path.getFileName().toString();
        if (name.length() != NAME_DIGITS + SUFFIX.length() || !name.endsWith(SUFFIX)) return -1;
        try {
            return Long.parseLong(name.substring(0, NAME_DIGITS));
        } catch (NumberFormatException e) {
            return -1;
        }
    }

    /**
     * Takes note of a batch that stands at the end of the segment.
     *
     * @param at where in the buffer its header begins
     * @param arrived whether it comes from the network, so that its header is vouched for from now on; not from the file
     */
    void append(ByteBuffer b, int at, int indexInterval, boolean arrived) {
        int size = (int) RecordBatchHeader.sizeInBytes(b, at);
        long batchBase = RecordBatchHeader.baseOffset(b, at);
        long batchMaxTimestampMs = RecordBatchHeader.maxTimestamp(b, at);
        SparseIndex entries = index;
        if (entries != null) {
            if (entries.count() == 0 || sizeInBytes - (long) entries.lastPosition() >= indexInterval) {
                entries.add((int) (batchBase - baseOffset), sizeInBytes, maxTimestampMs);
            }
            if (arrived) entries.extendHeaderCrc(b, at);
            else entries.forgetHeaderCrc();
        }
        if (firstTimestampMs < 0) firstTimestampMs = batchMaxTimestampMs;
        if (batchMaxTimestampMs > maxTimestampMs) {
            maxTimestampMs = batchMaxTimestampMs;
            maxTimestampOffset = batchBase;
        }
        lastBatchPosition = sizeInBytes;
        lastBatchCrc = RecordBatchHeader.crc(b, at);
        sizeInBytes += size;
        nextOffset = RecordBatchHeader.lastOffset(b, at) + 1;
        lastLeaderEpoch = RecordBatchHeader.leaderEpoch(b, at);
    }

    /**
     * Whether a batch must go to a new segment. Kafka: {@code LogSegment.shouldRoll}.
     *
     * @param before bytes of batches that go into this segment before it
     */
    boolean isFullFor(
            int before, int size, long lastOffset, long batchMaxTimestampMs, long wallClockMs, LogSettings settings) {
        long filled = (long) sizeInBytes + before;
        if (filled == 0) return false;
        if (filled + size > settings.segmentBytes()) return true;
        if (lastOffset - baseOffset > Integer.MAX_VALUE) return true;
        if (firstTimestampMs >= 0 && batchMaxTimestampMs >= 0) {
            return batchMaxTimestampMs - firstTimestampMs > settings.rollMs();
        }
        return wallClockMs - openedMs > settings.rollMs();
    }

    SegmentSummary summary() {
        return new SegmentSummary(
                baseOffset,
                nextOffset,
                sizeInBytes,
                maxTimestampMs,
                maxTimestampOffset,
                lastLeaderEpoch,
                aborted == null ? 0 : aborted.count(),
                aborted == null ? -1 : aborted.lowestFirstOffset());
    }

    /** The batch that was appended last ended a transaction in vain. */
    void addAborted(LogState state) {
        AbortedTransactions one = new AbortedTransactions();
        state.producers.takeAborted(one);
        if (aborted == null) aborted = new AbortedIndex();
        aborted.add(one);
        state.mayHaveAborted = true;
    }

    /** Whether the store has everything about this sealed segment. */
    boolean isStored() {
        if (aborted != null && !aborted.isStored()) return false;
        return summaryStored && (index == null || storedIndexPosition >= sizeInBytes);
    }

    boolean isEmpty() {
        return sizeInBytes == 0;
    }

    Path path() {
        return file.path();
    }

    @Override
    public String toString() {
        return "segment " + baseOffset + ".." + nextOffset + " of " + sizeInBytes + " bytes";
    }

    /** Begins a walk over its batches; see {@link #next}. */
    void walk(BatchCursor cursor, long from, long to) {
        if (hasUnreadable) cursor.openCarefully(file.open(), from, to);
        else cursor.open(file.open(), from, to);
    }

    /** Whether the walk comes to another batch. */
    boolean next(BatchCursor cursor) throws IOException {
        try {
            return cursor.next();
        } catch (IOException e) {
            if (!hasUnreadable) throw e;
            return false;
        }
    }

    /** Whatever is read of it is checked from now on: something in it is not sound. */
    void distrust() {
        trustedFrom = Integer.MAX_VALUE;
        checked = null;
    }

    /** All of it was found to be sound. */
    void checkedWhole(long nowMs) {
        checked = new CheckedRanges(nowMs);
        checked.add(0, sizeInBytes, nextOffset);
    }

    /**
     * Drops the oldest entries of an active segment's index from memory: those that the store has, but for the newest.
     *
     * @param kept how many stay; twice as many may be there before any go
     */
    void dropStoredEntries(int kept) {
        SparseIndex entries = index;
        if (entries == null || entries.count() <= 2 * kept) return;
        int stored = entries.floorByPosition(storedIndexPosition - 1L);
        int dropped = Math.min(entries.count() - kept, stored);
        if (dropped <= 0) return;
        entries.dropFirst(dropped);
        indexGapTo = entries.position(0);
    }

    /** Drops the index from memory, if this is a sealed segment. Called under the cache's lock only. */
    void evictIndex() {
        index = null;
    }

    /** Checks that nothing but this log wrote the file. */
    void checkSize(long actual) {
        if (actual < sizeInBytes) {
            throw new StorageException(path() + " has " + actual + " bytes and should have " + sizeInBytes);
        }
    }
}
