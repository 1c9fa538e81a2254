// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.Arrays;

/** How long the syncs of one data directory take, finished and running ones, and its appends. Any thread; times are the caller's. */
public final class SyncTimes {
    /** There is no sync running. */
    public static final long NONE = -1;

    /** Numbers of the running syncs, in their order, and when each began; hardly more than there are flusher threads. */
    private long[] running = new long[4];

    private long[] beganMs = new long[4];
    private int runningCount;

    private final LatencyWindow syncs = new LatencyWindow();
    private final LatencyWindow appends = new LatencyWindow();
    private long begun;
    private long slowestEndedMs;
    private long ended;
    private long slowestSyncMs;
    private long flushes;
    private long flushesTookMs;

    /** A sync begins; returns its number, which grows from sync to sync. */
    synchronized long begin(long nowMs) {
        if (runningCount == running.length) {
            running = Arrays.copyOf(running, runningCount * 2);
            beganMs = Arrays.copyOf(beganMs, runningCount * 2);
        }
        running[runningCount] = ++begun;
        beganMs[runningCount++] = nowMs;
        return begun;
    }

    synchronized void end(long number, long nowMs) {
        int at = 0;
        while (at < runningCount && running[at] != number) at++;
        if (at == runningCount) return;
        slowestEndedMs = Math.max(slowestEndedMs, nowMs - beganMs[at]);
        syncs.add(nowMs - beganMs[at]);
        ended++;
        slowestSyncMs = Math.max(slowestSyncMs, nowMs - beganMs[at]);
        runningCount--;
        System.arraycopy(running, at + 1, running, at, runningCount - at);
        System.arraycopy(beganMs, at + 1, beganMs, at, runningCount - at);
    }

    /** The same of a sync that the records of a log wait for since then: it may have stood in line behind others. */
    synchronized void endFlush(long number, long askedMs, long nowMs) {
        flushes++;
        flushesTookMs += Math.max(0, nowMs - askedMs);
        end(number, nowMs);
    }

    /** How long records waited for a flush on average since the last call, in ms, from when it was asked for; negative when none ended. */
    public synchronized double takeFlushMs() {
        double average = flushes == 0 ? -1 : (double) flushesTookMs / flushes;
        flushes = 0;
        flushesTookMs = 0;
        return average;
    }

    /** Batches were written to the page cache; when memory is short of clean pages that waits for the disk. */
    synchronized void appended(long tookMs) {
        slowestEndedMs = Math.max(slowestEndedMs, tookMs);
        appends.add(tookMs);
    }

    /** How long the slowest sync or append took that ended since the last call, or the slowest sync that still runs; 0 for none. */
    public synchronized long takeSlowestMs(long nowMs) {
        long slowestMs = slowestEndedMs;
        slowestEndedMs = 0;
        for (int i = 0; i < runningCount; i++) {
            slowestMs = Math.max(slowestMs, nowMs - beganMs[i]);
        }
        return slowestMs;
    }

    /** The number of the sync that has been running longest, or {@link #NONE}. */
    public synchronized long oldestRunning() {
        return runningCount == 0 ? NONE : running[0];
    }

    /** Syncs that have ended since the start. */
    public synchronized long syncs() {
        return ended;
    }

    /** How long the slowest of them took. */
    public synchronized long slowestSyncMs() {
        return slowestSyncMs;
    }

    /** 99 of 100 syncs of the present window and the one before took at most so long; 0 when there were none. */
    public synchronized long syncP99Ms() {
        return syncs.p99Ms();
    }

    /** The same of appends. */
    public synchronized long appendP99Ms() {
        return appends.p99Ms();
    }

    /** Begins a new window of the percentiles; what is older than the one before is forgotten. */
    public synchronized void turnWindow() {
        syncs.turn();
        appends.turn();
    }
}
