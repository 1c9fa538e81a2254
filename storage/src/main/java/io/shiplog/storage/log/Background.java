// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The thread of a data directory that does what nobody waits for: marks, checkpoints, deletions. Whatever a task throws
 * takes the directory offline. Never interrupted.
 */
final class Background {
    private static final Logger LOG = LoggerFactory.getLogger(Background.class);

    private final ScheduledThreadPoolExecutor executor;
    private final FailureLatch failure;
    private volatile Thread thread;

    Background(String name, FailureLatch failure) {
        this.failure = failure;
        executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread created = new Thread(task, "shiplog-storage-" + name);
            created.setDaemon(true);
            thread = created;
            return created;
        });
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setContinueExistingPeriodicTasksAfterShutdownPolicy(false);
    }

    /** Something that may fail. */
    interface Task {
        void run() throws Exception;
    }

    /** Queues a task; after the end it is dropped, since whatever is left to clean up is found at the next start. */
    void execute(String what, Task task) {
        try {
            executor.execute(() -> run(what, task));
        } catch (RejectedExecutionException e) {
            LOG.debug("Not done after the end: {}", what);
        }
    }

    /** Queues a task for later; after the end it is dropped, as in {@link #execute}. */
    @SuppressWarnings("FutureReturnValueIgnored") // what it throws goes to the latch
    void after(long delayMs, String what, Task task) {
        try {
            executor.schedule(() -> run(what, task), delayMs, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("Not done after the end: {}", what);
        }
    }

    @SuppressWarnings("FutureReturnValueIgnored") // what it throws goes to the latch
    void every(long periodMs, String what, Task task) {
        executor.scheduleWithFixedDelay(() -> run(what, task), periodMs, periodMs, TimeUnit.MILLISECONDS);
    }

    /** Carries out what is queued, drops what is periodic, and ends the thread. */
    void close() {
        executor.shutdown();
        Thread running = thread;
        if (running != null && running != Thread.currentThread()) Flusher.joinUninterruptibly(running);
    }

    private void run(String what, Task task) {
        if (failure.isOffline()) return;
        try {
            task.run();
        } catch (Exception e) {
            failure.fail(what, e);
        }
    }
}
