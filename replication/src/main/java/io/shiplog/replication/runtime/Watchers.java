// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import java.util.Arrays;

/**
 * Those who watch one replica. What moved during an event is remembered and told once the event is over; a watcher may then
 * do what it likes, remove itself included.
 */
final class Watchers {
    private static final int LOG_END = 1;
    private static final int HIGH_WATERMARK = 2;
    private static final int STATE = 4;

    private static final FetchWatcher[] NOBODY = {};

    private final Replica replica;
    private FetchWatcher[] watchers = NOBODY;
    private int size;
    private int moved;
    private boolean telling;

    Watchers(Replica replica) {
        this.replica = replica;
    }

    void add(FetchWatcher watcher) {
        if (size == watchers.length) {
            watchers = Arrays.copyOf(watchers, Math.max(2, size * 2));
        }
        watchers[size++] = watcher;
    }

    /** The order of the others does not matter, so the last one takes the place. */
    void remove(FetchWatcher watcher) {
        for (int i = 0; i < size; i++) {
            if (watchers[i] == watcher) {
                watchers[i] = watchers[--size];
                watchers[size] = null;
                return;
            }
        }
    }

    int size() {
        return size;
    }

    void logEndMoved() {
        moved |= LOG_END;
    }

    /** Followers are told as if there were more to get. */
    void logStartMoved() {
        moved |= LOG_END;
    }

    void highWatermarkMoved() {
        moved |= HIGH_WATERMARK;
    }

    void stateChanged() {
        moved |= STATE;
    }

    /** Tells what moved. From the last to the first: one that removes itself is replaced by one that was told already. */
    void tell() {
        if (telling) {
            return;
        }
        telling = true;
        try {
            while (moved != 0) {
                int what = moved;
                moved = 0;
                for (int i = size - 1; i >= 0; i--) {
                    if (i < size) {
                        tell(watchers[i], what);
                    }
                }
            }
        } finally {
            telling = false;
        }
    }

    private void tell(FetchWatcher watcher, int what) {
        if ((what & STATE) != 0) {
            watcher.onStateChange(replica);
            return;
        }
        if ((what & LOG_END) != 0) {
            watcher.onLogEnd(replica);
        }
        if ((what & HIGH_WATERMARK) != 0) {
            watcher.onHighWatermark(replica);
        }
    }
}
