// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.batch.BatchLimits;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.marks.PartitionMarks;
import io.shiplog.storage.model.PartitionKey;
import io.shiplog.storage.producer.ProducerStates;
import java.io.IOException;
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

    /** Takes note of a batch that was written, or found, at the end of the active segment. */
    void applied(
            int size,
            long baseOffset,
            long lastOffset,
            int leaderEpoch,
            long maxTimestampMs,
            long producerId,
            short producerEpoch,
            int baseSequence) {
        Segment active = segments.active();
        recent.add(baseOffset, active.sizeInBytes);
        active.append(size, baseOffset, lastOffset, leaderEpoch, maxTimestampMs, settings.indexIntervalBytes());
        if (leaderEpoch > epochs.latest()) epochs.assign(leaderEpoch, baseOffset);
        appendedBytes += size;
        if (maxTimestampMs > logTimeMs) logTimeMs = maxTimestampMs;
        if (producerId >= 0 && baseSequence >= 0) {
            int delta = (int) (lastOffset - baseOffset);
            producers.append(producerId, producerEpoch, baseSequence, baseOffset, delta, maxTimestampMs, logTimeMs);
        }
    }

    /** The same for the batch that a cursor stands on. */
    void applied(BatchCursor batch) {
        applied(
                batch.sizeInBytes(),
                batch.baseOffset(),
                batch.lastOffset(),
                batch.leaderEpoch(),
                batch.maxTimestampMs(),
                batch.producerId(),
                batch.producerEpoch(),
                batch.baseSequence());
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
