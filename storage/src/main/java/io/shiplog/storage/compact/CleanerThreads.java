// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.compact;

import io.shiplog.storage.StorageClock;
import io.shiplog.storage.model.StorageException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads of a node that clean logs: each takes the dirtiest log that is due, and rests when there is none. A log that cannot
 * be cleaned is named in the log once, counted, and left alone for a while; the others go on. Never interrupted.
 */
public final class CleanerThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CleanerThreads.class);
    private static final long BURST_MS = 50;

    private record Uncleanable(String reason, long untilMs) {}

    private final CleanerSettings settings;
    private final StorageClock clock;
    private final Supplier<? extends Collection<? extends CleanableLog>> logs;
    private final List<Thread> threads = new ArrayList<>();

    /** All guarded by this. */
    private final Set<String> inProgress = new HashSet<>();

    private final Map<String, Uncleanable> uncleanable = new HashMap<>();

    /** Logs of which nothing could be cleaned just now, since a transaction is open: until when they rest. */
    private final Map<String, Long> resting = new HashMap<>();

    private boolean closed;
    private long movedBytes;
    private long cleanedBytes;
    private long rounds;
    private double dirtiestRatio;
    private long paceStartMs;
    private long paceBytes;

    /** @param logs the logs of the node at the time of the call; those that are not compacted are never due */
    public CleanerThreads(
            CleanerSettings settings, StorageClock clock, Supplier<? extends Collection<? extends CleanableLog>> logs) {
        this.settings = settings;
        this.clock = clock;
        this.logs = logs;
        this.paceStartMs = clock.nowMs();
    }

    public synchronized void start() {
        for (int i = 0; i < settings.threads(); i++) {
            Thread thread = new Thread(this::run, "shiplog-cleaner-" + i);
            thread.setDaemon(true);
            threads.add(thread);
            thread.start();
        }
    }

    /** The partitions that could not be cleaned, with the reason. */
    public synchronized Map<String, String> uncleanable() {
        Map<String, String> reasons = new TreeMap<>();
        uncleanable.forEach((name, why) -> reasons.put(name, why.reason()));
        return reasons;
    }

    /** Rounds of cleaning that were completed. */
    public synchronized long rounds() {
        return rounds;
    }

    /** Bytes that cleaning has removed. */
    public synchronized long removedBytes() {
        return cleanedBytes;
    }

    /** Bytes that cleaning has read and written. */
    public synchronized long movedBytes() {
        return movedBytes;
    }

    /** How dirty the dirtiest log was when it was last looked, from 0 to 1. */
    public synchronized double dirtiestRatio() {
        return dirtiestRatio;
    }

    /** Ends the threads and waits for them: after it no file is touched any more. */
    @Override
    public void close() {
        List<Thread> running;
        synchronized (this) {
            closed = true;
            notifyAll();
            running = List.copyOf(threads);
        }
        boolean interrupted = false;
        for (Thread thread : running) {
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) Thread.currentThread().interrupt();
    }

    private void run() {
        boolean goesOn = true;
        while (goesOn) goesOn = rest(cleanOne() ? 0 : settings.backoffMs());
    }

    /** Cleans the dirtiest log that is due; false when there is none, or the log could not be cleaned now. */
    boolean cleanOne() {
        CleanableLog log = take();
        if (log == null) return false;
        try {
            done(log, log.clean(new CleaningBudget(settings.dedupeBufferBytes() / settings.threads(), this::moved)));
        } catch (CleaningAborted e) {
            LOG.debug("Cleaning {} was ended: {}", log.name(), e.getMessage());
            return false;
        } catch (UncleanableLog | IOException | StorageException e) {
            leaveAlone(log, e.getMessage());
        } finally {
            synchronized (this) {
                inProgress.remove(log.name());
            }
        }
        return true;
    }

    private synchronized CleanableLog take() {
        if (closed) return null;
        long wallClockMs = clock.wallClockMs();
        CleanableLog dirtiest = null;
        double most = -1;
        Set<String> present = new HashSet<>();
        for (CleanableLog log : logs.get()) {
            if (uncleanable.containsKey(log.name())) present.add(log.name());
            if (inProgress.contains(log.name()) || isLeftAlone(log.name())) continue;
            if (resting.getOrDefault(log.name(), Long.MIN_VALUE) > clock.nowMs()) continue;
            Dirtiness dirt = log.dirtiness(wallClockMs);
            if (dirt.isDue() && dirt.ratio() > most) {
                most = dirt.ratio();
                dirtiest = log;
            }
        }
        uncleanable.keySet().retainAll(present);
        resting.values().removeIf(untilMs -> untilMs <= clock.nowMs());
        dirtiestRatio = Math.max(0, most);
        if (dirtiest != null) inProgress.add(dirtiest.name());
        return dirtiest;
    }

    private boolean isLeftAlone(String name) {
        Uncleanable why = uncleanable.get(name);
        return why != null && clock.nowMs() < why.untilMs();
    }

    private synchronized void done(CleanableLog log, CleaningReport report) {
        if (report.toOffset() == report.fromOffset()) {
            resting.put(log.name(), clock.nowMs() + settings.backoffMs());
            return;
        }
        rounds++;
        cleanedBytes += Math.max(0, report.bytesBefore() - report.bytesAfter());
        if (uncleanable.remove(log.name()) != null) LOG.info("{} can be cleaned again", log.name());
    }

    private synchronized void leaveAlone(CleanableLog log, String reason) {
        Uncleanable before =
                uncleanable.put(log.name(), new Uncleanable(reason, clock.nowMs() + settings.retryUncleanableMs()));
        if (before == null || !before.reason().equals(reason)) {
            LOG.error("{} cannot be compacted and is left as it is: {}", log.name(), reason);
        }
    }

    /** Keeps the rate: waits as long as the bytes so far should have taken. */
    private synchronized void moved(long bytes) throws CleaningAborted {
        if (closed) throw new CleaningAborted("the node stops");
        movedBytes += bytes;
        if (settings.maxBytesPerSecond() == Long.MAX_VALUE) return;
        paceBytes += bytes;
        long nowMs = clock.nowMs();
        long aheadMs = (long) (paceBytes * 1000.0 / settings.maxBytesPerSecond()) - (nowMs - paceStartMs);
        if (aheadMs > BURST_MS && !rest(aheadMs)) throw new CleaningAborted("the node stops");
        if (aheadMs < -1000) {
            paceStartMs = nowMs;
            paceBytes = 0;
        }
    }

    /** Waits, unless the threads are to end; false when they are. */
    private synchronized boolean rest(long ms) {
        long deadlineNs = System.nanoTime() + ms * 1_000_000;
        while (!closed) {
            long leftMs = (deadlineNs - System.nanoTime() + 999_999) / 1_000_000;
            if (leftMs <= 0) return true;
            try {
                wait(leftMs);
            } catch (InterruptedException e) {
                LOG.debug("a cleaner thread was interrupted, which nobody should do");
            }
        }
        return false;
    }
}
