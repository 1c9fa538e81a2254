// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.EffectiveTopicConfigs;
import io.shiplog.metadata.image.MetadataDelta;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.replication.fetch.ReplicaFetchers;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.model.NoRoom;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes this node's replicas what the metadata says: logs for new assignments, state for each replica, a fetcher for each
 * follower, and an end to what is not assigned any more.
 *
 * <p>Three threads take part. The metadata client's thread only leaves word of what changed, since it carries the heartbeats
 * too. A thread of this class creates and deletes logs, which waits for the disk. The loop does the rest. A metadata offset is
 * reported as applied when the loop has acted on it.
 *
 * <p>Nothing happens before {@link #activate}: a node that starts may be given an image from before its own topics, and would
 * take its logs for strays.
 */
public final class ImageToReplicas {
    private static final Logger LOG = LoggerFactory.getLogger(ImageToReplicas.class);
    private static final int MAX_WAITING_CHANGES = 1_000;
    /** Partitions that are applied in one turn of the loop. */
    private static final int PARTITIONS_PER_TURN = 256;

    private static final long CLOSE_TIMEOUT_S = 10;
    private static final long NO_ROOM_RETRY_MS = 1_000;

    private final int nodeId;
    private final LogDirectories directories;
    private final LogSettings logDefaults;
    private final ReplicaSet replicas;
    private final ReplicaFetchers fetchers;
    private final EventLoop loop;
    private final JobThrottling jobs;
    private final LongConsumer applied;
    private final ExecutorService disk;
    private final PendingChanges changes = new PendingChanges(MAX_WAITING_CHANGES);
    /** Partitions that this node holds. On the disk thread. */
    private final NavigableSet<PartitionId> held = new TreeSet<>();

    /**
     * Logs are still to be deleted: what the metadata say next waits, or a partition that was taken away and given back would
     * have its new log deleted. On the disk thread.
     */
    private boolean deleting;

    /** Partitions whose log is being opened since the start. On the disk thread. */
    private final Set<PartitionId> waitingFor = new HashSet<>();

    /** Partitions for whose new log there was no room. On the disk thread. */
    private final Set<PartitionId> withoutRoom = new HashSet<>();

    /** The newest metadata that were acted on. On the disk thread. */
    private MetadataImage latest = MetadataImage.empty();

    /** Written under the lock of disk. What is not done then is done by the next start. */
    private volatile boolean closed;

    /**
     * Joins the parts; nothing is done yet.
     *
     * @param directories recovered
     * @param logDefaults settings of a topic that says nothing itself
     * @param applied told the metadata offset that the loop has acted on; on the loop
     * @param failed told of what escapes the disk thread
     */
    public ImageToReplicas(
            int nodeId,
            LogDirectories directories,
            LogSettings logDefaults,
            ReplicaSet replicas,
            ReplicaFetchers fetchers,
            EventLoop loop,
            LongConsumer applied,
            Consumer<Throwable> failed) {
        this(
                nodeId,
                directories,
                logDefaults,
                replicas,
                fetchers,
                loop,
                applied,
                Executors.newSingleThreadExecutor(
                        worker -> new Thread(() -> reporting(worker, failed), "replica-assignment")));
    }

    /**
     * The same with another disk thread.
     *
     * @param disk carries out tasks one after the other
     */
    public ImageToReplicas(
            int nodeId,
            LogDirectories directories,
            LogSettings logDefaults,
            ReplicaSet replicas,
            ReplicaFetchers fetchers,
            EventLoop loop,
            LongConsumer applied,
            ExecutorService disk) {
        this.nodeId = nodeId;
        this.directories = directories;
        this.logDefaults = logDefaults;
        this.replicas = replicas;
        this.fetchers = fetchers;
        this.loop = loop;
        this.jobs = new JobThrottling(replicas, loop);
        this.applied = applied;
        this.disk = disk;
    }

    private static void reporting(Runnable worker, Consumer<Throwable> failed) {
        try {
            worker.run();
        } catch (RuntimeException | Error e) {
            failed.accept(e);
        }
    }

    /** The metadata moved. The client's thread; does not wait. */
    public void onMetadata(MetadataDelta delta) {
        changes.add(delta);
        onDisk(this::follow);
    }

    /** Begins with the first image that knows of this node's registration. Any thread. */
    public void activate(long brokerEpoch) {
        // In one task: word of a change may be waiting before it, and must not find the first image while nothing
        // counts as held.
        onDisk(() -> {
            held.addAll(directories.partitions());
            changes.activateAfter(brokerEpoch);
            follow();
        });
    }

    private void onDisk(Runnable task) {
        synchronized (disk) {
            if (!closed) {
                disk.execute(task);
            }
        }
    }

    private void follow() {
        for (MetadataDelta delta = next(); delta != null; delta = next()) {
            boolean first = delta.from() == MetadataImage.empty();
            carryOut(first ? ReplicaPlan.first(nodeId, held, delta.to()) : ReplicaPlan.of(nodeId, held, delta), delta);
        }
    }

    private MetadataDelta next() {
        return deleting ? null : changes.poll();
    }

    private void carryOut(ReplicaPlan plan, MetadataDelta delta) {
        latest = delta.to();
        if (delta.brokerConfigsChanged()) {
            loop.execute(() -> ThrottleSettings.applyRates(delta.to(), nodeId, replicas.throttles(), loop.nowMs()));
        }
        if (delta.jobsChanged()) {
            loop.execute(() -> jobs.onJobsChanged(delta.to()));
        }
        if (!plan.apply().isEmpty()) {
            loop.execute(replicas::beginUpdate);
        }
        for (int from = 0; from < plan.apply().size(); from += PARTITIONS_PER_TURN) {
            if (closed) {
                return;
            }
            List<PartitionId> turn =
                    plan.apply().subList(from, Math.min(plan.apply().size(), from + PARTITIONS_PER_TURN));
            List<PartitionLog> logs = openLogs(turn, delta.to());
            loop.execute(() -> apply(turn, logs, delta));
        }
        held.addAll(plan.apply());
        plan.remove().forEach(held::remove);
        deleting = !plan.remove().isEmpty();
        loop.execute(() -> {
            remove(plan.remove(), delta.to());
            reconnectMoved(plan, delta);
            replicas.endUpdate(delta.to().offset());
            applied.accept(delta.to().offset());
        });
    }

    private List<PartitionLog> openLogs(List<PartitionId> ids, MetadataImage image) {
        List<PartitionLog> logs = new ArrayList<>(ids.size());
        TopicSettings settings = new TopicSettings(image);
        for (PartitionId id : ids) {
            logs.add(openLog(id, image, settings.of(id.topicId())));
        }
        return logs;
    }

    /** The log takes long to open: the partition gets its replica when it is there, from what the metadata say then. */
    private void serveWhenRecovered(PartitionId id) {
        LOG.info("{}-{} is served when its log is open", id.topicId(), id.partition());
        if (!directories.whenRecovered(id, () -> onDisk(() -> serveLate(id))) && !directories.isHeldBack(id)) {
            onDisk(() -> serveLate(id));
        }
    }

    /** There was no room for a new log: it is tried again, from what the metadata say then. */
    private void serveIfThereIsRoom(PartitionId id) {
        boolean wanted = withoutRoom.contains(id) && held.contains(id);
        if (wanted) {
            serve(id);
        }
        if (!wanted || directories.log(id.topicId(), id.partition()) != null) {
            withoutRoom.remove(id);
        }
    }

    private void serveLate(PartitionId id) {
        waitingFor.remove(id);
        if (held.contains(id) && directories.log(id.topicId(), id.partition()) != null) {
            serve(id);
        }
    }

    private void serve(PartitionId id) {
        MetadataImage image = latest;
        MetadataDelta nothingNew = MetadataDelta.between(image, List.of(), image);
        List<PartitionLog> logs = openLogs(List.of(id), image);
        loop.execute(() -> {
            replicas.beginUpdate();
            apply(List.of(id), logs, nothingNew);
            replicas.endUpdate(image.offset());
        });
    }

    /** Null while it is held back, and when there is no room for a new log: then there is no replica either, until there is. */
    private PartitionLog openLog(PartitionId id, MetadataImage image, LogSettings settings) {
        String topic = image.topic(id.topicId()).name();
        try {
            PartitionLog log =
                    directories.logOrNew(new TopicIdPartition(id.topicId(), id.partition(), topic), settings);
            if (log == null && waitingFor.add(id)) {
                serveWhenRecovered(id);
            }
            return log;
        } catch (NoRoom e) {
            if (withoutRoom.add(id)) {
                LOG.error("{}-{} is not served until there is room: {}", topic, id.partition(), e.getMessage());
            }
            var unused = loop.schedule(() -> onDisk(() -> serveIfThereIsRoom(id)), NO_ROOM_RETRY_MS);
            return null;
        }
    }

    /** The settings of the topics of one update: partitions of a topic, which come together, share theirs. */
    private final class TopicSettings {
        private final MetadataImage image;
        private Uuid topicId;
        private LogSettings settings;

        TopicSettings(MetadataImage image) {
            this.image = image;
        }

        LogSettings of(Uuid wanted) {
            if (!wanted.equals(topicId)) {
                settings = settings(wanted, image);
                topicId = wanted;
            }
            return settings;
        }
    }

    /** A value that this version cannot use must not keep the other topics from being served. */
    private LogSettings settings(Uuid topicId, MetadataImage image) {
        try {
            return LogSettings.fromTopicConfigs(EffectiveTopicConfigs.onNode(image, nodeId, topicId), logDefaults);
        } catch (IllegalArgumentException e) {
            LOG.error(
                    "topic {} is served with default settings: {}",
                    image.topic(topicId).name(),
                    e.getMessage());
            return logDefaults;
        }
    }

    private void apply(List<PartitionId> ids, List<PartitionLog> logs, MetadataDelta delta) {
        MetadataImage image = delta.to();
        TopicSettings settings = new TopicSettings(image);
        for (int i = 0; i < ids.size(); i++) {
            PartitionId id = ids.get(i);
            if (logs.get(i) == null) {
                continue;
            }
            Replica replica = replicas.get(id.topicId(), id.partition());
            boolean configured =
                    delta.brokerConfigsChanged() || delta.changedTopicConfigs().contains(id.topicId());
            if (replica == null || configured) {
                logs.get(i).updateSettings(settings.of(id.topicId()));
            }
            if (replica == null) {
                String topic = image.topic(id.topicId()).name();
                replica = replicas.create(new TopicIdPartition(id.topicId(), id.partition(), topic), logs.get(i));
                configured = true;
            }
            if (configured) {
                ThrottleSettings.applyTo(replica, image, id.topicId(), nodeId);
            }
            jobs.applyTo(replica, id, image);
            replica.apply(PartitionStates.of(image, id.topicId(), image.partition(id.topicId(), id.partition())));
            fetchers.follow(replica);
        }
    }

    private void remove(List<PartitionId> ids, MetadataImage image) {
        for (PartitionId id : ids) {
            Replica replica = replicas.get(id.topicId(), id.partition());
            if (replica != null) {
                fetchers.unfollow(replica);
                replicas.remove(id.topicId(), id.partition());
            }
        }
        if (!ids.isEmpty()) {
            onDisk(() -> delete(ids, image));
        }
    }

    private void delete(List<PartitionId> ids, MetadataImage image) {
        for (PartitionId id : ids) {
            if (closed) {
                return;
            }
            directories.delete(id);
            LOG.info(
                    "log of {}-{} deleted: {}",
                    id.topicId(),
                    id.partition(),
                    image.topic(id.topicId()) == null ? "its topic is gone" : "it is assigned to other nodes");
        }
        deleting = false;
        follow();
    }

    private void reconnectMoved(ReplicaPlan plan, MetadataDelta delta) {
        for (int id : plan.changedBrokers()) {
            BrokerImage before = delta.from().broker(id);
            BrokerImage after = delta.to().broker(id);
            if (before == null || after == null || before.epoch() != after.epoch()) {
                fetchers.reconnect(id);
            }
        }
    }

    /**
     * Ends the disk thread when what was begun is done; logs that were still to be deleted go at the next start. Returns whether it
     * has ended.
     */
    public boolean stop() {
        synchronized (disk) {
            closed = true;
            disk.shutdown();
        }
        try {
            boolean ended = disk.awaitTermination(CLOSE_TIMEOUT_S, TimeUnit.SECONDS);
            if (!ended) {
                LOG.warn("creating or deleting logs did not end within {} s", CLOSE_TIMEOUT_S);
            }
            return ended;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
