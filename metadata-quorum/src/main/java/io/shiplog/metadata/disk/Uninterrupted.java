// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.disk;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * File work that an interrupt of the calling thread cannot reach.
 *
 * <p>An interrupt closes the {@link java.nio.channels.FileChannel} that its thread is in, so a sync under way ends with an error that says
 * nothing about the disk. Ratis interrupts threads of its own as a matter of course (the requests of an election that is over, its updater
 * on close), and a failed sync is fatal to a quorum node: so the channel is used on a thread that nobody else knows.
 */
final class Uninterrupted {
    private static final ExecutorService THREADS = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "disk-sync");
        thread.setDaemon(true);
        return thread;
    });

    private Uninterrupted() {}

    /** Something done to files. */
    interface FileWork {
        void run() throws IOException;
    }

    /** Returns when the work is done, whatever happens to the caller meanwhile; its interrupt flag is kept. */
    static void run(FileWork work) throws IOException {
        Future<?> done = THREADS.submit(() -> {
            work.run();
            return null;
        });
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    done.get();
                    return;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        } catch (ExecutionException e) {
            throw asThrown(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static IOException asThrown(Throwable cause) {
        if (cause instanceof IOException e) {
            return e;
        }
        if (cause instanceof UncheckedIOException e) {
            return e.getCause();
        }
        if (cause instanceof Error e) {
            throw e;
        }
        throw new IllegalStateException("file work failed", cause);
    }
}
