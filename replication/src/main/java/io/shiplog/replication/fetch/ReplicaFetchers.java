// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.runtime.EventLoop;
import io.shiplog.replication.runtime.FollowerListener;
import io.shiplog.replication.runtime.Replica;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import org.apache.kafka.common.TopicIdPartition;

/** The fetchers of the followers on one loop, one for each leader node. All methods on the loop. */
public final class ReplicaFetchers implements FollowerListener, AutoCloseable {
    private final EventLoop loop;
    private final LeaderEndpoints endpoints;
    private final LongSupplier brokerEpoch;
    private final FetcherSettings settings;
    private final Map<Integer, ReplicaFetcher> byLeader = new HashMap<>();
    private final Map<TopicIdPartition, ReplicaFetcher> byPartition = new HashMap<>();

    /** @param brokerEpoch epoch of this node's present registration */
    public ReplicaFetchers(
            EventLoop loop, LeaderEndpoints endpoints, LongSupplier brokerEpoch, FetcherSettings settings) {
        this.loop = loop;
        this.endpoints = endpoints;
        this.brokerEpoch = brokerEpoch;
        this.settings = settings;
    }

    /**
     * Fetches the follower from the leader that it has now. To be called after every change of its metadata: a pause or stop after
     * an error ends, and the leader learns a new epoch. A replica that leads or has no leader is left alone, as by {@link #unfollow}.
     */
    public void follow(Replica replica) {
        ReplicaFetcher before = byPartition.get(replica.id());
        if (!replica.isFollower()) {
            unfollow(replica);
            return;
        }
        ReplicaFetcher now = byLeader.get(replica.leaderId());
        if (now == null) {
            now = new ReplicaFetcher(loop, endpoints.open(replica.leaderId()), brokerEpoch, settings);
            byLeader.put(replica.leaderId(), now);
        }
        byPartition.put(replica.id(), now);
        replica.setFollowerListener(this);
        now.add(replica);
        if (before != null && before != now) {
            removeFrom(before, replica);
        }
    }

    /** Fetches the replica no more. */
    public void unfollow(Replica replica) {
        ReplicaFetcher fetcher = byPartition.remove(replica.id());
        if (fetcher != null) {
            replica.setFollowerListener(null);
            removeFrom(fetcher, replica);
        }
    }

    /** Connects anew, at the address that the leader has now. */
    public void reconnect(int leaderId) {
        ReplicaFetcher old = byLeader.get(leaderId);
        if (old == null) {
            return;
        }
        List<Replica> followed = old.replicas();
        for (int i = 0; i < followed.size(); i++) {
            unfollow(followed.get(i));
        }
        for (int i = 0; i < followed.size(); i++) {
            follow(followed.get(i));
        }
    }

    @Override
    public void onPositionChanged(Replica replica) {
        ReplicaFetcher fetcher = byPartition.get(replica.id());
        if (fetcher != null) {
            fetcher.onPositionChanged(replica);
        }
    }

    @Override
    public void onShippingEnded(Replica replica) {
        ReplicaFetcher fetcher = byPartition.get(replica.id());
        if (fetcher != null) {
            fetcher.onShippingEnded(replica);
        }
    }

    /** How the fetching of every follower goes. */
    public List<FetcherStatus> status() {
        List<FetcherStatus> statuses = new ArrayList<>();
        byLeader.values().forEach(fetcher -> fetcher.addStatus(statuses));
        return statuses;
    }

    /** How the fetching of this follower goes, or null when it is not fetched. */
    public FetcherStatus status(Replica replica) {
        ReplicaFetcher fetcher = byPartition.get(replica.id());
        return fetcher == null ? null : fetcher.status(replica);
    }

    @Override
    public void close() {
        byLeader.values().forEach(ReplicaFetcher::close);
        byLeader.clear();
        byPartition.clear();
    }

    private void removeFrom(ReplicaFetcher fetcher, Replica replica) {
        fetcher.remove(replica);
        if (fetcher.isIdle()) {
            fetcher.close();
            byLeader.remove(fetcher.leaderId());
        }
    }
}
