// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.index.IndexBlock;
import io.shiplog.storage.index.LogCheckpoint;
import io.shiplog.storage.index.SegmentSummary;
import io.shiplog.storage.index.SparseIndex;
import io.shiplog.storage.model.InvariantViolation;
import io.shiplog.storage.producer.ProducerStates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what recovery would otherwise have to read from the log into the index store: index blocks, summaries of sealed
 * segments, leader epochs and producers. A snapshot is taken at the log end of one moment and written once everything
 * before it is on the disk, so that the store never tells of more than the segments hold. The last two are kept.
 */
final class LogCheckpoints {
    private static final Logger LOG = LoggerFactory.getLogger(LogCheckpoints.class);

    private static final byte VERSION = 1;
    /** With transactions: what the active segment knows of aborted ones comes last. */
    private static final byte VERSION_WITH_TRANSACTIONS = 2;

    /** How much of an active segment's index stays in memory: the newest 32 MiB of a log with the usual interval. */
    private static final int ACTIVE_ENTRIES = 1_024;

    /** Unless somebody reads further back, and has just had the rest brought in. */
    private static final long KEEP_LOADED_MS = 60_000;

    /** What one snapshot will put into the store. */
    private static final class Snapshot {
        final int generation;
        final LogCheckpoint checkpoint;
        final List<Segment> segments = new ArrayList<>(2);
        final List<IndexBlock> blocks = new ArrayList<>(2);
        final List<SegmentSummary> summaries = new ArrayList<>(2);
        final List<AbortedIndex.Part> aborted = new ArrayList<>(0);

        Snapshot(int generation, LogCheckpoint checkpoint) {
            this.generation = generation;
            this.checkpoint = checkpoint;
        }
    }

    private final LogState state;
    private final LogFlush flush;

    /** Guarded by the lock of the log, like everything below. */
    private Snapshot pending;

    private boolean writing;
    private final Deque<Long> storedOffsets = new ArrayDeque<>(2);

    /** The store may tell of offsets below this one. */
    private long storedEnd;

    /** Where the segment of the last snapshot begins, -1 before there is one: without that segment the snapshot is worth nothing. */
    private long lastSegmentBase = -1;

    private long bytesAtLast;
    private long lastMs;

    LogCheckpoints(LogState state, LogFlush flush) {
        this.state = state;
        this.flush = flush;
        this.lastMs = state.context.clock().nowMs();
    }

    /** After recovery: what the store holds already. */
    void recovered(List<LogCheckpoint> stored, long end) {
        for (LogCheckpoint checkpoint : stored) {
            storedOffsets.add(checkpoint.offset());
            lastSegmentBase = checkpoint.segmentBase();
        }
        storedEnd = end;
    }

    /** Takes or writes a snapshot if one is due. On the background thread. */
    void tick(boolean force) {
        Snapshot ready;
        synchronized (state) {
            if (state.closed) return;
            state.putMarks();
            if (state.isSwapping() || isDamaged(state.segments.active())) return;
            ready = takeReady();
            if (ready == null && pending == null && isDue(force)) {
                pending = snapshot();
                ready = takeReady();
                if (ready == null) flush.request();
            }
        }
        if (ready != null) write(ready);
    }

    /** Whether the store is being written. Under the lock of the log. */
    boolean isWriting() {
        return writing;
    }

    /** Whether the store has all that a snapshot would hold now, so that nothing is to be done until the log changes. */
    boolean isSettled() {
        synchronized (state) {
            return pending == null && !isChanged();
        }
    }

    /**
     * Makes the store forget, durably, whatever lies behind the end. After {@link #awaitQuiet}.
     *
     * @param segmentBase the segment that is going to be cut there
     */
    void forgetFrom(long end, long segmentBase) {
        if (writing) throw new InvariantViolation("the index of " + state + " is written while the log is cut");
        pending = null;
        if (storedEnd <= end) return;
        state.context.index().forgetFrom(state.key, end, segmentBase);
        for (int i = 0; i < state.segments.count(); i++) {
            Segment segment = state.segments.get(i);
            if (segment.baseOffset >= segmentBase) segment.storedIndexPosition = 0;
        }
        storedOffsets.removeIf(offset -> offset > end);
        storedEnd = end;
    }

    /** Before segments are exchanged: whatever was about to be written of them is not, and a new snapshot is due. */
    void beforeSwap(long fromBase, long endOffset) {
        awaitWrite();
        pending = null;
        bytesAtLast = state.appendedBytes - 1;
        storedOffsets.removeIf(offset -> offset >= fromBase && offset < endOffset);
    }

    /** Brings all about a sealed segment into the store. */
    void store(Segment segment) {
        IndexBlock block;
        SegmentSummary summary;
        synchronized (state) {
            block = block(segment);
            summary = segment.summary();
        }
        state.context.index().put(state.key, block, summary, null);
        synchronized (state) {
            stored(segment, block, summary);
        }
    }

    /** Waits for a write and an exchange of segments under way, and takes no further snapshots: the log is going away. */
    void stop() {
        awaitQuiet();
        pending = null;
    }

    /** Brings the producers to the state that they had at the log end, after a truncation. */
    void rebuildProducers() throws IOException {
        if (!state.producers.knowsOffsetsFrom(state.logEndOffset)) return;
        LogCheckpoint best = null;
        for (LogCheckpoint checkpoint : state.context.index().checkpoints(state.key)) {
            if (checkpoint.offset() <= state.logEndOffset) best = checkpoint;
        }
        state.producers.clear();
        state.logTimeMs = -1;
        // What the index of aborted transactions has of the kept part stays as it is.
        int from = best == null ? 0 : Math.max(0, state.segments.floorIndex(best.segmentBase()));
        if (best != null) {
            AbortedIndex unused = decode(best, null, state);
        }
        for (int i = from; i < state.segments.count(); i++) {
            Segment segment = state.segments.get(i);
            boolean first = best != null && segment.baseOffset == best.segmentBase();
            replay(segment, first ? best.position() : 0);
        }
        state.producers.onHighWatermark(state.highWatermark);
        state.settleUnstable();
    }

    private void replay(Segment segment, int position) throws IOException {
        BatchCursor batch = BatchCursor.ofThread();
        batch.open(segment.file.open(), position, segment.sizeInBytes);
        while (batch.next()) {
            state.logTimeMs = Math.max(state.logTimeMs, batch.maxTimestampMs());
            if (batch.producerId() < 0) continue;
            batch.loadMarker();
            boolean unused =
                    state.producers.apply(batch.header(), batch.headerAt(), state.logTimeMs, state.highWatermark);
        }
    }

    /** Whether the batch that stands before a checkpoint is the one that stood there when it was written. */
    static boolean namesTheLastBatch(LogCheckpoint checkpoint, LogState state, Path segment) {
        if (checkpoint.lastBatchPosition() < 0) return true;
        try (LogFile file = state.context.files().open(segment)) {
            BatchCursor batch = BatchCursor.ofThread();
            batch.open(file, checkpoint.lastBatchPosition(), checkpoint.position(), RecordBatchHeader.SIZE);
            return batch.next()
                    && batch.endPosition() == checkpoint.position()
                    && batch.lastOffset() + 1 == checkpoint.offset()
                    && batch.leaderEpoch() == checkpoint.lastBatchEpoch()
                    && batch.crc() == checkpoint.lastBatchCrc();
        } catch (IOException e) {
            LOG.warn("A checkpoint of {} at {} cannot be compared: {}", state, checkpoint.offset(), e.toString());
            return false;
        }
    }

    /**
     * Reads what {@link #encode} wrote into the epochs (unless null) and the producers of a log.
     *
     * @return the aborted transactions of the segment that was active, all of them in the store; null when there are none
     */
    static AbortedIndex decode(LogCheckpoint checkpoint, LeaderEpochs epochs, LogState state) {
        ByteBuffer b = ByteBuffer.wrap(checkpoint.state());
        byte version = b.get();
        if (version != VERSION && version != VERSION_WITH_TRANSACTIONS) {
            throw new IllegalArgumentException("unknown version of a checkpoint");
        }
        state.logTimeMs = b.getLong();
        LeaderEpochs target = epochs == null ? new LeaderEpochs() : epochs;
        target.decode(b);
        state.producers.decode(b);
        int aborted = version == VERSION ? 0 : b.getInt();
        return aborted == 0 ? null : new AbortedIndex(aborted, b.getLong(), checkpoint.offset());
    }

    private byte[] encode() {
        ProducerStates producers = state.producers;
        producers.expire(state.logTimeMs);
        boolean transactions = producers.hasTransactions() || state.mayHaveAborted;
        int abortedBytes = transactions ? 4 + 8 : 0;
        ByteBuffer b = ByteBuffer.allocate(1 + 8 + state.epochs.encodedSize() + producers.encodedSize() + abortedBytes);
        b.put(transactions ? VERSION_WITH_TRANSACTIONS : VERSION).putLong(state.logTimeMs);
        state.epochs.encode(b);
        producers.encode(b);
        AbortedIndex aborted = state.segments.active().aborted;
        if (transactions) b.putInt(aborted == null ? 0 : aborted.count());
        if (transactions) b.putLong(aborted == null ? -1 : aborted.lowestFirstOffset());
        return b.array();
    }

    private boolean isChanged() {
        return state.appendedBytes > bytesAtLast
                || (storedOffsets.isEmpty() && state.logEndOffset > state.logStartOffset)
                || (lastSegmentBase >= 0 && lastSegmentBase < state.segments.first().baseOffset);
    }

    private boolean isDue(boolean force) {
        long bytes = state.appendedBytes - bytesAtLast;
        if (!isChanged()) return false;
        LogDirectoryConfig config = state.context.config();
        boolean old = state.context.clock().nowMs() - lastMs >= config.checkpointIntervalMs();
        return force || old || bytes >= config.checkpointBytes();
    }

    /** The pending snapshot, if everything before it is on the disk by now. */
    private Snapshot takeReady() {
        if (pending == null || writing) return null;
        if (pending.generation != state.truncationGeneration) {
            pending = null;
            return null;
        }
        if (state.flushedOffset < pending.checkpoint.offset()) return null;
        Snapshot ready = pending;
        pending = null;
        writing = true;
        storedEnd = Math.max(storedEnd, ready.checkpoint.offset());
        return ready;
    }

    private Snapshot snapshot() {
        Segment active = state.segments.active();
        LogCheckpoint checkpoint = new LogCheckpoint(
                state.logEndOffset,
                active.baseOffset,
                active.sizeInBytes,
                active.firstTimestampMs,
                active.maxTimestampMs,
                active.maxTimestampOffset,
                active.lastBatchPosition,
                active.lastLeaderEpoch,
                active.lastBatchCrc,
                encode());
        Snapshot snapshot = new Snapshot(state.truncationGeneration, checkpoint);
        for (int i = state.segments.count() - 1; i >= 0; i--) {
            Segment segment = state.segments.get(i);
            boolean sealed = segment != active;
            if (sealed && segment.isStored()) break;
            snapshot.segments.add(segment);
            snapshot.blocks.add(block(segment));
            snapshot.summaries.add(sealed && !isDamaged(segment) ? segment.summary() : null);
            AbortedIndex.Part aborted =
                    segment.aborted == null ? null : segment.aborted.toStore(segment.baseOffset, sealed);
            if (aborted != null) snapshot.aborted.add(aborted);
        }
        bytesAtLast = state.appendedBytes;
        lastSegmentBase = active.baseOffset;
        lastMs = state.context.clock().nowMs();
        return snapshot;
    }

    /** The store is told of no such segment as a whole: then the next start looks at it again, and does not take a hole for a sound part. */
    private boolean isDamaged(Segment segment) {
        return state.context.integrity().isDamaged(state, segment);
    }

    /** What the store does not have yet; null when that is nothing, or not in memory. */
    private static IndexBlock block(Segment segment) {
        SparseIndex index = segment.index;
        int from = segment.storedIndexPosition;
        if (index == null || from < segment.indexGapTo || from >= segment.sizeInBytes) return null;
        return index.block(segment.baseOffset, from, segment.sizeInBytes);
    }

    /** Has the index of a sealed segment stored from a position on: the store had lost it. */
    void storeLater(Segment segment, SparseIndex index, int from) {
        IndexBlock block = index.block(segment.baseOffset, from, segment.sizeInBytes);
        later(() -> state.context.index().put(state.key, block, null, null));
    }

    /** Has the stored index of a segment replaced by what was built from its file. */
    void replaceLater(Segment segment, SparseIndex index) {
        IndexBlock block = index.block(segment.baseOffset, 0, segment.sizeInBytes);
        segment.storedIndexPosition = segment.sizeInBytes;
        later(() -> {
            state.context.index().forgetBlocks(state.key, block.segmentBase());
            state.context.index().put(state.key, block, null, null);
        });
    }

    /** Has something written to the store on the background thread, unless the log is cut or segments are exchanged before. */
    void later(Runnable write) {
        int generation = state.truncationGeneration;
        int swaps = state.swaps();
        state.context.background().execute("storing the index of a segment of " + state, () -> {
            synchronized (state) {
                if (state.closed || writing || generation != state.truncationGeneration) return;
                if (swaps != state.swaps()) return;
                writing = true;
            }
            write.run();
            endWrite();
        });
    }

    private void write(Snapshot snapshot) {
        for (AbortedIndex.Part part : snapshot.aborted) part.put(state.context.index(), state.key);
        for (int i = snapshot.segments.size() - 1; i >= 0; i--) {
            state.context.index().put(state.key, snapshot.blocks.get(i), snapshot.summaries.get(i), null);
        }
        state.context.index().put(state.key, null, null, snapshot.checkpoint);
        Long dropped = null;
        synchronized (state) {
            for (int i = 0; i < snapshot.segments.size(); i++) {
                stored(snapshot.segments.get(i), snapshot.blocks.get(i), snapshot.summaries.get(i));
            }
            for (AbortedIndex.Part part : snapshot.aborted) part.stored();
            storedOffsets.remove(snapshot.checkpoint.offset());
            storedOffsets.add(snapshot.checkpoint.offset());
            if (storedOffsets.size() > 2) dropped = storedOffsets.poll();
        }
        if (dropped != null) state.context.index().forgetCheckpoint(state.key, dropped);
        endWrite();
    }

    private void endWrite() {
        synchronized (state) {
            writing = false;
            state.notifyAll();
        }
    }

    private void stored(Segment segment, IndexBlock block, SegmentSummary summary) {
        if (block != null) segment.storedIndexPosition = block.toPosition();
        if (summary == null) {
            long loadedForMs = state.context.clock().nowMs() - segment.indexLoadedMs;
            if (loadedForMs > KEEP_LOADED_MS) segment.dropStoredEntries(ACTIVE_ENTRIES);
            return;
        }
        segment.summaryStored = true;
        SparseIndex index = segment.index;
        if (index != null && segment.isStored()) state.context.indexCache().used(segment, index.sizeInBytes());
    }

    /**
     * Returns when the store is not being written and no segments are being exchanged, and neither begins while the caller holds the lock.
     * Each wait gives the lock up, so that the other one may have begun meanwhile.
     */
    void awaitQuiet() {
        do {
            state.awaitSwap();
            awaitWrite();
        } while (state.isSwapping());
    }

    private void awaitWrite() {
        boolean interrupted = false;
        while (writing) {
            try {
                state.wait();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }
}
