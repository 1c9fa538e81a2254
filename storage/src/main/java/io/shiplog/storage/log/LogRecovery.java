// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchCursor;
import io.shiplog.storage.batch.TailRewriter;
import io.shiplog.storage.batch.TailRewriter.FailedRewrite;
import io.shiplog.storage.files.FailedSync;
import io.shiplog.storage.files.LogFile;
import io.shiplog.storage.files.LogFiles;
import io.shiplog.storage.index.IndexStore;
import io.shiplog.storage.index.LogCheckpoint;
import io.shiplog.storage.index.SegmentSummary;
import io.shiplog.storage.index.StoredLog;
import io.shiplog.storage.marks.PartitionMarks;
import io.shiplog.storage.model.PartitionKey;
import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens one partition's log from its files. Reads headers from the last checkpoint on and checks CRCs only behind the
 * flush mark. What does not make sense <em>above</em> the mark is a torn tail and is cut; <em>below</em> it, or where it cannot be read, it is
 * damage: then nothing is cut, and the log is opened with a hole ({@link LogHoles}), to be repaired from a peer.
 */
final class LogRecovery {
    /** The files of a partition cannot even be looked at: it is opened without them, {@link #withoutFiles}. */
    static final class Damage extends Exception {
        private static final long serialVersionUID = 1L;

        Damage(IOException cause) {
            super("its files cannot be looked at: " + cause, cause);
        }
    }

    private static final Logger LOG = LoggerFactory.getLogger(LogRecovery.class);
    private static final long PROGRESS_BYTES = 64L << 20;

    private final LogState state;
    private final LogFiles files;
    private final PartitionMarks marks;
    private final RecoveryProgress progress;
    private int segmentsLeft;

    private List<Long> bases = new ArrayList<>();
    private long logStart;
    /** Everything below was on the disk. */
    private long mark;

    private List<LogCheckpoint> checkpoints = new ArrayList<>();
    /** Where the walk begins, null: with the first segment. */
    private LogCheckpoint checkpoint;

    /** Of the segment in which the walk begins, up to there. */
    private AbortedIndex abortedAtCheckpoint;

    /** Index of the segment in which the walk begins; those before it are as the store says. */
    private int first;

    private long bytesToWalk;
    private volatile boolean cancelled;
    private final Map<Long, SegmentSummary> summaries = new HashMap<>();
    private final Map<Long, Long> sizes = new HashMap<>();
    private boolean entriesChanged;
    private boolean truncationCutShort;
    private boolean mayHaveGaps;
    private long lastGapEnd;
    private long scannedBytes;

    /** Writes once more what is not known to be on the disk, of the segment that is walked over; null when there is nothing yet. */
    private TailRewriter rewriter;

    private long cutBytes;
    private boolean cutNoted;
    private final LogHoles holes;
    /** Why the last walk did not go on; null when bytes were read. */
    private IOException unreadable;

    /** Whether it was because of a batch whose offset is not the next one. */
    private boolean misplaced;

    /** Why this is opened without its files; null when it is not. */
    private Damage lost;

    /** @param marks the partition's marks, null when none are known: then everything lies above the mark */
    LogRecovery(LogContext context, PartitionKey key, PartitionMarks marks, RecoveryProgress progress) {
        this.state = new LogState(context, key, context.config().defaults());
        this.files = context.files();
        this.marks = marks;
        this.progress = progress;
        this.holes = new LogHoles(state);
    }

    /**
     * Moves the files of a partition aside that cannot be looked at, and begins with none: what was below the mark is a hole then, and the log
     * goes on behind it.
     *
     * @throws IOException when it is more than the one partition: the directory does not take writes either
     */
    static LogRecovery withoutFiles(
            LogContext context, PartitionKey key, PartitionMarks marks, RecoveryProgress progress, Damage damage)
            throws IOException {
        new DirectoryProbe(context.files(), context.directory()).write(context.clock());
        SetAside.whole(context.files(), context.directory(), key);
        context.index().forgetPartition(key);
        LogRecovery without = new LogRecovery(context, key, marks, progress);
        without.lost = damage;
        try (IndexStore.Scan scan = context.index().scan()) {
            without.begin(scan);
        } catch (Damage again) {
            throw new IOException("the new directory of " + key.directoryName() + " cannot be read", again);
        }
        return without;
    }

    /** {@link #complete} of what {@link #withoutFiles} has begun. */
    PartitionLog completeWithoutFiles() throws IOException {
        Segment first = state.addSegment(logStart);
        if (lost != null) holes.add(first, lost.getMessage(), (IOException) lost.getCause());
        endAt(mark);
        return finish();
    }

    /** Whether something is missing that was on the disk; after {@link #complete}. */
    boolean hasHoles() {
        return !holes.isEmpty();
    }

    /** What is missing, in words. */
    String whatIsMissing() {
        return holes.reason();
    }

    long scannedBytes() {
        return scannedBytes;
    }

    long cutBytes() {
        return cutBytes;
    }

    /**
     * Looks at which files there are and at what the store tells of them; walks over no segment yet.
     *
     * @param scan of the index store, used by this thread
     */
    void begin(IndexStore.Scan scan) throws IOException, Damage {
        bases = listSegments();
        logStart = marks == null ? (bases.isEmpty() ? 0 : bases.get(0)) : marks.logStartOffset();
        mark = marks == null ? logStart : Math.max(marks.flushedOffset(), logStart);
        dropBelowStart();
        if (bases.isEmpty()) return;
        if (bases.get(0) > logStart && mark > logStart) holes.bridge(logStart, bases.get(0));
        else logStart = Math.max(logStart, bases.get(0));
        mark = Math.max(mark, logStart);
        if (marks != null) state.highWatermark = marks.highWatermark();
        takeFromStore(scan);
        for (int i = first; i < bases.size(); i++) bytesToWalk += sizeOf(bases.get(i));
        if (checkpoint != null) bytesToWalk -= checkpoint.position();
    }

    /** Bytes of segments behind the checkpoint, which {@link #complete} walks over; after {@link #begin}. */
    long bytesToWalk() {
        return bytesToWalk;
    }

    /** Has {@link #complete} end soon, and return null. Any thread. */
    void cancel() {
        cancelled = true;
    }

    /** Opens the log; everything in it is on the disk afterwards. After {@link #begin}; null when it was cancelled. */
    PartitionLog complete() throws IOException, Damage {
        if (bases.isEmpty()) {
            entriesChanged = true;
            return completeWithoutFiles();
        }
        segmentsLeft = bases.size() - first;
        progress.found(segmentsLeft, 0);
        try {
            scan();
        } finally {
            progress.walked(segmentsLeft, 0);
        }
        return cancelled ? null : finish();
    }

    private List<Path> list() throws Damage {
        try {
            return files.list(state.directory);
        } catch (IOException e) {
            throw new Damage(e);
        }
    }

    /** The size of a segment's file as it was found: nobody changes it meanwhile but to cut it for good. */
    private long sizeOf(long base) throws Damage {
        Long known = sizes.get(base);
        if (known != null) return known;
        try {
            long size = files.size(path(base));
            sizes.put(base, size);
            return size;
        } catch (IOException e) {
            throw new Damage(e);
        }
    }

    private List<Long> listSegments() throws IOException, Damage {
        List<Long> found = new ArrayList<>();
        List<Path> entries = list();
        if (SegmentSwap.complete(files, state.directory, entries)) entries = list();
        for (Path path : entries) {
            long base = Segment.parseFileName(path);
            if (base >= 0) {
                found.add(base);
            } else if (path.endsWith(LogTruncation.UNDER_WAY)) {
                truncationCutShort = true;
            } else if (path.getFileName().toString().equals(CompactionFile.NAME)) {
                mayHaveGaps = true;
            } else if (path.endsWith(ShortenedFile.NAME)) {
                state.shortened = true;
            } else {
                files.delete(path);
                entriesChanged = true;
            }
        }
        return found;
    }

    /** Segments that ended below the log start were about to be deleted when the node stopped. */
    private void dropBelowStart() throws IOException {
        while (bases.size() > 1 && bases.get(1) <= logStart) {
            files.delete(path(bases.remove(0)));
            entriesChanged = true;
        }
    }

    private void takeFromStore(IndexStore.Scan scan) throws Damage {
        StoredLog stored = scan.load(state.key);
        checkpoints = new ArrayList<>(stored.checkpoints());
        for (SegmentSummary summary : stored.summaries()) summaries.put(summary.baseOffset(), summary);
        checkpoint = usableCheckpoint();
        first = checkpoint == null ? 0 : bases.indexOf(checkpoint.segmentBase());
        for (int i = 0; i < first; i++) openSealed(bases.get(i));
        // What the store may tell of beyond this point is of bytes that a crash may have taken.
        long from = checkpoint == null ? 0 : checkpoint.segmentBase();
        int position = checkpoint == null ? 0 : checkpoint.position();
        if (scan.mayHaveBlocksFrom(state.key, from, position)) {
            state.context.index().forgetBlocksFrom(state.key, from, position);
        }
        long offset = checkpoint == null ? 0 : checkpoint.offset();
        if (stored.withAborted()) state.context.index().forgetAbortedFrom(state.key, from, offset);
    }

    /** The newest checkpoint that the files bear out; whatever else the store holds of this partition is forgotten. */
    private LogCheckpoint usableCheckpoint() throws Damage {
        for (int c = checkpoints.size() - 1; c >= 0; c--) {
            LogCheckpoint candidate = checkpoints.get(c);
            if (isBorneOut(candidate) && isReadable(candidate)) return candidate;
            state.context.index().forgetCheckpoint(state.key, candidate.offset());
            checkpoints.remove(c);
        }
        return null;
    }

    private boolean isBorneOut(LogCheckpoint candidate) throws Damage {
        int at = bases.indexOf(candidate.segmentBase());
        if (at < 0 || sizeOf(candidate.segmentBase()) < candidate.position()) return false;
        for (int i = 0; i < at; i++) {
            SegmentSummary summary = summaries.get(bases.get(i));
            if (summary == null || summary.nextOffset() != bases.get(i + 1)) return false;
            if (sizeOf(bases.get(i)) != summary.sizeInBytes()) return false;
        }
        return LogCheckpoints.namesTheLastBatch(candidate, state, path(candidate.segmentBase()));
    }

    /** Takes over epochs and producers; false when they cannot be read. */
    private boolean isReadable(LogCheckpoint candidate) {
        try {
            abortedAtCheckpoint = LogCheckpoints.decode(candidate, state.epochs, state);
            // One that began there may have been cut since, without a byte of the log: what has records will show it.
            // Of a log whose records were all deleted the epoch of the last of them begins there.
            if (candidate.offset() > logStart) state.epochs.truncateFromEnd(candidate.offset());
            return true;
        } catch (IllegalArgumentException | BufferUnderflowException e) {
            LOG.warn("A checkpoint of {} at {} cannot be read: {}", state, candidate.offset(), e.toString());
            state.epochs.clear();
            state.producers.clear();
            state.logTimeMs = -1;
            return false;
        }
    }

    private void openSealed(long base) {
        SegmentSummary summary = summaries.get(base);
        Segment segment = segment(base);
        segment.sizeInBytes = summary.sizeInBytes();
        segment.nextOffset = summary.nextOffset();
        segment.maxTimestampMs = summary.maxTimestampMs();
        segment.maxTimestampOffset = summary.maxTimestampOffset();
        segment.firstTimestampMs = summary.maxTimestampMs();
        segment.lastLeaderEpoch = summary.lastLeaderEpoch();
        segment.storedIndexPosition = segment.sizeInBytes;
        segment.summaryStored = true;
        segment.index = null;
        if (summary.aborted() > 0) {
            segment.aborted = new AbortedIndex(summary.aborted(), summary.abortedFrom(), summary.nextOffset());
            state.mayHaveAborted = true;
        }
        state.segments.add(segment);
    }

    private Segment segment(long base) {
        Segment segment = new Segment(
                base, state.segmentFile(base, null), state.context.clock().wallClockMs());
        segment.entryDurable = true;
        return segment;
    }

    /** Walks from the checkpoint, or from the beginning, to the end of what makes sense. */
    private void scan() throws IOException, Damage {
        long expected = checkpoint == null ? bases.get(first) : checkpoint.offset();
        for (int i = first; i < bases.size(); i++) {
            Segment segment = segment(bases.get(i));
            if (i > first && segment.baseOffset != expected) {
                if (expected >= mark && !holes.isOpen()) {
                    dropFrom(i);
                    break;
                }
                holes.bridge(expected, segment.baseOffset);
            }
            state.segments.add(segment);
            state.recent.clear();
            if (i == first && checkpoint != null) resume(segment);
            long size = sizeOf(segment.baseOffset);
            long endOffset = i + 1 < bases.size() ? bases.get(i + 1) : -1;
            boolean whole = size == segment.sizeInBytes || scanSegment(segment, size, endOffset);
            if (cancelled) return;
            segmentsLeft--;
            progress.walked(1, 0);
            expected = segment.nextOffset;
            if (!whole) {
                cutTail(segment, size);
                dropFrom(i + 1);
                break;
            }
        }
        endAt(mark);
    }

    /** Puts the segment into the state that it had at the checkpoint; its index stays in the store until it is asked for. */
    private void resume(Segment segment) {
        segment.sizeInBytes = checkpoint.position();
        segment.nextOffset = checkpoint.offset();
        segment.firstTimestampMs = checkpoint.firstTimestampMs();
        segment.maxTimestampMs = checkpoint.maxTimestampMs();
        segment.maxTimestampOffset = checkpoint.maxTimestampOffset();
        segment.lastLeaderEpoch = checkpoint.lastBatchEpoch();
        segment.lastBatchPosition = checkpoint.lastBatchPosition();
        segment.lastBatchCrc = checkpoint.lastBatchCrc();
        segment.storedIndexPosition = checkpoint.position();
        segment.indexGapTo = checkpoint.position();
        segment.aborted = abortedAtCheckpoint;
        state.mayHaveAborted |= abortedAtCheckpoint != null;
    }

    /** Takes in the segment's batches; false when it ends in something that was never known to be on the disk. */
    private boolean scanSegment(Segment segment, long size, long endOffset) throws IOException {
        progress.found(0, size - segment.sizeInBytes);
        rewriter = null;
        try {
            return scanBatches(segment, size, endOffset);
        } catch (FailedRewrite e) {
            throw new IOException("what was found in " + segment.path() + " cannot be written once more", e);
        }
    }

    private boolean scanBatches(Segment segment, long size, long endOffset) throws FailedRewrite {
        LogFile file = segment.file.open();
        boolean whole = walk(segment, file, size, false);
        boolean careful = unreadable != null;
        // A read may have got something else than what is there: nothing is cut or taken for a hole because of one.
        if (!whole && !cancelled) whole = walk(segment, file, size, careful);
        if (unreadable != null && !careful) {
            careful = true;
            whole = walk(segment, file, size, true);
        }
        if (!whole && !cancelled && unreadable == null) whole = walkOnDisk(segment, size);
        careful |= unreadable != null;
        while (!whole && !cancelled && (unreadable != null || segment.nextOffset < mark)) {
            holes.add(segment, reasonOfHole(segment), unreadable);
            HoleEnd end = new HoleEnd(segment.file.open(), size, mark, mayHaveGaps, endOffset);
            long from = segment.sizeInBytes;
            boolean goesOn = holes.pass(segment, end, size, segment.lastBatchPosition, misplaced ? from : -1);
            progress.walked(0, segment.sizeInBytes - from);
            whole = !goesOn || walk(segment, segment.file.open(), size, careful);
        }
        if (rewriter != null) rewriter.write();
        progress.walked(0, size - segment.sizeInBytes);
        return whole;
    }

    /** What a read got is in the page cache, for all that come after it: the disk itself has the last word. */
    private boolean walkOnDisk(Segment segment, long size) throws FailedRewrite {
        long begin = segment.sizeInBytes;
        boolean whole = false;
        try (LogFile disk = files.openUncached(segment.path())) {
            long from;
            do {
                from = segment.sizeInBytes;
                if (rewriter != null) rewriter.write();
                rewriter = null;
                whole = walk(segment, disk, size, false);
            } while (!whole && !cancelled && unreadable == null && segment.sizeInBytes > from);
        } catch (IOException e) {
            LOG.warn("{} cannot be looked at on the disk itself: {}", segment.path(), e.toString());
        }
        if (rewriter != null) rewriter.write();
        rewriter = null;
        if (segment.sizeInBytes > begin) LOG.warn("Reads of {} got something else than what is there", segment.path());
        return whole;
    }

    private String reasonOfHole(Segment segment) {
        String where = "byte " + segment.sizeInBytes + " of " + segment.path().getFileName();
        return unreadable == null
                ? "no sound batch for offset " + segment.nextOffset + " at " + where + ", everything below " + mark
                        + " was on the disk"
                : "cannot be read behind " + where + ": " + unreadable;
    }

    /**
     * Takes in batches as long as they make sense; false when that is not up to the end.
     *
     * @param source the file of the segment, to be read
     * @param careful in small reads, since something cannot be read
     */
    private boolean walk(Segment segment, LogFile source, long size, boolean careful) throws FailedRewrite {
        unreadable = null;
        misplaced = false;
        long walkedTo = segment.sizeInBytes;
        try {
            BatchCursor batch = BatchCursor.ofThread();
            if (careful) batch.openCarefully(source, segment.sizeInBytes, size);
            else batch.open(source, segment.sizeInBytes, size);
            int epoch = segment.sizeInBytes == 0 ? lastEpochBefore(segment) : segment.lastLeaderEpoch;
            long expected = segment.nextOffset;
            while (!cancelled && batch.next()) {
                boolean trusted = batch.lastOffset() < mark;
                misplaced = !follows(batch.baseOffset(), expected);
                if (misplaced || batch.leaderEpoch() < epoch) break;
                if (trusted) {
                    batch.loadMarker();
                    state.applied(batch.header(), batch.headerAt(), false);
                } else {
                    if (!isSoundBehindMark(segment, source, batch, size, careful)) break;
                    state.applied(rewriter.batch(), rewriter.batchAt(), false);
                }
                expected = batch.lastOffset() + 1;
                epoch = batch.leaderEpoch();
                if (batch.endPosition() - walkedTo >= PROGRESS_BYTES) {
                    progress.walked(0, batch.endPosition() - walkedTo);
                    walkedTo = batch.endPosition();
                }
            }
        } catch (IOException e) {
            unreadable = e;
        }
        progress.walked(0, segment.sizeInBytes - walkedTo);
        return segment.sizeInBytes == size;
    }

    /** Checks a batch that is not known to be on the disk; when it is sound it is going to be written once more. */
    private boolean isSoundBehindMark(Segment segment, LogFile source, BatchCursor batch, long size, boolean careful)
            throws IOException, FailedRewrite {
        scannedBytes += batch.sizeInBytes();
        if (rewriter == null) rewriter = new TailRewriter(segment.file.open(), source, batch.position(), size);
        return rewriter.check(batch, careful);
    }

    /** Gaps are where compaction left them: within a segment, never between two. */
    private boolean follows(long baseOffset, long expected) {
        if (baseOffset == expected) return true;
        if (!mayHaveGaps || baseOffset < expected) return false;
        lastGapEnd = baseOffset;
        return true;
    }

    private int lastEpochBefore(Segment segment) {
        int at = state.segments.floorIndex(segment.baseOffset) - 1;
        return at < 0 ? -1 : state.segments.get(at).lastLeaderEpoch;
    }

    /** Of a log that ends in a hole nobody can say how far it went behind the mark. */
    private void endAt(long flushed) throws IOException {
        if (holes.isAtEnd(flushed)) shorten();
        holes.end(flushed);
    }

    private void cutTail(Segment segment, long size) throws IOException {
        shorten();
        cutBytes += size - segment.sizeInBytes;
        LogFile file = segment.file.open();
        file.truncate(segment.sizeInBytes);
        FailedSync.sync(file);
    }

    private void dropFrom(int from) throws IOException {
        for (int i = bases.size() - 1; i >= from; i--) {
            long size = files.size(path(bases.get(i)));
            if (size > 0) shorten();
            cutBytes += size;
            files.delete(path(bases.get(i)));
            entriesChanged = true;
        }
    }

    private void shorten() throws IOException {
        if (cutNoted) return;
        cutNoted = true;
        state.shortened = true;
        ShortenedFile.create(state.context, state.directory);
    }

    private PartitionLog finish() throws IOException {
        long end = state.segments.active().nextOffset;
        state.epochs.truncateFromStart(logStart);
        boolean entriesSynced = syncBehind() || entriesChanged || truncationCutShort || holes.hasAddedFiles();
        if (entriesSynced) FailedSync.syncDirectory(files, state.directory);
        if (truncationCutShort) files.delete(state.directory.resolve(LogTruncation.UNDER_WAY));
        for (int i = 0; i < state.segments.count(); i++) {
            Segment segment = state.segments.get(i);
            // Below the mark are bytes that were flushed, and their file's entry with them.
            segment.entryDurable = entriesSynced || !segment.isEmpty();
            segment.trustedFrom = segment.sizeInBytes;
        }
        state.directoryDurable = true;
        state.logStartOffset = logStart;
        state.logEndOffset = end;
        state.flushedOffset = end;
        long highWatermark = marks == null ? logStart : marks.highWatermark();
        state.highWatermark = Math.max(logStart, Math.min(end, highWatermark));
        state.producers.onHighWatermark(state.highWatermark);
        state.settleUnstable();
        if (mayHaveGaps) {
            // What was not read may have gaps up to where reading began.
            long unread = checkpoint == null ? 0 : checkpoint.offset();
            long firstDirty = Math.min(end, CompactionFile.read(files, state.directory));
            state.foundGaps(firstDirty, Math.max(unread, lastGapEnd));
        }
        state.putMarks();
        PartitionLog log = new PartitionLog(state, "");
        log.checkpoints().recovered(checkpoints, end);
        holes.report();
        return log;
    }

    /**
     * What survived a kill may be in the page cache only, files and their entries. Returns whether there are entries of which that may
     * be so: of a file that begins below the mark something was flushed, and its entry with it.
     */
    private boolean syncBehind() throws IOException {
        boolean newEntry = false;
        for (int i = 0; i < state.segments.count(); i++) {
            Segment segment = state.segments.get(i);
            boolean behind = segment.nextOffset > mark && !segment.isEmpty();
            boolean cut = truncationCutShort && segment == state.segments.active();
            if (behind || cut) FailedSync.sync(segment.file.open());
            newEntry |= behind && segment.baseOffset >= mark;
        }
        return newEntry;
    }

    private Path path(long base) {
        return state.directory.resolve(Segment.fileName(base));
    }

    void abandon() {
        for (int i = 0; i < state.segments.count(); i++)
            state.segments.get(i).file.release();
    }
}
