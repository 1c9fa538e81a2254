// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.storage.log.PartitionLog;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The replicas that one loop owns, and the tick that makes time pass for them. On the loop only. */
public final class ReplicaSet {
    private static final Logger LOG = LoggerFactory.getLogger(ReplicaSet.class);

    private final ReplicaContext context;
    private final RoleLog roles = new RoleLog(LOG::info);
    private final IsrLog isrLog;
    private final ReplicationThrottles throttles = new ReplicationThrottles();
    private final Map<Uuid, Map<Integer, Replica>> replicas = new HashMap<>();
    /** The values of {@link #replicas}; null when they have changed since it was made. */
    private List<Replica> all;

    private Consumer<Replica> offlineListener = replica -> {};
    private Consumer<Replica> creationListener = replica -> {};
    private Cancellable nextTick;
    private boolean running;

    public ReplicaSet(ReplicaContext context) {
        this.context = context;
        this.isrLog = new IsrLog(context.loop(), LOG::info);
    }

    /** The replication throttles of this node. */
    public ReplicationThrottles throttles() {
        return throttles;
    }

    /** The replica, or null when this node holds none. */
    public Replica get(Uuid topicId, int partition) {
        Map<Integer, Replica> topic = replicas.get(topicId);
        return topic == null ? null : topic.get(partition);
    }

    /** All replicas at this moment, in no particular order; the list stays as it is when there are others. */
    public List<Replica> all() {
        if (all == null) {
            List<Replica> now = new ArrayList<>();
            replicas.values().forEach(topic -> now.addAll(topic.values()));
            all = Collections.unmodifiableList(now);
        }
        return all;
    }

    /** Who hears of each replica whose log can no longer be used, in the middle of what it was doing. */
    public void setOfflineListener(Consumer<Replica> listener) {
        offlineListener = listener;
    }

    /** Who hears of each replica as soon as there is one, before it has a role. */
    public void setCreationListener(Consumer<Replica> listener) {
        creationListener = listener;
    }

    /** A metadata update is about to be applied: changes of roles are told together, once, when it ends. */
    public void beginUpdate() {
        roles.begin();
    }

    /** The end of what {@link #beginUpdate} began. */
    public void endUpdate(long metadataOffset) {
        roles.end(metadataOffset);
    }

    /**
     * Takes a log under replication; it does nothing until {@link Replica#apply}.
     *
     * @throws IllegalStateException when there is a replica of the partition already
     */
    public Replica create(TopicIdPartition id, PartitionLog log) {
        Map<Integer, Replica> topic = replicas.computeIfAbsent(id.topicId(), any -> new HashMap<>());
        if (topic.containsKey(id.partition())) {
            throw new IllegalStateException("there is a replica of " + id + " already");
        }
        Replica replica = new Replica(id, log, context, throttles, roles, isrLog, gone -> offlineListener.accept(gone));
        topic.put(id.partition(), replica);
        all = null;
        creationListener.accept(replica);
        return replica;
    }

    /** Ends a replica: waiting produces and watchers are told; the log is left to the caller. Null when there is none. */
    public Replica remove(Uuid topicId, int partition) {
        Map<Integer, Replica> topic = replicas.get(topicId);
        Replica replica = topic == null ? null : topic.remove(partition);
        if (replica == null) {
            return null;
        }
        all = null;
        if (topic.isEmpty()) {
            replicas.remove(topicId);
        }
        replica.close();
        return replica;
    }

    /** Lets time pass from now on, at the interval of the settings. */
    public void start() {
        running = true;
        scheduleTick();
    }

    /** Ends all replicas and the tick; the logs are left to the caller. */
    public void close() {
        running = false;
        if (nextTick != null) {
            nextTick.cancel();
        }
        for (Replica replica : all()) {
            remove(replica.id().topicId(), replica.id().partition());
        }
    }

    private void scheduleTick() {
        nextTick = context.loop().schedule(this::onTick, context.settings().tickIntervalMs());
    }

    private void onTick() {
        tick();
        if (running) {
            scheduleTick();
        }
    }

    /** Time passes for every replica: laggards leave, proposals are repeated, produces time out. */
    public void tick() {
        all().forEach(Replica::tick);
    }
}
