// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.server.adapter.PendingChanges;
import io.shiplog.server.api.AdminPort;
import io.shiplog.server.api.ClusterView;
import io.shiplog.server.api.RequestHandler;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.coordinator.group.GroupCoordinator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups that this node coordinates: those whose partition of {@code __consumer_offsets} it leads. A coordinator is started when the first such partition
 * comes, so a node without groups pays nothing for them.
 *
 * <p>Elections go to the coordinator one after the other on a thread of this class, in the order in which the loop saw them: a late one would be believed.
 */
public final class GroupCoordinators implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(GroupCoordinators.class);
    private static final int MAX_WAITING_CHANGES = 1_000;
    private static final long LOAD_AGAIN_MS = 1_000;
    private static final long CLOSE_TIMEOUT_S = 10;

    private final GroupSettings settings;
    private final Supplier<MetadataImage> image;
    private final Consumer<Throwable> escaped;
    private final Leaderships leaderships;
    private final ScheduledThreadPoolExecutor elections;
    private final PendingChanges changes = new PendingChanges(MAX_WAITING_CHANGES);

    private volatile RunningCoordinator running; // written on the elections' thread
    private volatile MetadataBridge bridge;

    /**
     * Nothing runs yet.
     *
     * @param loop    that owns the replicas
     * @param image   the newest metadata
     * @param escaped told of what must not happen
     * @throws IllegalArgumentException when the settings contradict each other
     */
    public GroupCoordinators(
            GroupSettings settings, EventLoop loop, Supplier<MetadataImage> image, Consumer<Throwable> escaped) {
        this.settings = settings;
        this.image = image;
        this.escaped = escaped;
        this.leaderships = new Leaderships(loop, settings.coordinator().offsetCommitTimeoutMs(), new Elections());
        this.elections =
                new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "group-elections-" + settings.nodeId()));
        elections.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    /** This node has a new replica. On the loop. */
    public void onReplicaCreated(Replica replica) {
        leaderships.onCreated(replica);
    }

    /** The metadata moved. On the metadata client's thread; does not wait. */
    public void onMetadata(MetadataDelta delta) {
        changes.add(delta);
        MetadataBridge present = bridge;
        if (present != null) {
            present.onChange();
        }
    }

    /** One handler for each API of groups. */
    public List<RequestHandler<?>> handlers(ClusterView cluster, AdminPort admin) {
        return GroupHandlers.all(this, cluster, new OffsetsTopic(settings, cluster, admin));
    }

    /** Null while this node has led no partition of {@code __consumer_offsets}: it coordinates nothing then. */
    GroupCoordinator coordinator() {
        RunningCoordinator present = running;
        return present == null ? null : present.service();
    }

    private void inOrder(Runnable task) {
        try {
            elections.execute(() -> run(task));
        } catch (RejectedExecutionException closed) {
            LOG.debug("an election came after the end");
        }
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            escaped.accept(e);
        }
    }

    /** The loop's news, on to the thread that tells the coordinator. */
    private final class Elections implements Leaderships.Listener {
        @Override
        public void elected(Leadership leadership) {
            inOrder(() -> load(leadership));
        }

        @Override
        public void resigned(int partition) {
            inOrder(() -> unload(partition));
        }
    }

    private void unload(int partition) {
        if (running != null) {
            // Without an epoch, so that it counts whatever the coordinator believes.
            running.service().onResignation(partition, OptionalInt.empty());
        }
    }

    private void load(Leadership leadership) {
        if (leadership.isOver()) {
            return;
        }
        int partitions = partitions();
        if (running == null || running.partitions() != partitions) {
            start(partitions);
            leaderships.all().forEach(this::elect);
        } else {
            elect(leadership);
        }
    }

    private void elect(Leadership leadership) {
        int partition = leadership.partition().partition();
        // An election alone would not load again what is loaded.
        running.service().onResignation(partition, OptionalInt.empty());
        running.service().onElection(partition, leadership.epoch());
    }

    /** The metadata know the topic, since there is a replica of it; when it was deleted meanwhile, its leaderships end too. */
    private int partitions() {
        TopicImage topic = image.get().topic(Topic.GROUP_METADATA_TOPIC_NAME);
        return topic == null ? settings.coordinator().offsetsTopicPartitions() : topic.partitionCount();
    }

    private void start(int partitions) {
        stopCoordinator();
        int bufferBytes = settings.coordinator().offsetsLoadBufferSize();
        RunningCoordinator started = RunningCoordinator.start(
                settings,
                partitions,
                new OffsetsWriter(leaderships),
                new OffsetsLoader(settings.nodeId(), leaderships, bufferBytes, this::loadLater));
        running = started;
        changes.beginAnew();
        bridge = new MetadataBridge(settings.nodeId(), started.service(), changes, escaped);
        LOG.info("group coordinator started, over {} partitions", partitions);
    }

    /** What could not be read may be repaired by then, or led by somebody else. */
    private void loadLater(Leadership leadership) {
        try {
            var unused = elections.schedule(() -> run(() -> load(leadership)), LOAD_AGAIN_MS, TimeUnit.MILLISECONDS);
        } catch (RejectedExecutionException closed) {
            LOG.debug("nothing is loaded any more");
        }
    }

    private void stopCoordinator() {
        if (running != null) {
            bridge.close();
            running.close();
            running = null;
            bridge = null;
        }
    }

    /** Coordinates nothing any more; whoever waits is told. While the loop still runs, and not on it. */
    @Override
    public void close() {
        inOrder(this::stopCoordinator);
        elections.shutdown();
        try {
            if (!elections.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
                LOG.warn("the group coordinator did not stop within {} s", CLOSE_TIMEOUT_S);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
