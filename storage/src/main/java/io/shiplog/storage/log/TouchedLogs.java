// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The logs of a directory whose marks or checkpoint may be behind what they hold, each once: what one round of housekeeping has to look at.
 * A log that nobody writes to costs a round nothing. Any thread.
 */
final class TouchedLogs {
    private final ConcurrentLinkedQueue<LogState> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger size = new AtomicInteger();

    /** The log sees to it that it is here once. */
    void add(LogState log) {
        queue.add(log);
        size.incrementAndGet();
    }

    int size() {
        return size.get();
    }

    /** The log that has been here longest, null when there is none. */
    LogState poll() {
        LogState next = queue.poll();
        if (next != null) size.decrementAndGet();
        return next;
    }
}
