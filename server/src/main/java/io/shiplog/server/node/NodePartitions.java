// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import io.shiplog.metadata.client.MetadataClient;
import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.ListenerEndpoint;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.replication.fetch.FetchPolicies;
import io.shiplog.replication.fetch.FetchService;
import io.shiplog.replication.fetch.RackAwareSelector;
import io.shiplog.replication.fetch.ReadReplicaSelector;
import io.shiplog.replication.fetch.ReplicaFetchers;
import io.shiplog.replication.runtime.AdaptivePace;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ShippingContext;
import io.shiplog.server.adapter.LeaderConnections;
import io.shiplog.server.adapter.LocalPartitions;
import io.shiplog.server.adapter.OfflineReplicas;
import io.shiplog.server.adapter.QuorumIsrProposals;
import io.shiplog.server.adapter.RecompressionThreads;
import io.shiplog.server.config.BrokerConfig;
import io.shiplog.server.net.NettyEventLoop;
import io.shiplog.server.net.SegmentReceivers;
import java.net.InetSocketAddress;
import java.security.SecureRandom;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.DoubleSupplier;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What lives on the event loop of a node: its replicas, their fetchers, the fetches of others, and the timers. */
final class NodePartitions {
    private static final Logger LOG = LoggerFactory.getLogger(NodePartitions.class);
    private static final long STOP_TIMEOUT_S = 5;

    private final NettyEventLoop loop;
    private final SegmentReceivers segments;
    private final ReplicaSet replicas;
    private final ReplicaFetchers fetchers;
    private final OfflineReplicas offline;
    private final RecompressionThreads recompressors;
    private final LocalPartitions access;
    private final FetchService fetchService;
    private final LeftOverThrottles leftOver;
    private final AdaptivePace pace;
    private final long retentionIntervalMs;
    private Cancellable nextRetention; // on the loop

    /**
     * Nothing happens yet.
     *
     * @param brokerEpoch epoch of this node's registration
     * @param flushMs how long flushes took since the last call
     */
    NodePartitions(
            BrokerConfig config,
            NettyEventLoop loop,
            MetadataClient client,
            LongSupplier brokerEpoch,
            DoubleSupplier flushMs) {
        this.loop = loop;
        QuorumIsrProposals proposals = new QuorumIsrProposals(client, loop);
        segments = new SegmentReceivers(
                loop, config.segmentStreamSettings(), id -> address(client.image(), id), brokerEpoch);
        replicas = new ReplicaSet(new ReplicaContext(
                loop, proposals, config.replicationSettings(), new ShippingContext(segments, config.bulkMinBytes())));
        LeaderConnections leaders = new LeaderConnections(loop, client::image, config.leaderEndpointSettings());
        fetchers = new ReplicaFetchers(loop, leaders, brokerEpoch, config.fetcherSettings());
        offline = new OfflineReplicas(config.nodeId(), replicas, fetchers, loop, client::image, client::reportOffline);
        recompressors = new RecompressionThreads(config.nodeId());
        access = new LocalPartitions(replicas, client::image, client.lease(), loop, recompressors);
        FetchPolicies policies = new FetchPolicies(
                config.selectsReadReplicasByRack()
                        ? new RackAwareSelector(config.nodeId(), id -> rack(client.image(), id))
                        : ReadReplicaSelector.LEADER,
                () -> client.lease().valid(System.nanoTime()));
        fetchService = new FetchService(loop, access, config.fetchSettings(), new SecureRandom()::nextInt, policies);
        pace = new AdaptivePace(loop, replicas.throttles(), flushMs);
        leftOver = new LeftOverThrottles(replicas.throttles(), LOG::warn);
        retentionIntervalMs = config.retentionCheckIntervalMs();
    }

    /** Where a node is reached; the name is resolved by the caller's thread. Null when nobody knows. */
    private static InetSocketAddress address(MetadataImage image, int nodeId) {
        BrokerImage broker = image.broker(nodeId);
        if (broker == null || broker.endpoints().isEmpty()) {
            return null;
        }
        ListenerEndpoint endpoint = broker.endpoints().get(0);
        return new InetSocketAddress(endpoint.host(), endpoint.port());
    }

    private static String rack(MetadataImage image, int nodeId) {
        BrokerImage broker = image.broker(nodeId);
        return broker == null ? "" : broker.rack();
    }

    ReplicaSet replicas() {
        return replicas;
    }

    ReplicaFetchers fetchers() {
        return fetchers;
    }

    OfflineReplicas offline() {
        return offline;
    }

    LocalPartitions access() {
        return access;
    }

    FetchService fetchService() {
        return fetchService;
    }

    /** Time begins to pass. */
    void start() {
        loop.execute(() -> {
            replicas.start();
            pace.start();
            scheduleRetention();
        });
    }

    private void scheduleRetention() {
        nextRetention = loop.schedule(this::deleteOldSegments, retentionIntervalMs);
    }

    private void deleteOldSegments() {
        List<Replica> all = replicas.all();
        for (Replica replica : all) {
            replica.deleteOldSegments();
        }
        leftOver.check(() ->
                all.stream().filter(replica -> replica.throttle().isNamed()).count());
        scheduleRetention();
    }

    /** Leads and follows no more; whoever waits is told. Not from the loop. Returns whether that was done in time. */
    boolean stop() {
        recompressors.close();
        CountDownLatch stopped = new CountDownLatch(1);
        loop.execute(() -> {
            if (nextRetention != null) {
                nextRetention.cancel();
            }
            pace.close();
            offline.close();
            fetchers.close();
            replicas.close();
            stopped.countDown();
        });
        try {
            boolean done = stopped.await(STOP_TIMEOUT_S, TimeUnit.SECONDS);
            segments.close();
            if (!done) {
                LOG.warn("replicas did not stop within {} s: the event loop is busy", STOP_TIMEOUT_S);
            }
            return done;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
