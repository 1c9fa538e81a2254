// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import io.shiplog.storage.log.SyncTimes;

/**
 * Judges one log directory by how long its syncs take. Pure: told what was seen at each check, at an even pace. Checks are counted,
 * not clock time, so a process that was paused as a whole does not take its disk for slow.
 *
 * <p>Slow: in half of the checks of the window there was a sync at or above the threshold; not slow any more when that is true of a tenth
 * at most. One hiccup says nothing, and a disk at the border does not flap. Hung: one and the same sync was running at so many checks in
 * a row.
 */
final class DiskJudge {
    private static final int RECOVERED_PART = 10;

    private final long thresholdMs;
    private final int hangChecks;
    private final boolean[] window;
    private int next;
    private int slowChecks;
    private boolean slow;
    private long oldest = SyncTimes.NONE;
    private int seen;

    /**
     * @param thresholdMs a sync that takes so long is a slow one; above 0
     * @param windowChecks checks that the judgement of slowness looks back on; at least 2
     * @param hangChecks checks in a row after which a sync counts as hung; at least 1
     */
    DiskJudge(long thresholdMs, int windowChecks, int hangChecks) {
        this.thresholdMs = thresholdMs;
        this.hangChecks = hangChecks;
        this.window = new boolean[windowChecks];
    }

    /**
     * One check.
     *
     * @param slowestMs the slowest sync since the last check, finished or running
     * @param oldestRunning the number of the sync that has been running longest, or {@link SyncTimes#NONE}
     */
    void onCheck(long slowestMs, long oldestRunning) {
        boolean now = slowestMs >= thresholdMs;
        slowChecks += (now ? 1 : 0) - (window[next] ? 1 : 0);
        window[next] = now;
        next = (next + 1) % window.length;
        slow = slow ? slowChecks * RECOVERED_PART > window.length : slowChecks * 2 >= window.length;
        seen = oldestRunning != SyncTimes.NONE && oldestRunning == oldest ? seen + 1 : 0;
        oldest = oldestRunning;
    }

    boolean isSlow() {
        return slow;
    }

    boolean isHung() {
        return seen >= hangChecks;
    }
}
