// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.server.adapter.PendingChanges;
import io.shiplog.server.api.AdminPort;
import io.shiplog.server.api.ClusterView;
import io.shiplog.server.api.RequestHandler;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.ListGroupsRequestData;
import org.apache.kafka.common.metrics.Metrics;
import org.apache.kafka.common.protocol.Errors;
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
    private static final long CLOSE_TIMEOUT_S = 10;

    private final GroupSettings settings;
    private final Supplier<MetadataImage> image;
    private final Consumer<Throwable> escaped;
    private final Leaderships leaderships;
    private final ScheduledThreadPoolExecutor elections;
    private final PendingChanges changes = new PendingChanges(MAX_WAITING_CHANGES);

    private final BooleanSupplier leased;
    private final GroupLimit limit;
    private final SortedMap<String, LongSupplier> metrics;

    private volatile RunningCoordinator running; // written on the elections' thread
    private volatile MetadataBridge bridge;
    private ElectionTurns turns; // of the running coordinator; on the elections' thread
    private volatile OffsetsTopic offsetsTopic;
    private volatile boolean closed; // an election may still come

    /**
     * Nothing runs yet.
     *
     * @param loop    that owns the replicas
     * @param image   the newest metadata
     * @param leased  whether it is certain that the controller has not fenced this node
     * @param escaped told of what must not happen
     * @throws IllegalArgumentException when the settings contradict each other
     */
    public GroupCoordinators(
            GroupSettings settings,
            EventLoop loop,
            Supplier<MetadataImage> image,
            BooleanSupplier leased,
            Consumer<Throwable> escaped) {
        this.settings = settings;
        this.image = image;
        this.leased = leased;
        this.escaped = escaped;
        this.limit = new GroupLimit(settings.maxGroups(), this::groups, System::nanoTime);
        this.metrics = new TreeMap<>(new GroupMetrics(this::runningMetrics).values());
        metrics.put("GroupLimit.RefusedGroups", limit::refused);
        this.leaderships = new Leaderships(loop, settings.coordinator().offsetCommitTimeoutMs(), new Elections());
        this.elections =
                new ScheduledThreadPoolExecutor(1, task -> new Thread(task, "group-elections-" + settings.nodeId()));
        elections.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
    }

    private Metrics runningMetrics() {
        RunningCoordinator present = running;
        return present == null ? null : present.metrics();
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
        offsetsTopic = new OffsetsTopic(settings, cluster, admin);
        return GroupHandlers.all(this, cluster, offsetsTopic);
    }

    /** Has {@code __consumer_offsets} created; after {@link #handlers}. Any thread; does not wait. */
    public void createOffsetsTopic(RequestOrigin origin) {
        offsetsTopic.create(origin);
    }

    /** The numbers of groups and of the coordinator, by name. Any thread. */
    public SortedMap<String, LongSupplier> metrics() {
        return Collections.unmodifiableSortedMap(metrics);
    }

    /**
     * For whatever is answered from memory. Null while this node has led no partition of {@code __consumer_offsets}, and without a lease: another node may
     * coordinate the same groups by now, and have given away what members here believe to own.
     */
    GroupCoordinator coordinator() {
        return leased.getAsBoolean() ? committer() : null;
    }

    /**
     * For commits, which are answered when they are on all in-sync replicas: that needs no lease, as with acks=all. Null while this node has led no partition of
     * {@code __consumer_offsets}.
     */
    GroupCoordinator committer() {
        RunningCoordinator present = running;
        return present == null ? null : present.service();
    }

    /**
     * Asks a question that may make a group.
     *
     * @param group that it may make; null for none
     * @return the answer; fails with GROUP_MAX_SIZE_REACHED when there are too many groups already, and with what the question throws
     */
    <A> CompletableFuture<A> ask(String group, Supplier<CompletableFuture<A>> question) {
        CompletableFuture<Boolean> admitted =
                group == null ? CompletableFuture.completedFuture(true) : limit.admits(group);
        return admitted.thenCompose(yes -> {
            if (!yes) {
                throw Errors.GROUP_MAX_SIZE_REACHED.exception(
                        "this node coordinates as many groups as it may: group.coordinator.max.groups");
            }
            return question.get();
        });
    }

    private CompletableFuture<Collection<String>> groups() {
        GroupCoordinator present = committer();
        if (present == null) {
            return CompletableFuture.completedFuture(List.of());
        }
        return present.listGroups(RequestContext.ofThisNode(), new ListGroupsRequestData())
                .thenApply(answer -> {
                    if (answer.errorCode() != Errors.NONE.code()) {
                        throw Errors.forCode(answer.errorCode()).exception();
                    }
                    List<String> names = new ArrayList<>(answer.groups().size());
                    answer.groups().forEach(group -> names.add(group.groupId()));
                    return names;
                });
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
            turns.resign(partition);
            limit.onLoaded();
        }
    }

    private void load(Leadership leadership) {
        if (leadership.isOver() || closed) {
            return;
        }
        int partitions = partitions();
        if (running == null || running.partitions() != partitions) {
            start(partitions);
            leaderships.all().forEach(turns::elect);
        } else {
            turns.elect(leadership);
        }
    }

    /** Without an epoch a resignation counts whatever the coordinator believes; and without one an election does not load again what is loaded. */
    private final class RunningShards implements ElectionTurns.Shards {
        @Override
        public void load(int partition, int epoch) {
            unload(partition);
            running.service().onElection(partition, epoch);
        }

        @Override
        public void unload(int partition) {
            running.service().onResignation(partition, OptionalInt.empty());
        }
    }

    /** The metadata know the topic, since there is a replica of it; when it was deleted meanwhile, its leaderships end too. */
    private int partitions() {
        TopicImage topic = image.get().topic(Topic.GROUP_METADATA_TOPIC_NAME);
        return topic == null ? settings.coordinator().offsetsTopicPartitions() : topic.partitionCount();
    }

    private void start(int partitions) {
        stopCoordinator();
        int bufferBytes = settings.coordinator().offsetsLoadBufferSize();
        ElectionTurns begun = new ElectionTurns(new RunningShards());
        OffsetsWriter writer = new OffsetsWriter();
        OffsetsLoader loader = new OffsetsLoader(
                settings.nodeId(),
                leaderships,
                writer,
                bufferBytes,
                (partition, failed) -> inOrder(() -> onLoadEnded(begun, partition, failed)));
        RunningCoordinator started = RunningCoordinator.start(settings, partitions, writer, loader);
        turns = begun;
        running = started;
        changes.beginAnew();
        MetadataBridge begunBridge = new MetadataBridge(settings.nodeId(), started, changes, escaped);
        bridge = begunBridge;
        begunBridge.onChange(); // what came before anybody knew whom to tell
        LOG.info("group coordinator started, over {} partitions", partitions);
    }

    private void onLoadEnded(ElectionTurns whose, int partition, Leadership failed) {
        if (whose != turns) {
            return;
        }
        limit.onLoaded();
        long delayMs = whose.ended(partition, failed);
        if (delayMs >= 0) {
            again(whose, failed, delayMs);
        }
    }

    /** What could not be read may be repaired by then, or led by somebody else. */
    private void again(ElectionTurns whose, Leadership failed, long delayMs) {
        Runnable attempt = () -> {
            if (whose == turns) {
                whose.again(failed);
            }
        };
        try {
            var unused = elections.schedule(() -> run(attempt), delayMs, TimeUnit.MILLISECONDS);
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
            turns = null;
        }
    }

    /** Coordinates nothing any more; whoever waits is told. While the loop still runs, and not on it. */
    @Override
    public void close() {
        closed = true;
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
