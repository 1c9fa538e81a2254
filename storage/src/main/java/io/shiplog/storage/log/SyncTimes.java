// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.TreeMap;

/** How long the syncs of one data directory take, finished and running ones. Any thread; times are the caller's. */
public final class SyncTimes {
    /** There is no sync running. */
    public static final long NONE = -1;

    /** Begin of each running sync, by its number; at most one per flusher thread. */
    private final TreeMap<Long, Long> running = new TreeMap<>();

    private long begun;
    private long slowestEndedMs;

    /** A sync begins; returns its number, which grows from sync to sync. */
    synchronized long begin(long nowMs) {
        running.put(++begun, nowMs);
        return begun;
    }

    synchronized void end(long number, long nowMs) {
        Long beganMs = running.remove(number);
        if (beganMs != null) {
            slowestEndedMs = Math.max(slowestEndedMs, nowMs - beganMs);
        }
    }

    /** How long the slowest sync took that ended since the last call or still runs; 0 when there was none. */
    public synchronized long takeSlowestMs(long nowMs) {
        long slowestMs = slowestEndedMs;
        slowestEndedMs = 0;
        for (long beganMs : running.values()) {
            slowestMs = Math.max(slowestMs, nowMs - beganMs);
        }
        return slowestMs;
    }

    /** The number of the sync that has been running longest, or {@link #NONE}. */
    public synchronized long oldestRunning() {
        return running.isEmpty() ? NONE : running.firstKey();
    }
}
