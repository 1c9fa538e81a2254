// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchLimits;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.marks.PartitionMarks;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.producer.ProducerStates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Everything that is known of one open log; the classes that append, read, flush, truncate and checkpoint work on it.
 * This object is the log's lock: the partition loop takes it for every operation, flusher and background threads for
 * moments in which they copy or publish a few fields, never across I/O. Volatile fields may be read without it.
 */
final class LogState {
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
    volatile long logEndOffset;
    volatile long flushedOffset;
    volatile long highWatermark;
    volatile int truncationGeneration;

    /** The largest timestamp seen: the clock by which producers expire. */
    long logTimeMs = -1;

    /** Bytes of batches applied since the log was opened. */
    long appendedBytes;

    /** Whether a power loss would leave the partition's directory. */
    boolean directoryDurable;

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

    void updateSettings(LogSettings newSettings) {
        settings = newSettings;
        batchLimits = newSettings.batchLimits();
    }

    BatchLimits batchLimits() {
        return batchLimits;
    }

    /** Makes a new, empty segment the active one. Its directory entry is made durable by the next flush. */
    Segment addSegment(long baseOffset) throws IOException {
        Path path = directory.resolve(Segment.fileName(baseOffset));
        LogFile file = context.files().create(path);
        Segment segment = new Segment(
                baseOffset,
                new SegmentFile(context.files(), path, file),
                context.clock().wallClockMs());
        segments.add(segment);
        recent.clear();
        return segment;
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
        long producerId = RecordBatchHeader.producerId(b, at);
        int baseSequence = RecordBatchHeader.baseSequence(b, at);
        Segment active = segments.active();
        recent.add(baseOffset, active.sizeInBytes);
        active.append(b, at, settings.indexIntervalBytes(), arrived);
        if (leaderEpoch > epochs.latest()) epochs.assign(leaderEpoch, baseOffset);
        appendedBytes += RecordBatchHeader.sizeInBytes(b, at);
        if (maxTimestampMs > logTimeMs) logTimeMs = maxTimestampMs;
        if (producerId >= 0 && baseSequence >= 0) {
            int delta = RecordBatchHeader.lastOffsetDelta(b, at);
            short producerEpoch = RecordBatchHeader.producerEpoch(b, at);
            producers.append(producerId, producerEpoch, baseSequence, baseOffset, delta, maxTimestampMs, logTimeMs);
        }
    }

    /** Puts the present offsets where the next write of the marks finds them. */
    void putMarks() {
        context.marks().put(key, new PartitionMarks(flushedOffset, logStartOffset, highWatermark));
    }

    @Override
    public String toString() {
        return key.directoryName();
    }
}
