// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads that unpack and pack batches; there are none while no topic asks for it. At most one batch per partition waits for them. */
public final class RecompressionThreads implements Executor, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(RecompressionThreads.class);
    private static final int THREADS = 2;
    private static final long IDLE_S = 10;
    private static final long CLOSE_TIMEOUT_S = 10;

    private final ThreadPoolExecutor threads;

    /** @param nodeId for the threads' names */
    public RecompressionThreads(int nodeId) {
        threads = new ThreadPoolExecutor(
                THREADS, THREADS, IDLE_S, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    return new Thread(task, "recompression-" + nodeId);
                });
        threads.allowCoreThreadTimeOut(true);
    }

    @Override
    public void execute(Runnable task) {
        threads.execute(task);
    }

    /** Takes no more; returns when what was begun is done, or after some seconds. Not from the loop. */
    @Override
    public void close() {
        threads.shutdown();
        try {
            if (!threads.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
                LOG.warn("batches were not compressed anew within {} s", CLOSE_TIMEOUT_S);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
