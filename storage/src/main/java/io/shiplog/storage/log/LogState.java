// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchLimits;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.marks.PartitionMarks;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.producer.ProducerStates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicIntegerFieldUpdater;

/**
 * Everything that is known of one open log; the classes that append, read, flush, truncate and checkpoint work on it.
 * This object is the log's lock: the partition loop takes it for every operation, flusher and background threads for
 * moments in which they copy or publish a few fields, never across I/O. Volatile fields may be read without it.
 */
final class LogState {
    private static final AtomicIntegerFieldUpdater<LogState> TOUCHED =
            AtomicIntegerFieldUpdater.newUpdater(LogState.class, "touched");

    final LogContext context;
    final PartitionKey key;
    final Path directory;
    final Segments segments = new Segments();
    final LeaderEpochs epochs = new LeaderEpochs();
    final ProducerStates producers;
    final RecentBatches recent = new RecentBatches();

    private volatile BatchLimits batchLimits;
    volatile LogSettings settings;
    volatile long logStartOffset;

    /** The log start that no power loss takes back; at most {@link #logStartOffset}. */
    volatile long durableLogStart;

    volatile long logEndOffset;
    volatile long flushedOffset;
    volatile long highWatermark;
    volatile int truncationGeneration;

    /** First offset of the earliest transaction that is open or whose end is not committed; see {@link ProducerStates}. */
    private volatile long firstUnstableOffset = Long.MAX_VALUE;

    /** Whether transactions may have been aborted in any segment. */
    boolean mayHaveAborted;

    /** The largest timestamp seen: the clock by which producers expire. */
    long logTimeMs = -1;

    /** The log start in the marks: never above the flush mark, below which recovery vouches for every byte. */
    private long markedLogStart;

    /** Bytes of batches applied since the log was opened. */
    long appendedBytes;

    /** The log is compacted below this offset; see {@link CompactionFile}. */
    volatile long firstDirtyOffset;

    /** Below this offset some may be missing between batches, since compaction took them; 0 when none are. */
    volatile long gapsBelow;

    /** Whether the file is there that says so. */
    private boolean mayHaveGaps;

    /** Segments are being exchanged on the disk. */
    private boolean swapping;

    /** Counts exchanges of segments: what was learnt of a file before one may not be true of the file of that name after it. */
    private int swaps;

    /** Whether a power loss would leave the partition's directory. */
    boolean directoryDurable;

    /** Recovery cut something off the end, and the replica has not been in sync since; see {@link ShortenedFile}. */
    volatile boolean shortened;

    /** 1: the next round of housekeeping looks at this log. */
    private volatile int touched;

    /** The log was deleted or its directory closed: nothing may touch its files any more. */
    volatile boolean closed;

    LogState(LogContext context, PartitionKey key, LogSettings settings) {
        this.context = context;
        this.key = key;
        this.directory = context.directory().resolve(key.directoryName());
        updateSettings(settings);
        this.producers = new ProducerStates(
                context.config().producerIdExpirationMs(), context.config().maxProducersPerPartition());
    }

    /** Something changed that marks or a checkpoint have to tell of. Any thread. */
    void touch() {
        if (touched == 0 && TOUCHED.compareAndSet(this, 0, 1)) context.touched().add(this);
    }

    /** Housekeeping looks at the log now: what changes from here on touches it again. */
    void untouch() {
        touched = 0;
    }

    void updateSettings(LogSettings newSettings) {
        settings = newSettings;
        batchLimits = newSettings.batchLimits();
    }

    BatchLimits batchLimits() {
        return batchLimits;
    }

    /** Throws when the log is closed, or its directory offline. */
    void checkUsable() {
        context.failure().check();
        if (closed) throw new StorageException("the log " + this + " is closed");
    }

    /** Whether nothing can be appended or read any more: the log is closed, or its directory offline. */
    boolean isUnusable() {
        return closed || context.failure().isOffline();
    }

    /** Makes a new, empty segment the active one. Its directory entry is made durable by the next flush. */
    Segment addSegment(long baseOffset) throws IOException {
        Path path = directory.resolve(Segment.fileName(baseOffset));
        SegmentFile file = segmentFile(baseOffset, context.openFiles().create(path));
        Segment segment = new Segment(baseOffset, file, context.clock().wallClockMs());
        if (!segments.isEmpty()) segments.active().sealedMs = context.clock().nowMs();
        segments.add(segment);
        recent.clear();
        return segment;
    }

    /** @param handle as {@link OpenFiles} opened it, or null to open the file when it is needed */
    SegmentFile segmentFile(long baseOffset, LogFile handle) {
        return new SegmentFile(context.openFiles(), directory, baseOffset, handle);
    }

    /**
     * Takes note of a batch that was written, or found, at the end of the active segment.
     *
     * @param at where in the buffer its header begins
     * @param arrived whether it was written just now, as it arrived; not found in the file
     */
    void applied(ByteBuffer b, int at, boolean arrived) {
        long baseOffset = RecordBatchHeader.baseOffset(b, at);
        int leaderEpoch = RecordBatchHeader.leaderEpoch(b, at);
        long maxTimestampMs = RecordBatchHeader.maxTimestamp(b, at);
        Segment active = segments.active();
        recent.add(baseOffset, active.sizeInBytes);
        active.append(b, at, settings.indexIntervalBytes(), arrived);
        if (leaderEpoch > epochs.latest()) epochs.assign(leaderEpoch, baseOffset);
        appendedBytes += RecordBatchHeader.sizeInBytes(b, at);
        touch();
        if (maxTimestampMs > logTimeMs) logTimeMs = maxTimestampMs;
        if (RecordBatchHeader.producerId(b, at) < 0) return;
        if (producers.apply(b, at, logTimeMs, highWatermark)) active.addAborted(this);
        if (producers.hasTransactions()) settleUnstable();
    }

    /** After whatever moved transactions. */
    void settleUnstable() {
        firstUnstableOffset = producers.firstUnstableOffset();
    }

    /** Takes note of how far the log is committed. */
    void moveHighWatermark(long offset) {
        highWatermark = offset;
        if (firstUnstableOffset == Long.MAX_VALUE) return;
        synchronized (this) {
            producers.onHighWatermark(offset);
            settleUnstable();
        }
    }

    /** Below it nothing waits for the end of a transaction; at most the given high watermark. Any thread. */
    long lastStableOffset(long committed) {
        return Math.min(committed, Math.max(logStartOffset, firstUnstableOffset));
    }

    /** After recovery: the log has, or may have, gaps. */
    void foundGaps(long firstDirty, long below) {
        mayHaveGaps = true;
        firstDirtyOffset = firstDirty;
        gapsBelow = below;
    }

    /** Makes it durable, unless it is, that there may be gaps. Within a swap, or when there can be none. */
    void markGaps() throws IOException {
        if (!mayHaveGaps) CompactionFile.write(context, directory, firstDirtyOffset);
        mayHaveGaps = true;
    }

    /** Makes durable how far the log is compacted. Within a swap, or when there can be none. */
    void setFirstDirtyOffset(long offset) throws IOException {
        CompactionFile.write(context, directory, offset);
        mayHaveGaps = true;
        firstDirtyOffset = offset;
    }

    boolean isSwapping() {
        return swapping;
    }

    void beginSwap() {
        swapping = true;
        swaps++;
    }

    int swaps() {
        return swaps;
    }

    synchronized void endSwap() {
        swapping = false;
        notifyAll();
    }

    /** Waits until no segments are being exchanged, which takes a few syncs. Under the lock, which is given up meanwhile. */
    void awaitSwap() {
        boolean interrupted = false;
        while (swapping) {
            try {
                wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    /** Puts the present offsets where the next write of the marks finds them; returns the log start among them. */
    long putMarks() {
        if (flushedOffset >= logStartOffset) markedLogStart = logStartOffset;
        context.marks().put(key, new PartitionMarks(flushedOffset, markedLogStart, highWatermark));
        return markedLogStart;
    }

    /** The log start that is in the marks, or goes there next; at most {@link #logStartOffset}. */
    long markedLogStart() {
        return markedLogStart;
    }

    /** Marks that vouch for no byte of this log. */
    void putMarksOfNothing() {
        context.marks().put(key, new PartitionMarks(markedLogStart, markedLogStart, highWatermark));
    }

    /** The log is about to be cut at the end: the marks that hold until then. */
    void putMarksBeforeCut(long end) {
        markedLogStart = Math.min(markedLogStart, end);
        context.marks().put(key, new PartitionMarks(flushedOffset, markedLogStart, Math.min(highWatermark, end)));
    }

    @Override
    public String toString() {
        return key.directoryName();
    }

    /** Releases the files; whoever exchanges segments is waited for. */
    synchronized void close() {
        awaitSwap();
        if (closed) return;
        closed = true;
        for (int i = 0; i < segments.count(); i++) segments.get(i).file.release();
    }
}
