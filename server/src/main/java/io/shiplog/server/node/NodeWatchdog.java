// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.replication.runtime.EventLoop;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches from a thread of its own over what a node can hang in. The heartbeats have their own thread too, so a node whose
 * event loop hangs would look alive for ever: it asks to be fenced until the loop runs again.
 */
final class NodeWatchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeWatchdog.class);
    private static final long PERIOD_MS = 250;
    private static final int LIMIT_CHECKS = 12;

    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "watchdog"));
    private final MetadataClient client;
    private final LoopWatchdog loopWatchdog;

    NodeWatchdog(EventLoop loop, MetadataClient client) {
        this.client = client;
        loopWatchdog = new LoopWatchdog(loop, LIMIT_CHECKS, this::onStalled);
    }

    void start() {
        var unused = thread.scheduleAtFixedRate(loopWatchdog::check, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    private void onStalled(boolean stalled) {
        if (stalled) {
            LOG.error(
                    "the event loop has not run for {} s: this node asks to be fenced",
                    TimeUnit.MILLISECONDS.toSeconds(PERIOD_MS * LIMIT_CHECKS));
        } else {
            LOG.info("the event loop runs again: this node asks to be unfenced");
        }
        client.requestFencing(stalled);
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
