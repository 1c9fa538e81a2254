// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.simulation.engine.Trace;
import io.shiplog.simulation.node.SimNode;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicIdPartition;

/** Looks at replicas, keeps what it saw, and tells the watchers what changed. */
final class ReplicaViews {
    private final World world;
    private final List<RunWatcher> watchers;
    private final Trace trace;
    private final Map<TopicIdPartition, TreeMap<Integer, ReplicaView>> views = new LinkedHashMap<>();
    private final Set<TopicIdPartition> unclean = new LinkedHashSet<>();
    /** By node, as many as there are. */
    private final List<Seen> seen = new ArrayList<>();

    /** What is known of one node. */
    private static final class Seen {
        /** All that was ever seen of it. */
        private final List<ReplicaView> ever = new ArrayList<>();
        /** The replicas that it had when it was looked at last, and the view of each. */
        private List<Replica> replicas = List.of();

        private final List<ReplicaView> views = new ArrayList<>();

        int present() {
            int count = 0;
            for (int i = 0; i < ever.size(); i++) {
                count += ever.get(i).now().present() ? 1 : 0;
            }
            return count;
        }
    }

    ReplicaViews(World world, List<RunWatcher> watchers, Trace trace) {
        this.world = world;
        this.watchers = watchers;
        this.trace = trace;
    }

    List<ReplicaView> replicas(TopicIdPartition partition) {
        TreeMap<Integer, ReplicaView> views = this.views.get(partition);
        return views == null ? List.of() : new ArrayList<>(views.values());
    }

    ReplicaView replica(TopicIdPartition partition, int node) {
        TreeMap<Integer, ReplicaView> views = this.views.get(partition);
        return views == null ? null : views.get(node);
    }

    boolean hadUncleanElection(TopicIdPartition partition) {
        return unclean.contains(partition);
    }

    void onImage(MetadataImage image) {
        for (TopicIdPartition each : world.partitions()) {
            PartitionImage partition = image.partition(each.topicId(), each.partition());
            if (partition != null && partition.unclean()) {
                unclean.add(each);
            }
        }
    }

    /** Something happened on a node. */
    void look(SimNode node) {
        if (node.life() == null) {
            lookAtDisk(node);
            return;
        }
        Seen known = seenOf(node);
        List<Replica> replicas = World.replicasOf(node);
        if (replicas != known.replicas) {
            known.replicas = replicas;
            known.views.clear();
            for (Replica replica : replicas) {
                known.views.add(viewOf(node, replica.id(), known));
            }
        }
        for (int i = 0; i < replicas.size(); i++) {
            ReplicaView view = known.views.get(i);
            if (view.look(replicas.get(i), trace)) {
                tell(view);
            }
        }
        if (replicas.size() < known.present()) {
            lookForMissing(node, replicas);
        }
    }

    private Seen seenOf(SimNode node) {
        while (seen.size() < node.id()) {
            seen.add(new Seen());
        }
        return seen.get(node.id() - 1);
    }

    private ReplicaView viewOf(SimNode node, TopicIdPartition partition, Seen known) {
        TreeMap<Integer, ReplicaView> views = this.views.computeIfAbsent(partition, p -> new TreeMap<>());
        ReplicaView view = views.get(node.id());
        if (view == null) {
            view = new ReplicaView(node.id(), partition);
            views.put(node.id(), view);
            known.ever.add(view);
        }
        return view;
    }

    /** The node holds them no more, or has not opened them yet. */
    private void lookForMissing(SimNode node, List<Replica> replicas) {
        for (Map.Entry<TopicIdPartition, TreeMap<Integer, ReplicaView>> entry : views.entrySet()) {
            ReplicaView view = entry.getValue().get(node.id());
            boolean missing = view != null
                    && replicas.stream().noneMatch(replica -> replica.id().equals(entry.getKey()));
            if (missing && view.lookAtDisk(true, node.disk().holds(view.directory()))) {
                tell(view);
            }
        }
    }

    /** The node's process is not there. */
    void lookAtDisk(SimNode node) {
        for (TreeMap<Integer, ReplicaView> each : views.values()) {
            ReplicaView view = each.get(node.id());
            if (view != null && view.lookAtDisk(false, node.disk().holds(view.directory()))) {
                tell(view);
            }
        }
    }

    /** The node's disk is not what it was. */
    void onDiskChanged(SimNode node) {
        for (RunWatcher watcher : watchers) {
            watcher.onDiskLost(world, node.id());
        }
    }

    private void tell(ReplicaView view) {
        for (RunWatcher watcher : watchers) {
            watcher.onReplica(world, view);
        }
    }

    void afterEvent() {
        for (int i = 0; i < watchers.size(); i++) {
            watchers.get(i).afterEvent(world);
        }
    }
}
