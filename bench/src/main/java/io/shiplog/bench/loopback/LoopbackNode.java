// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.loopback;

import io.shiplog.bench.BenchApis;
import io.shiplog.bench.ScratchDirectory;
import io.shiplog.metadata.client.Lease;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.replication.fetch.FetchService;
import io.shiplog.replication.fetch.FetchSettings;
import io.shiplog.replication.fetch.FetcherSettings;
import io.shiplog.replication.fetch.ReplicaFetchers;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.server.adapter.LocalPartitions;
import io.shiplog.server.net.KafkaListener;
import io.shiplog.server.net.LeaderEndpointSettings;
import io.shiplog.server.net.NetSettings;
import io.shiplog.server.net.NettyEventLoop;
import io.shiplog.server.net.NettyLeaderEndpoint;
import io.shiplog.server.net.TransferCounters;
import io.shiplog.storage.log.LogSettings;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicIdPartition;

/** One node with one partition: its loop, its listener, its log. */
final class LoopbackNode implements AutoCloseable {
    private static final String HOST = "127.0.0.1";
    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final int REQUEST_TIMEOUT_MS = 40_000;
    private static final int RESPONSE_MAX_BYTES = 64 << 20;
    private static final int RESPONSE_MAX_ELEMENTS = 200_000;

    private static final Lease HOLDS = new Lease() {
        @Override
        public boolean valid(long nowNs) {
            return true;
        }

        @Override
        public long remainingMs(long nowNs) {
            return Long.MAX_VALUE;
        }
    };

    private final int id;
    private final long brokerEpoch;
    private final ScratchDirectory scratch = new ScratchDirectory();
    private final NettyEventLoop loop;
    private final ReplicaSet replicas;
    private final KafkaListener listener;
    private final Replica replica;
    private ReplicaFetchers fetchers;

    LoopbackNode(int id, MetadataImage image, TopicIdPartition partition, NetSettings net) throws IOException {
        this.id = id;
        this.brokerEpoch = image.broker(id).epoch();
        this.loop = NettyEventLoop.start("node-" + id, LoopbackNode::giveUp);
        this.replicas = new ReplicaSet(
                new ReplicaContext(loop, (of, proposal, outcome) -> {}, ReplicationSettings.defaults(id)));
        LocalPartitions access = new LocalPartitions(replicas, () -> image, HOLDS, System::nanoTime);
        FetchService fetches = new FetchService(loop, access, FetchSettings.DEFAULTS, new Random(id)::nextInt);
        this.replica = replicas.create(partition, scratch.directory().create(partition, LogSettings.defaults()));
        this.listener = KafkaListener.bind(
                loop, HOST, 0, BenchApis.dispatcher(id, image, access, fetches), net, new TransferCounters());
        listener.open();
    }

    /** A benchmark that goes on after a failure measures nothing. */
    private static void giveUp(Throwable failure) {
        failure.printStackTrace();
        Runtime.getRuntime().halt(1);
    }

    int port() {
        return listener.port();
    }

    /** End of what is committed; a moment old. */
    long highWatermark() {
        return onLoop(replica::highWatermark);
    }

    void lead(PartitionState state) {
        onLoop(() -> {
            replica.apply(state);
            return null;
        });
    }

    void follow(PartitionState state, int leaderPort) {
        var settings = new LeaderEndpointSettings(
                id, CONNECT_TIMEOUT_MS, REQUEST_TIMEOUT_MS, RESPONSE_MAX_BYTES, RESPONSE_MAX_ELEMENTS);
        onLoop(() -> {
            fetchers = new ReplicaFetchers(
                    loop,
                    leader -> new NettyLeaderEndpoint(loop, leader, HOST, leaderPort, settings),
                    () -> brokerEpoch,
                    FetcherSettings.defaults(id));
            replica.apply(state);
            fetchers.follow(replica);
            return null;
        });
    }

    private <T> T onLoop(Supplier<T> task) {
        return CompletableFuture.supplyAsync(task, loop::execute).join();
    }

    @Override
    public void close() throws IOException {
        listener.closeAtOnce();
        onLoop(() -> {
            if (fetchers != null) {
                fetchers.close();
            }
            replicas.close();
            return null;
        });
        loop.close();
        scratch.close();
    }
}
