// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.world;

import io.shiplog.fuzz.bytes.BatchBytes;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;

/** A loop on which time stands still: tasks run at once, nothing ever becomes due. */
final class StillLoop implements EventLoop {
    @Override
    public boolean inLoop() {
        return true;
    }

    @Override
    public void execute(Runnable task) {
        task.run();
    }

    @Override
    public Cancellable schedule(Runnable task, long delayMs) {
        return () -> {};
    }

    @Override
    public long nowMs() {
        return 0;
    }

    @Override
    public long wallClockMs() {
        return BatchBytes.NOW_MS;
    }
}
