// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves the start of a log, by retention, by DeleteRecords, or because the leader's moved. Readers see the new start at once.
 * In the background the log is flushed up to it (so that recovery need not judge bytes that nobody wants any more), the start is
 * written to the marks, and only then it counts as durable and the files of segments below it go.
 */
final class LogStart {
    private static final Logger LOG = LoggerFactory.getLogger(LogStart.class);

    private final LogState state;
    private final LogReader reader;
    private final LogFlush flush;
    private final LogCheckpoints checkpoints;

    /** Whether the background thread is going to look; guarded by the lock of the log. */
    private boolean scheduled;

    /** Segments that left the log and whose files are still there, oldest first. Held only for a moment. */
    private final ArrayDeque<Segment> pending = new ArrayDeque<>(1);

    /** Held while files go; whoever wants their names waits for it. Nobody takes the lock of the log while he holds it. */
    private final Object deleting = new Object();

    LogStart(LogState state, LogReader reader, LogFlush flush, LogCheckpoints checkpoints) {
        this.state = state;
        this.reader = reader;
        this.flush = flush;
        this.checkpoints = checkpoints;
    }

    /**
     * Moves the start to the offset. Under the lock of the log, by its loop.
     *
     * @param segments those that lie below it, taken out of the log already
     */
    void moveTo(long offset, List<Segment> segments, String why) {
        long before = state.logStartOffset;
        state.logStartOffset = Math.max(before, offset);
        state.epochs.truncateFromStart(state.logStartOffset);
        reader.forgetPositions();
        for (Segment segment : segments) state.context.indexCache().forget(segment);
        state.context.integrity().forgetBelow(state.key, state.segments.first().baseOffset);
        synchronized (pending) {
            pending.addAll(segments);
        }
        LOG.info("{} moved the start of {} from {} to {}", why, state, before, state.logStartOffset);
        if (!scheduled) {
            scheduled = true;
            state.context.background().execute("moving the start of " + state, this::persist);
        }
    }

    /** On the background thread. */
    private void persist() throws IOException {
        long wanted;
        boolean files;
        synchronized (state) {
            scheduled = false;
            if (state.closed) return;
            wanted = state.logStartOffset;
        }
        synchronized (pending) {
            files = !pending.isEmpty();
        }
        if (state.flushedOffset < wanted || files) flush.flushNow();
        // What the last checkpoint tells of producers may be nowhere else once the files are gone.
        for (int i = 0; files && i < 2; i++) checkpoints.tick(true); // the first one may be of before
        try {
            long durable = writeMark();
            if (durable >= 0) deleteFilesBelow(durable);
        } catch (NoSuchFileException e) {
            // The log was deleted meanwhile, and its directory moved aside.
            if (!state.closed) throw e;
        } catch (IOException e) {
            DiskSpace space = state.context.space();
            if (!space.isOutOfSpace(e, 1)) throw e;
            // Nothing goes before the start is on the disk, and nobody is told that it is.
            space.noSpace(e);
            persistLater();
        }
    }

    private void persistLater() {
        synchronized (state) {
            if (scheduled || state.closed) return;
            scheduled = true;
        }
        long retryMs = state.context.config().space().checkIntervalMs();
        state.context.background().after(retryMs, "moving the start of " + state, this::persist);
    }

    /** Returns the start that is on the disk now, -1 when the log is gone or was cut meanwhile. */
    private long writeMark() throws IOException {
        int generation;
        long marked;
        synchronized (state) {
            if (state.closed) return -1;
            generation = state.truncationGeneration;
            marked = state.putMarks();
        }
        state.context.marks().write();
        synchronized (state) {
            if (state.closed || generation != state.truncationGeneration) return -1;
            state.durableLogStart = Math.max(state.durableLogStart, marked);
        }
        flush.listener().onLogStartDurable(marked);
        return marked;
    }

    private void deleteFilesBelow(long durableStart) throws IOException {
        synchronized (deleting) {
            boolean any = false;
            boolean durable = false;
            List<DeletedFiles.Held> large = new ArrayList<>(1);
            try {
                for (Segment next = pollBelow(durableStart); next != null; next = pollBelow(durableStart)) {
                    DeletedFiles.Held held = state.context.deleted().hold(next.file);
                    if (held != null) large.add(held);
                    state.context.files().delete(next.path());
                    next.file.release();
                    any = true;
                }
                if (!any) return;
                state.context.files().syncDirectory(state.directory);
                durable = true;
            } finally {
                if (!durable) state.context.deleted().letGo(large);
            }
            state.context.deleted().giveBack(large);
            state.context.index().forgetBelow(state.key, durableStart);
        }
    }

    private Segment pollBelow(long offset) {
        synchronized (pending) {
            Segment first = pending.peek();
            return first == null || first.nextOffset > offset || state.closed ? null : pending.poll();
        }
    }

    /**
     * Everything is about to go, and names of files are going to be used again: deletes what is still there. Before that nothing of
     * this log is vouched for any more. Under the lock of the log.
     */
    void deletePendingFiles() throws IOException {
        synchronized (deleting) {
            synchronized (pending) {
                if (pending.isEmpty()) return;
            }
            state.putMarksOfNothing();
            state.context.marks().write();
            deleteFilesBelow(state.logStartOffset);
        }
    }

    /** The log is gone: gives the files back that would have been deleted one by one. */
    void release() {
        synchronized (pending) {
            for (Segment next = pending.poll(); next != null; next = pending.poll()) next.file.release();
        }
    }
}
