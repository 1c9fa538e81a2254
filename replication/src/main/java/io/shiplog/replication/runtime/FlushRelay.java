// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.storage.log.LogListener;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Brings the news of completed flushes and of durable log starts from the threads of the disk to the loop, at most one task at a time: what it finds when
 * it runs covers all flushes before.
 */
final class FlushRelay implements LogListener, Runnable {
    private final EventLoop loop;
    private final Runnable onLoop;
    private final AtomicBoolean scheduled = new AtomicBoolean();

    FlushRelay(EventLoop loop, Runnable onLoop) {
        this.loop = loop;
        this.onLoop = onLoop;
    }

    @Override
    public void onFlushed(long flushedOffset, int truncationGeneration) {
        if (scheduled.compareAndSet(false, true)) {
            loop.execute(this);
        }
    }

    @Override
    public void onLogStartDurable(long logStartOffset) {
        if (scheduled.compareAndSet(false, true)) {
            loop.execute(this);
        }
    }

    @Override
    public void run() {
        scheduled.set(false);
        onLoop.run();
    }
}
