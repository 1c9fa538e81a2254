// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.NotLeaderOrFollowerException;
import org.apache.kafka.common.utils.Time;
import org.apache.kafka.coordinator.common.runtime.CoordinatorLoader;
import org.apache.kafka.coordinator.common.runtime.CoordinatorPlayback;
import org.apache.kafka.coordinator.common.runtime.CoordinatorRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings what a partition of {@code __consumer_offsets} holds back into the coordinator's memory, on a thread of its own. A load ends when all that it has read is
 * known to be committed: before that the coordinator would answer with what was committed long ago, though a later commit was acknowledged (decision 0215).
 */
final class OffsetsLoader implements CoordinatorLoader<CoordinatorRecord> {
    private static final Logger LOG = LoggerFactory.getLogger(OffsetsLoader.class);
    private static final long CLOSE_TIMEOUT_S = 10;

    private final Leaderships leaderships;
    private final OffsetsWriter writer;
    private final int bufferBytes;
    private final Listener listener;
    private final ExecutorService thread;
    private volatile boolean closed;

    /** Told of every load when the coordinator has its outcome. On the loader's thread, or the one that asked. */
    interface Listener {
        /**
         * A load has ended.
         *
         * @param failed what could not be loaded though this node leads it; null for nothing
         */
        void ended(int partition, Leadership failed);
    }

    /**
     * Starts its thread with the first load.
     *
     * @param writer      told of what was loaded
     * @param bufferBytes read at a time
     */
    OffsetsLoader(int nodeId, Leaderships leaderships, OffsetsWriter writer, int bufferBytes, Listener listener) {
        this.leaderships = leaderships;
        this.writer = writer;
        this.bufferBytes = bufferBytes;
        this.listener = listener;
        this.thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "group-loader-" + nodeId));
    }

    @Override
    public CompletableFuture<LoadSummary> load(TopicPartition tp, CoordinatorPlayback<CoordinatorRecord> playback) {
        Load load = new Load(tp, playback);
        run(load::read);
        return load.summary;
    }

    private void run(Runnable step) {
        try {
            thread.execute(step);
        } catch (RejectedExecutionException e) {
            // the coordinator is being closed, and would write an error about it
            LOG.debug("nothing is loaded any more", e);
        }
    }

    /** One partition's load. Its steps run on the loader's thread, so what waits for other replicas between them keeps nobody up. */
    private final class Load {
        private final TopicPartition tp;
        private final CoordinatorPlayback<CoordinatorRecord> playback;
        private final CompletableFuture<LoadSummary> summary = new CompletableFuture<>();
        private final long askedMs = Time.SYSTEM.milliseconds();
        private long startMs;
        private Leadership leadership;
        private OffsetsReplay replay;

        Load(TopicPartition tp, CoordinatorPlayback<CoordinatorRecord> playback) {
            this.tp = tp;
            this.playback = playback;
        }

        void read() {
            startMs = Time.SYSTEM.milliseconds();
            leadership = leaderships.of(tp.partition());
            if (leadership == null) {
                end(new NotLeaderOrFollowerException("this node does not lead " + tp), null);
                return;
            }
            try {
                replay = new OffsetsReplay(leadership, playback, bufferBytes, () -> closed);
                long end = replay.run();
                leadership.whenCommitted(end, () -> OffsetsLoader.this.run(this::complete));
            } catch (NotLeaderOrFollowerException gone) {
                end(gone, null);
            } catch (RuntimeException e) {
                fail(e);
            }
        }

        private void fail(RuntimeException e) {
            if (leadership.isOver()) {
                // whoever leads now may have cut or replaced what was being read
                end(new NotLeaderOrFollowerException(tp + " is not led any more"), null);
                return;
            }
            LOG.error("{} could not be loaded in epoch {}: its groups have no coordinator", tp, leadership.epoch(), e);
            end(e, leadership);
        }

        private void complete() {
            if (leadership.isOver()) {
                end(new NotLeaderOrFollowerException(tp + " is not led any more"), null);
                return;
            }
            try {
                replay.committed();
            } catch (RuntimeException e) {
                fail(e);
                return;
            }
            writer.onLoaded(leadership);
            long endMs = Time.SYSTEM.milliseconds();
            LOG.info(
                    "{} loaded in epoch {}: {} records, {} bytes in {} ms",
                    tp,
                    leadership.epoch(),
                    replay.records(),
                    replay.bytes(),
                    endMs - startMs);
            summary.complete(new LoadSummary(startMs, endMs, startMs - askedMs, replay.records(), replay.bytes()));
            listener.ended(tp.partition(), null);
        }

        /** @param failed what could not be loaded though it is led here; null for nothing */
        private void end(RuntimeException why, Leadership failed) {
            summary.completeExceptionally(why);
            listener.ended(tp.partition(), failed);
        }
    }

    @Override
    public void close() {
        closed = true;
        thread.shutdown();
        try {
            if (!thread.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
                LOG.warn("loading groups did not end within {} s", CLOSE_TIMEOUT_S);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
