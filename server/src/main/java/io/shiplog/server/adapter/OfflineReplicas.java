// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionId;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.fetch.ReplicaFetchers;
import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaSet;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Replicas whose log, or all of whose directory, can no longer be used while the node runs: they answer with an error from then on, and the controller
 * is told, so that others lead.
 * It is told again as long as the metadata count on them: the message may be lost, and who could take over may have been away.
 */
public final class OfflineReplicas {
    private static final Logger LOG = LoggerFactory.getLogger(OfflineReplicas.class);
    static final long AGAIN_MS = 5_000;
    static final long GATHER_MS = 50;

    private final int nodeId;
    private final ReplicaSet replicas;
    private final ReplicaFetchers fetchers;
    private final EventLoop loop;
    private final Supplier<MetadataImage> image;
    private final Function<List<PartitionId>, CompletableFuture<Void>> report;
    private final SortedSet<PartitionId> offline = new TreeSet<>(); // on the loop, like the rest
    private boolean gathering;
    private boolean waiting;
    private boolean closed;

    /** @param report tells the controller; at most {@link MetadataClient#MAX_OFFLINE_REPLICAS} at a time */
    public OfflineReplicas(
            int nodeId,
            ReplicaSet replicas,
            ReplicaFetchers fetchers,
            EventLoop loop,
            Supplier<MetadataImage> image,
            Function<List<PartitionId>, CompletableFuture<Void>> report) {
        this.nodeId = nodeId;
        this.replicas = replicas;
        this.fetchers = fetchers;
        this.loop = loop;
        this.image = image;
        this.report = report;
        replicas.setOfflineListener(replica -> loop.execute(() -> onOffline(replica)));
    }

    /** Many may follow, when it is the directory that fails: they are told of together. */
    private void onOffline(Replica replica) {
        PartitionId id = new PartitionId(replica.id().topicId(), replica.id().partition());
        if (replicas.get(id.topicId(), id.partition()) != replica || !offline.add(id)) {
            return;
        }
        fetchers.unfollow(replica);
        if (!gathering) {
            gathering = true;
            var unused = loop.schedule(this::tellGathered, GATHER_MS);
        }
    }

    private void tellGathered() {
        gathering = false;
        tell();
    }

    /** The logs of these partitions are gone for this run. Any thread. */
    public void onLost(List<PartitionId> partitions, String why) {
        loop.execute(() -> {
            for (PartitionId id : partitions) {
                Replica replica = replicas.get(id.topicId(), id.partition());
                if (replica != null) {
                    fetchers.unfollow(replica);
                    replica.takeOffline(why);
                }
            }
            offline.addAll(partitions);
            tell();
        });
    }

    /** Nobody is told any more. On the loop. */
    public void close() {
        closed = true;
    }

    private void tell() {
        if (closed) {
            return;
        }
        List<PartitionId> counted = countedOn();
        for (int from = 0; from < counted.size(); from += MetadataClient.MAX_OFFLINE_REPLICAS) {
            int to = Math.min(counted.size(), from + MetadataClient.MAX_OFFLINE_REPLICAS);
            int count = to - from;
            var unused = report.apply(List.copyOf(counted.subList(from, to))).whenComplete((done, failure) -> {
                if (failure != null) {
                    LOG.debug("the controller has not heard of {} offline replicas: {}", count, failure.toString());
                }
            });
        }
        if (!counted.isEmpty() && !waiting) {
            waiting = true;
            var unused = loop.schedule(this::again, AGAIN_MS);
        }
    }

    private void again() {
        waiting = false;
        tell();
    }

    private List<PartitionId> countedOn() {
        MetadataImage now = image.get();
        List<PartitionId> counted = new ArrayList<>();
        for (PartitionId id : offline) {
            Replica replica = replicas.get(id.topicId(), id.partition());
            if (replica != null && !replica.isOffline()) {
                continue; // it was taken away from this node, and given to it anew
            }
            TopicImage topic = now.topic(id.topicId());
            PartitionImage partition = topic == null ? null : topic.partition(id.partition());
            if (partition != null && (partition.inIsr(nodeId) || partition.inElr(nodeId))) {
                counted.add(id);
            }
        }
        return counted;
    }
}
