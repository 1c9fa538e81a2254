// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Group commit of one log. A request queues the log once; what is requested while its sync runs is done by the next
 * round. A sync is never tried again: its failure takes the directory offline.
 */
final class LogFlush {
    private static final int IDLE = 0;
    private static final int QUEUED = 1;
    private static final int RUNNING = 2;
    private static final int RUNNING_AND_ASKED = 3;

    private final LogState state;
    private final AtomicInteger phase = new AtomicInteger(IDLE);
    private final GroupCommit round = new GroupCommit();
    /** Whether a flush is going to be asked for when the interval is over; guarded by the lock of the log. */
    private boolean timerSet;

    private volatile LogListener listener = (offset, generation) -> {};

    LogFlush(LogState state) {
        this.state = state;
    }

    void setListener(LogListener newListener) {
        listener = newListener;
    }

    LogListener listener() {
        return listener;
    }

    /**
     * Something is not on the disk, and nobody asks for a flush: sees to it that one comes when the topic's interval is over. Under
     * the lock of the log.
     */
    void dueInTime() {
        FlushInterval interval = state.settings.flushInterval();
        if (state.logEndOffset - state.flushedOffset >= interval.messages()) {
            request();
        } else if (interval.ms() < Long.MAX_VALUE && !timerSet) {
            timerSet = true;
            state.context.background().after(interval.ms(), "flushing " + state, this::onTimer);
        }
    }

    private void onTimer() {
        synchronized (state) {
            timerSet = false;
            if (state.closed) return;
        }
        request();
    }

    /** Asks for a flush of everything appended so far. Any thread. */
    void request() {
        while (true) {
            int now = phase.get();
            if (now == QUEUED || now == RUNNING_AND_ASKED) return;
            int then = now == IDLE ? QUEUED : RUNNING_AND_ASKED;
            if (phase.compareAndSet(now, then)) {
                if (now == IDLE) state.context.flusher().submit(round);
                return;
            }
        }
    }

    /** The round of this log, again and again. */
    private final class GroupCommit implements FlushWork.Round {
        private Sync begun;
        private boolean done;

        @Override
        public void begin() {
            phase.set(RUNNING);
            begun = beginSync();
        }

        @Override
        public void sync() {
            done = begun != null && carryOut(begun);
        }

        @Override
        public void complete() {
            if (done) publish(begun);
            begun = null;
            if (!phase.compareAndSet(RUNNING, IDLE)) {
                phase.set(QUEUED);
                state.context.flusher().submit(this);
            }
        }
    }

    /**
     * A sync that has begun.
     *
     * @param dirty what it brings to the disk, with a reference on each of the files
     * @param generation truncations before it
     * @param target the log end at its beginning
     * @param number in {@link SyncTimes}
     */
    private record Sync(
            List<Segment> dirty,
            List<SegmentFile> files,
            boolean newDirectory,
            int generation,
            long target,
            long number) {}

    /** Syncs what is not on the disk yet and tells the listener. On a flusher thread, or when nobody else uses the log. */
    void flushNow() {
        Sync sync = beginSync();
        if (sync != null && carryOut(sync)) publish(sync);
    }

    /** Null when there is nothing to sync. */
    private Sync beginSync() {
        if (state.context.failure().isOffline()) return null;
        List<Segment> dirty = new ArrayList<>(2);
        List<SegmentFile> files = new ArrayList<>(2);
        int generation;
        long target;
        boolean newDirectory;
        synchronized (state) {
            if (state.closed) return null;
            generation = state.truncationGeneration;
            target = state.logEndOffset;
            newDirectory = !state.directoryDurable;
            collect(dirty, files);
        }
        if (dirty.isEmpty()) return null;
        long number = state.context.syncTimes().begin(state.context.clock().nowMs());
        return new Sync(dirty, files, newDirectory, generation, target, number);
    }

    /** Returns whether it is on the disk. */
    private boolean carryOut(Sync sync) {
        try {
            sync(sync.dirty, sync.files, sync.newDirectory);
        } catch (IOException | StorageException e) {
            // A deletion moves the directory aside under a sync that has begun: nobody waits for that sync any more.
            if (e instanceof NoSuchFileException && state.closed) return false;
            state.context.failure().fail("syncing " + state, e);
            return false;
        } finally {
            state.context.syncTimes().end(sync.number, state.context.clock().nowMs());
            sync.files.forEach(SegmentFile::release);
        }
        return true;
    }

    private void collect(List<Segment> dirty, List<SegmentFile> files) {
        for (int i = state.segments.count() - 1; i >= 0; i--) {
            Segment segment = state.segments.get(i);
            // An empty segment that a power loss takes is made anew.
            boolean clean = (segment.entryDurable || segment.isEmpty()) && segment.nextOffset <= state.flushedOffset;
            if (clean && i < state.segments.count() - 1) break;
            if (clean || !segment.file.tryRetain()) continue;
            dirty.add(0, segment);
            files.add(0, segment.file);
        }
    }

    private void sync(List<Segment> dirty, List<SegmentFile> files, boolean newDirectory) throws IOException {
        for (SegmentFile file : files) file.syncChanges();
        boolean newEntry = false;
        for (Segment segment : dirty) newEntry |= !segment.entryDurable;
        if (newEntry) state.context.files().syncDirectory(state.directory);
        if (newDirectory) state.context.files().syncDirectory(state.context.directory());
    }

    private void publish(Sync sync) {
        synchronized (state) {
            for (Segment segment : sync.dirty) segment.entryDurable = true;
            state.directoryDurable = true;
            if (sync.generation != state.truncationGeneration || sync.target <= state.flushedOffset) return;
            state.flushedOffset = sync.target;
            state.touch();
        }
        listener.onFlushed(sync.target, sync.generation);
    }
}
