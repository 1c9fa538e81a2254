// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.server.adapter.PendingChanges;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.Consumer;
import org.apache.kafka.common.utils.Time;

/**
 * Tells one coordinator of the metadata, on a thread of its own: when a topic was deleted the call waits until the shards have written that off, which takes
 * the high watermark and so the thread that moves it.
 */
final class MetadataBridge implements AutoCloseable {
    private final RunningCoordinator coordinator;
    private final PendingChanges changes;
    private final Consumer<Throwable> escaped;
    private final ExecutorService thread;
    private final KafkaMetadata metadata = new KafkaMetadata(); // on the thread, once there is one
    private volatile boolean closed;

    /**
     * Tells of the newest metadata before it returns: with none, the groups that are loaded would give up all their partitions, and get them back when they come.
     *
     * @param changes active; whoever adds to them calls {@link #onChange}
     * @param escaped told of what the coordinator throws
     */
    MetadataBridge(int nodeId, RunningCoordinator coordinator, PendingChanges changes, Consumer<Throwable> escaped) {
        this.coordinator = coordinator;
        this.changes = changes;
        this.escaped = escaped;
        this.thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "group-metadata-" + nodeId));
        follow(); // nothing is loaded yet, so nothing waits for a high watermark
    }

    /** There is a new change. Any thread; does not wait. */
    void onChange() {
        try {
            thread.execute(this::follow);
        } catch (RejectedExecutionException closed) {
            return;
        }
    }

    private void follow() {
        try {
            for (MetadataDelta change = changes.poll(); change != null && !closed; change = changes.poll()) {
                for (String group : change.changedGroupConfigs()) {
                    coordinator.configure(group, change.to().groupConfigs(group));
                }
                KafkaMetadata.Step step = metadata.follow(change, Time.SYSTEM.milliseconds());
                if (step != null) {
                    coordinator.service().onMetadataUpdate(step.delta(), step.image());
                }
            }
        } catch (RuntimeException | Error e) {
            if (!closed) {
                escaped.accept(e);
            }
        }
    }

    /** What waits is not told any more; a call that is under way ends with the coordinator. */
    @Override
    public void close() {
        closed = true;
        thread.shutdown();
    }
}
