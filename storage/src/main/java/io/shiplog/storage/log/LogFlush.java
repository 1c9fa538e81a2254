// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Group commit of one log. A request queues the log once; what is requested while its sync runs is done by the next
 * round. A sync is never tried again: its failure takes the directory offline.
 */
final class LogFlush {
    /** A round waits for the rest of a burst as long as it goes on coming, and no longer than about a sync. */
    private static final long GATHER_QUIET_NS = 15_000;

    private static final long GATHER_MOST_NS = 150_000;

    private static final int IDLE = 0;
    private static final int QUEUED = 1;
    private static final int RUNNING = 2;
    private static final int RUNNING_AND_ASKED = 3;

    private final LogState state;
    private final AtomicInteger phase = new AtomicInteger(IDLE);
    private final GroupCommit round = new GroupCommit();

    /** Where the log ended when everything asked for had been done, the last time; of the thread that runs a round. */
    private long restedAt;

    /** By how much the log grew from one such moment to the next. */
    private long lastBurst;

    /** When the round that runs, or comes, was asked for. */
    private volatile long askedMs;

    /** Nobody waits for the round that comes. Two that ask at the same time may miss each other's wish: it is one of order only. */
    private volatile boolean yields;

    /** The round that comes goes on where the last one ended, without a rest. */
    private boolean goesOn;

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
        ask(false);
    }

    /** The same where nobody waits for it: those go first for which somebody does. */
    void requestAfterOthers() {
        ask(true);
    }

    private void ask(boolean afterOthers) {
        while (true) {
            int now = phase.get();
            if (now == QUEUED || now == RUNNING_AND_ASKED) {
                if (!afterOthers && yields) {
                    yields = false;
                    state.context.flusher().hurry(round);
                }
                return;
            }
            int then = now == IDLE ? QUEUED : RUNNING_AND_ASKED;
            if (phase.compareAndSet(now, then)) {
                yields = afterOthers;
                if (now == IDLE) {
                    askedMs = state.context.clock().nowMs();
                    state.context.flusher().submit(round);
                }
                return;
            }
        }
    }

    /** The round of this log, again and again; those that are asked for meanwhile follow at once. */
    private final class GroupCommit implements FlushWork.Round {
        /** Null before the first flush. */
        private FlushRound kept;

        private boolean begun;
        private boolean done;

        @Override
        public boolean yields() {
            return yields;
        }

        @Override
        public void awaitBurst() {
            if (!goesOn) gather();
        }

        @Override
        public void begin() {
            phase.set(RUNNING);
            goesOn = false;
            if (kept == null) kept = new FlushRound();
            begun = beginSync(kept);
        }

        @Override
        public void sync() {
            done = begun && carryOut(kept);
        }

        @Override
        public void complete() {
            if (done) publish(kept);
            kept.clear();
            if (rest()) return;
            phase.set(QUEUED);
            goesOn = true;
            askedMs = state.context.clock().nowMs();
            state.context.flusher().submit(this);
        }
    }

    /** Ends the rounds, unless a flush was asked for meanwhile. What is written here is another thread's after that. */
    private boolean rest() {
        long restedBefore = restedAt;
        long burstBefore = lastBurst;
        restedAt = state.logEndOffset;
        lastBurst = restedAt - restedBefore;
        if (phase.compareAndSet(RUNNING, IDLE)) return true;
        restedAt = restedBefore;
        lastBurst = burstBefore;
        return false;
    }

    /**
     * The first of many producers that were all answered by the last flush has sent again, and the others are about to: waits until
     * as much has come as the last time. Otherwise each such burst would cost a sync for its first few batches, and one more for the others.
     */
    @SuppressWarnings("ThreadPriorityCheck") // whoever appends may need this processor
    private void gather() {
        long target = restedAt + lastBurst;
        long end = state.logEndOffset;
        if (end >= target) return;
        long beganNs = System.nanoTime();
        long movedNs = beganNs;
        while (end < target) {
            Thread.yield();
            long nowNs = System.nanoTime();
            long endNow = state.logEndOffset;
            if (endNow != end) movedNs = nowNs;
            end = endNow;
            if (nowNs - movedNs > GATHER_QUIET_NS || nowNs - beganNs > GATHER_MOST_NS) return;
        }
    }

    /** Syncs what is not on the disk yet and tells the listener. On a flusher thread, or when nobody else uses the log. */
    void flushNow() {
        FlushRound sync = new FlushRound();
        askedMs = state.context.clock().nowMs();
        if (beginSync(sync) && carryOut(sync)) publish(sync);
    }

    /** False when there is nothing to sync. */
    private boolean beginSync(FlushRound sync) {
        if (state.context.failure().isOffline()) return false;
        synchronized (state) {
            if (state.closed) return false;
            sync.generation = state.truncationGeneration;
            sync.target = state.logEndOffset;
            sync.newDirectory = !state.directoryDurable;
            collect(sync);
        }
        if (sync.count() == 0) return false;
        sync.number = state.context.syncTimes().begin(state.context.clock().nowMs());
        return true;
    }

    /** Returns whether it is on the disk. */
    private boolean carryOut(FlushRound sync) {
        try {
            sync(sync);
        } catch (IOException | StorageException e) {
            // A deletion moves the directory aside under a sync that has begun: nobody waits for that sync any more.
            if (e instanceof NoSuchFileException && state.closed) return false;
            state.context.failure().fail("syncing " + state, e);
            return false;
        } finally {
            state.context
                    .syncTimes()
                    .endFlush(sync.number, askedMs, state.context.clock().nowMs());
            sync.releaseFiles();
        }
        return true;
    }

    private void collect(FlushRound sync) {
        int count = state.segments.count();
        int from = count - 1;
        while (from > 0 && !isClean(state.segments.get(from - 1))) from--;
        for (int i = from; i < count; i++) {
            Segment segment = state.segments.get(i);
            if (!isClean(segment) && segment.file.tryRetain()) sync.add(segment, segment.file);
        }
    }

    /** An empty segment that a power loss takes is made anew. */
    private boolean isClean(Segment segment) {
        return (segment.entryDurable || segment.isEmpty()) && segment.nextOffset <= state.flushedOffset;
    }

    private void sync(FlushRound sync) throws IOException {
        boolean newEntry = false;
        for (int i = 0; i < sync.count(); i++) {
            sync.file(i).syncChanges();
            newEntry |= !sync.segment(i).entryDurable;
        }
        if (newEntry) state.context.files().syncDirectory(state.directory);
        if (sync.newDirectory) state.context.files().syncDirectory(state.context.directory());
    }

    private void publish(FlushRound sync) {
        synchronized (state) {
            for (int i = 0; i < sync.count(); i++) sync.segment(i).entryDurable = true;
            state.directoryDurable = true;
            if (sync.generation != state.truncationGeneration || sync.target <= state.flushedOffset) return;
            state.flushedOffset = sync.target;
            state.touch();
        }
        listener.onFlushed(sync.target, sync.generation);
    }
}
