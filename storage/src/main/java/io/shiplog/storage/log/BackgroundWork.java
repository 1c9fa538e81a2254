// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

/** A thread that carries out tasks one after the other. What comes after the end is dropped. Any thread. */
public interface BackgroundWork {
    /** Queues a task, which throws nothing. */
    void execute(Runnable task);

    /** Queues a task for later. */
    void after(long delayMs, Runnable task);

    /** Carries out a task again and again, with this pause in between and before. */
    void every(long periodMs, Runnable task);

    /** Carries out what is queued, drops what is meant for later, and ends. */
    void close();
}
