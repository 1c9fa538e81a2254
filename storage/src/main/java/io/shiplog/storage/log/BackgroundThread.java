// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Background work on a thread of its own, which is never interrupted. */
final class BackgroundThread implements BackgroundWork {
    private static final Logger LOG = LoggerFactory.getLogger(BackgroundThread.class);

    private final ScheduledThreadPoolExecutor executor;
    private volatile Thread thread;

    BackgroundThread(String name) {
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread created = new Thread(task, "shiplog-storage-" + name);
            created.setDaemon(true);
            thread = created;
            return created;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    }

    /** After the end nothing is done: whatever is left to clean up is found at the next start. */
    @Override
    public void execute(Runnable task) {
        try {
            executor.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("Not done after the end", e);
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the task throws nothing
    public void after(long delayMs, Runnable task) {
        try {
            executor.schedule(task, delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Not done after the end", e);
        }
    }

    @Override
    @SuppressWarnings("FutureReturnValueIgnored") // the task throws nothing
    public void every(long periodMs, Runnable task) {
        executor.scheduleWithFixedDelay(task, periodMs, periodMs, TimeUnit.MILLISECONDS);
    }

    @Override
    public void close() {
        executor.shutdown();
        Thread running = thread;
        if (running != null && running != Thread.currentThread()) Flusher.joinUninterruptibly(running);
    }
}
