// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.server.adapter.LogDirectories;
import io.shiplog.server.admin.NodeJudgement;
import io.shiplog.server.config.BrokerConfig;
import io.shiplog.storage.StorageClock;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches from a thread of its own over what a node can hang in. The heartbeats have their own thread too, so a node whose
 * event loop or disk hangs would look alive for ever: it asks to be fenced until they go on. One whose disk is merely slow, or full, says so
 * with its heartbeats, and leads only what nobody else can.
 */
final class NodeWatchdog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeWatchdog.class);
    private static final int PERIOD_MS = 250;
    private static final int LOOP_LIMIT_CHECKS = 12;
    private static final int SLOW_WINDOW_MS = 10_000;

    private final ScheduledExecutorService thread =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "watchdog"));
    private final MetadataClient client;
    private final LoopWatchdog loopWatchdog;
    private final DiskWatchdog disks;
    private volatile NodeJudgement judgement = NodeJudgement.NONE;
    private boolean loopStalled; // like the rest: the thread's
    private boolean fencing;
    private boolean degraded;

    NodeWatchdog(EventLoop loop, MetadataClient client, LogDirectories directories, BrokerConfig config) {
        this.client = client;
        loopWatchdog = new LoopWatchdog(loop, LOOP_LIMIT_CHECKS, this::onStalled);
        disks = new DiskWatchdog(StorageClock.system()::nowMs, SLOW_WINDOW_MS / PERIOD_MS);
        int hangChecks = Math.max(1, config.diskHangTimeoutMs() / PERIOD_MS);
        for (int i = 0; i < directories.paths().size(); i++) {
            disks.watch(
                    directories.paths().get(i),
                    directories.syncTimes().get(i),
                    directories.spaces().get(i)::isFull,
                    new DiskJudge(config.diskSlowThresholdMs(), SLOW_WINDOW_MS / PERIOD_MS, hangChecks));
        }
    }

    void start() {
        var unused = thread.scheduleAtFixedRate(this::check, PERIOD_MS, PERIOD_MS, TimeUnit.MILLISECONDS);
    }

    private void check() {
        loopWatchdog.check();
        disks.check();
        boolean fence = loopStalled || disks.isAnyHung();
        if (fence != fencing) {
            fencing = fence;
            LOG.warn("this node asks to be {}", fence ? "fenced" : "unfenced");
            client.requestFencing(fence);
        }
        boolean now = disks.isAnySlow() || disks.isAnyFull();
        if (now != degraded) {
            degraded = now;
            client.reportDegraded(degraded);
        }
        judgement = new NodeJudgement(loopStalled, fencing, degraded, disks.judgements());
    }

    /** What it thinks of the node, as of its last look. Any thread. */
    NodeJudgement judgement() {
        return judgement;
    }

    private void onStalled(boolean stalled) {
        loopStalled = stalled;
        if (stalled) {
            LOG.error("the event loop has not run for {} ms", PERIOD_MS * LOOP_LIMIT_CHECKS);
        } else {
            LOG.info("the event loop runs again");
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
