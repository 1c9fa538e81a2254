// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.compact.CleanableLog;
import io.shiplog.storage.compact.CleaningAborted;
import io.shiplog.storage.compact.CleaningBudget;
import io.shiplog.storage.compact.CleaningReport;
import io.shiplog.storage.compact.CompactionSettings;
import io.shiplog.storage.compact.Dirtiness;
import io.shiplog.storage.compact.LastBatches;
import io.shiplog.storage.compact.OffsetMap;
import io.shiplog.storage.compact.Pace;
import io.shiplog.storage.compact.SegmentCleaner;
import io.shiplog.storage.compact.SourceSegment;
import io.shiplog.storage.compact.UncleanableLog;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.index.HeaderIntervals;
import io.shiplog.storage.index.HeaderWatch;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cleans one log on a cleaner thread: chooses the segments, has what stays of them written anew, and puts that in their place.
 * Only sealed segments are cleaned that are committed, on the disk, and hold no open transaction. The log is locked for moments;
 * while segments are exchanged on the disk nobody truncates, deletes or checkpoints ({@link LogState#awaitSwap}).
 */
final class LogCompaction implements CleanableLog {
    private static final Logger LOG = LoggerFactory.getLogger(LogCompaction.class);

    /** What a round works on. */
    private record Round(
            List<Source> sources,
            long firstDirtyOffset,
            int generation,
            LastBatches lastBatches,
            LogSettings settings) {}

    /** A segment that is held open while it is read. */
    private record Source(Segment segment, long nextOffset, int sizeInBytes, boolean aborted, SegmentFile held)
            implements SourceSegment {
        Source(Segment segment) {
            this(segment, segment.nextOffset, segment.sizeInBytes, segment.aborted != null, segment.file);
        }

        @Override
        public long baseOffset() {
            return segment.baseOffset;
        }

        @Override
        public LogFile open() throws CleaningAborted, IOException {
            if (!held.tryRetainOpen()) throw new CleaningAborted("a segment is gone");
            return held.open();
        }

        @Override
        public void close() {
            held.releaseOpen();
        }
    }

    private final LogState state;
    private final LogReader reader;
    private final LogCheckpoints checkpoints;
    private final HeaderWatch headers = new HeaderWatch();

    LogCompaction(LogState state, LogReader reader, LogCheckpoints checkpoints) {
        this.state = state;
        this.reader = reader;
        this.checkpoints = checkpoints;
    }

    @Override
    public String name() {
        return state.toString();
    }

    @Override
    public Dirtiness dirtiness(long wallClockMs) {
        CompactionSettings settings = state.settings.compaction();
        if (!settings.compact() || state.closed) return Dirtiness.NONE;
        synchronized (state) {
            // What is missing must not come to look as if cleaning had taken it.
            if (state.context.integrity().isDamaged(state)) return Dirtiness.NONE;
            long firstDirty = firstDirtyOffset();
            long clean = 0;
            long dirty = 0;
            boolean tooOld = false;
            int end = cleanableSegments(settings, wallClockMs);
            for (int i = 0; i < end; i++) {
                Segment segment = state.segments.get(i);
                if (segment.nextOffset <= firstDirty) {
                    clean += segment.sizeInBytes;
                } else {
                    dirty += segment.sizeInBytes;
                    tooOld |= segment.firstTimestampMs >= 0
                            && wallClockMs - segment.firstTimestampMs > settings.maxLagMs();
                }
            }
            Dirtiness found = new Dirtiness(clean, dirty, false);
            boolean due = dirty > 0 && (tooOld || found.ratio() > settings.minDirtyRatio());
            return new Dirtiness(clean, dirty, due);
        }
    }

    /** How many segments, from the first on, may be cleaned: sealed, committed, without open transactions, on the disk, and old enough if new. */
    private int cleanableSegments(CompactionSettings settings, long wallClockMs) {
        long bound = Math.min(state.lastStableOffset(state.highWatermark), state.flushedOffset);
        long firstDirty = firstDirtyOffset();
        int end = 0;
        while (end < state.segments.count() - 1) {
            Segment segment = state.segments.get(end);
            if (segment.nextOffset > bound) break;
            long youngestMs = segment.maxTimestampMs >= 0 ? segment.maxTimestampMs : segment.openedMs;
            boolean young = settings.minLagMs() > 0 && youngestMs > wallClockMs - settings.minLagMs();
            if (segment.nextOffset > firstDirty && young) break;
            end++;
        }
        return end;
    }

    private long firstDirtyOffset() {
        return Math.max(state.firstDirtyOffset, state.logStartOffset);
    }

    @Override
    public CleaningReport clean(CleaningBudget budget) throws CleaningAborted, UncleanableLog, IOException {
        long wallClockMs = state.context.clock().wallClockMs();
        Round round = begin(wallClockMs);
        Pace pace = bytes -> {
            check(round);
            budget.pace().moved(bytes);
        };
        SegmentCleaner cleaner =
                new SegmentCleaner(round.lastBatches(), round.settings().maxMessageBytes(), pace);
        List<Source> dirty = new ArrayList<>();
        long records = 0;
        for (Source source : round.sources()) {
            if (source.nextOffset() <= round.firstDirtyOffset()) continue;
            dirty.add(source);
            records += source.nextOffset() - Math.max(source.baseOffset(), round.firstDirtyOffset());
        }
        OffsetMap map = OffsetMap.withRoomFor(records, budget.mapBytes());
        long end = mapKeys(cleaner, dirty, round.firstDirtyOffset(), map);
        if (end == round.firstDirtyOffset()) return new CleaningReport(end, end, 0, 0, 0);
        cleaner.begin(wallClockMs, round.settings().compaction().deleteRetentionMs());
        return cleanAll(round, cleaner, end, map.size());
    }

    private Round begin(long wallClockMs) throws CleaningAborted {
        synchronized (state) {
            if (state.closed || state.context.failure().isOffline()) throw new CleaningAborted("the log is closed");
            if (state.context.space().isFull()) throw new CleaningAborted("the disk is full");
            if (state.context.integrity().isDamaged(state)) throw new CleaningAborted("the log is damaged");
            LogSettings settings = state.settings;
            List<Source> sources = new ArrayList<>();
            int end = cleanableSegments(settings.compaction(), wallClockMs);
            for (int i = 0; i < end; i++) sources.add(new Source(state.segments.get(i)));
            LastBatches lastBatches = new LastBatches(state.producers.lastOffsets(state.logTimeMs));
            return new Round(sources, firstDirtyOffset(), state.truncationGeneration, lastBatches, settings);
        }
    }

    private static long mapKeys(SegmentCleaner cleaner, List<Source> dirty, long firstDirtyOffset, OffsetMap map)
            throws IOException, CleaningAborted, UncleanableLog {
        List<Source> stable = dirty;
        long end = cleaner.mapKeys(stable, firstDirtyOffset, map);
        if (cleaner.mustScanTransactions() || isAnyAborted(dirty)) {
            stable = dirty.subList(0, cleaner.scanTransactions(dirty));
            end = cleaner.mapKeys(stable, firstDirtyOffset, map);
        }
        if (end == firstDirtyOffset && !stable.isEmpty()) {
            throw new UncleanableLog(
                    "the keys of one batch do not fit into log.cleaner.dedupe.buffer.size, which has room for "
                            + map.capacity());
        }
        return end;
    }

    /**
     * Also when the keys of the first segment do not fit as far as its transactions: what takes its place names none that was aborted, so that
     * it must have no data of them.
     */
    private static boolean isAnyAborted(List<Source> sources) {
        for (Source source : sources) if (source.aborted()) return true;
        return false;
    }

    private CleaningReport cleanAll(Round round, SegmentCleaner cleaner, long end, int keys)
            throws CleaningAborted, UncleanableLog, IOException {
        long before = 0;
        long after = 0;
        List<Source> sources = round.sources();
        for (int from = 0; from < sources.size() && sources.get(from).baseOffset() < end; ) {
            List<Source> group = group(sources, from, end, round.settings().segmentBytes());
            CleanedSegment cleaned = new CleanedSegment(state, group.get(0).segment());
            boolean swapped = false;
            try {
                for (Source source : group) checkHeaders(round, source);
                if (cleaner.clean(group, cleaned)) {
                    Segment replacement = cleaned.finish();
                    swap(round, group, replacement);
                    swapped = true;
                    for (Source source : group) before += source.sizeInBytes();
                    after += replacement.sizeInBytes;
                }
            } finally {
                if (!swapped && !state.context.failure().isOffline()) cleaned.discard();
            }
            from += group.size();
        }
        advance(round, end);
        LOG.info(
                "Compacted {} from {} to {}: {} bytes are {} now, {} keys",
                state,
                round.firstDirtyOffset(),
                end,
                before,
                after,
                keys);
        return new CleaningReport(round.firstDirtyOffset(), end, before, after, keys);
    }

    /** What the batches' CRCs leave out must be what arrived, before it is vouched for anew. */
    private void checkHeaders(Round round, Source source) throws CleaningAborted, UncleanableLog, IOException {
        HeaderIntervals intervals;
        synchronized (state) {
            check(round);
            intervals = reader.intervals(source.segment(), 0, source.sizeInBytes());
        }
        LogFile file = source.open();
        try {
            BatchCursor cursor = BatchCursor.ofThread();
            headers.begin(intervals);
            cursor.open(file, 0, source.sizeInBytes());
            while (cursor.next()) {
                String problem = headers.problemOf(cursor);
                if (problem == null) continue;
                check(round);
                throw new UncleanableLog(source.held().path().getFileName() + ": " + problem);
            }
        } finally {
            source.close();
        }
    }

    /** As many segments from the one given as fit into one, by size and by the range of offsets that an index can hold. */
    private static List<Source> group(List<Source> sources, int from, long end, int segmentBytes) {
        List<Source> group = new ArrayList<>();
        long bytes = 0;
        for (int i = from; i < sources.size() && sources.get(i).baseOffset() < end; i++) {
            Source source = sources.get(i);
            bytes += source.sizeInBytes();
            boolean fits = bytes <= segmentBytes
                    && source.nextOffset() - sources.get(from).baseOffset() <= Integer.MAX_VALUE;
            if (!group.isEmpty() && !fits) break;
            group.add(source);
        }
        return group;
    }

    private void check(Round round) throws CleaningAborted {
        if (state.closed || state.context.failure().isOffline()) throw new CleaningAborted("the log is closed");
        if (state.truncationGeneration != round.generation()) throw new CleaningAborted("the log was truncated");
        if (state.context.space().isFull()) throw new CleaningAborted("the disk is full");
        if (!state.settings.compaction().compact()) throw new CleaningAborted("the log is not compacted any more");
    }

    /** Puts the replacement in the place of the group, on the disk and in memory. */
    private void swap(Round round, List<Source> group, Segment replacement) throws CleaningAborted, IOException {
        int held = 0;
        beginSwap(round, group);
        try {
            // Readers of the old segments go on with the files that are open now, whatever their names come to mean.
            for (Source source : group) {
                source.open();
                held++;
            }
            state.markGaps();
            exchange(group, replacement);
        } finally {
            for (int i = 0; i < held; i++) group.get(i).close();
            state.endSwap();
        }
    }

    /** The store forgets first: it must never tell of old positions when the new file has the name. */
    private void exchange(List<Source> group, Segment replacement) {
        long base = replacement.baseOffset;
        long end = group.get(group.size() - 1).nextOffset();
        List<Long> others = new ArrayList<>();
        for (Source source : group) if (source.baseOffset() != base) others.add(source.baseOffset());
        state.context.index().forgetSegments(state.key, base, end);
        List<DeletedFiles.Held> large = new ArrayList<>(group.size());
        try {
            SegmentSwap.commit(state.context.files(), state.directory, base, end);
            for (Source source : group) {
                DeletedFiles.Held held = state.context.deleted().hold(source.segment().file);
                if (held != null) large.add(held);
            }
            SegmentSwap.finish(state.context.files(), state.directory, base, end, others);
        } catch (IOException e) {
            state.context.deleted().letGo(large);
            throw state.context.failure().fail("replacing segments of " + state, e);
        }
        replaceInMemory(group, replacement, end);
        state.context.deleted().giveBack(large);
        checkpoints.store(replacement);
    }

    private void beginSwap(Round round, List<Source> group) throws CleaningAborted {
        synchronized (state) {
            state.awaitSwap();
            check(round);
            int at = state.segments.floorIndex(group.get(0).baseOffset());
            for (int i = 0; i < group.size(); i++) {
                boolean there = at >= 0 && at + i < state.segments.count() - 1;
                if (!there || state.segments.get(at + i) != group.get(i).segment()) {
                    throw new CleaningAborted("a segment is gone");
                }
            }
            state.beginSwap();
            checkpoints.beforeSwap(
                    group.get(0).baseOffset(), group.get(group.size() - 1).nextOffset());
        }
    }

    private void replaceInMemory(List<Source> group, Segment replacement, long end) {
        synchronized (state) {
            int at = state.segments.floorIndex(replacement.baseOffset);
            state.segments.replace(at, group.size(), replacement);
            reader.forgetPositions();
            for (Source source : group) {
                state.context.indexCache().forget(source.segment());
                source.held().release();
            }
            state.gapsBelow = Math.max(state.gapsBelow, end);
        }
    }

    /** The log is clean up to the offset. */
    private void advance(Round round, long offset) throws CleaningAborted, IOException {
        synchronized (state) {
            state.awaitSwap();
            check(round);
            state.beginSwap();
        }
        try {
            state.setFirstDirtyOffset(offset);
        } finally {
            state.endSwap();
        }
    }
}
