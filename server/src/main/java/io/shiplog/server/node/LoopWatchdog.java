// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import io.shiplog.replication.runtime.EventLoop;
import java.util.function.Consumer;

/**
 * Notices that an event loop does not run any more: it is asked to answer at each check, and when it owes an answer for too
 * many checks, it is stalled. Checks are counted, not clock time, so a process that was paused as a whole does not look like one whose
 * loop hangs.
 *
 * <p>{@link #check()} is called by one thread, at an even pace.
 */
final class LoopWatchdog {
    private final EventLoop loop;
    private final int limitChecks;
    private final Consumer<Boolean> onStalled;
    private volatile boolean answered = true;
    private int unanswered;
    private boolean stalled;

    /**
     * @param limitChecks checks without an answer after which the loop counts as stalled; at least 1
     * @param onStalled told true when the loop stalls, false when it runs again
     */
    LoopWatchdog(EventLoop loop, int limitChecks, Consumer<Boolean> onStalled) {
        this.loop = loop;
        this.limitChecks = limitChecks;
        this.onStalled = onStalled;
    }

    void check() {
        if (answered) {
            unanswered = 0;
            answered = false;
            loop.execute(() -> answered = true);
        } else {
            unanswered++;
        }
        boolean now = unanswered >= limitChecks;
        if (now != stalled) {
            stalled = now;
            onStalled.accept(now);
        }
    }
}
