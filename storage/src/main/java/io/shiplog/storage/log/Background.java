// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/** What a data directory does that nobody waits for: marks, checkpoints, deletions. Whatever a task throws takes the directory offline. */
final class Background {
    private final BackgroundWork work;
    private final FailureLatch failure;

    Background(BackgroundWork work, FailureLatch failure) {
        this.work = work;
        this.failure = failure;
    }

    /** Something that may fail. */
    interface Task {
        void run() throws Exception;
    }

    /** Queues a task; after the end it is dropped, since whatever is left to clean up is found at the next start. */
    void execute(String what, Task task) {
        work.execute(() -> run(what, task));
    }

    /** Queues a task for later; after the end it is dropped, as in {@link #execute}. */
    void after(long delayMs, String what, Task task) {
        work.after(delayMs, () -> run(what, task));
    }

    void every(long periodMs, String what, Task task) {
        work.every(periodMs, () -> run(what, task));
    }

    /** Carries out what is queued, drops what is periodic, and ends the thread. */
    void close() {
        work.close();
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
