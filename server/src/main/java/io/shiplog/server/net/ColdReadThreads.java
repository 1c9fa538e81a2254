// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.scrub.SegmentCheck;
import java.io.IOException;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads that wait for the disk so that the event loop need not: bytes are read ahead, segments are checked. */
public final class ColdReadThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ColdReadThreads.class);
    private static final int THREADS = 2;
    private static final int MAX_WAITING = 256;
    private static final long IDLE_S = 10;
    private static final long CLOSE_TIMEOUT_S = 10;
    private static final long CHECK_STEP_BYTES = 1 << 20;

    private final ThreadPoolExecutor threads;
    private volatile boolean closed;

    /** @param nodeId for the threads' names */
    public ColdReadThreads(int nodeId) {
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_S, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_WAITING), task -> {
                    return new Thread(task, "cold-reads-" + nodeId);
                });
        threads.allowCoreThreadTimeOut(true);
    }

    /**
     * Reads the slice's bytes from the disk, then goes on.
     *
     * @param then on one of these threads, or on the caller's when too much is waiting: the bytes are then sent as they are
     */
    public void readAhead(LogSlice slice, Runnable then) {
        try {
            threads.execute(() -> {
                PageCache.warm(slice);
                then.run();
            });
        } catch (RejectedExecutionException tooMuch) {
            then.run();
        }
    }

    /** Checks a segment and lets go of it. One that finds no place is left to the scrub and the next read. */
    public void check(SegmentCheck segment) {
        try {
            threads.execute(() -> {
                try {
                    while (!closed && segment.step(CHECK_STEP_BYTES) > 0) {
                        // What is found is told by the check itself.
                    }
                } catch (IOException e) {
                    LOG.warn("Checking the segment at {} failed: {}", segment.baseOffset(), e.toString());
                } finally {
                    segment.close();
                }
            });
        } catch (RejectedExecutionException tooMuch) {
            segment.close();
        }
    }

    /** Returns when no thread uses a log any more, or after some seconds. Not from the loop. */
    @Override
    public void close() {
        closed = true;
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
                LOG.warn("cold reads did not end within {} s", CLOSE_TIMEOUT_S);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
