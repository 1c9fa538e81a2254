// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.client.ProducerIdBlock;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.replication.core.CoreSettings;
import io.shiplog.replication.fetch.FetchService;
import io.shiplog.replication.fetch.FetchSettings;
import io.shiplog.replication.fetch.FetcherSettings;
import io.shiplog.replication.fetch.PartitionLookup;
import io.shiplog.replication.fetch.ReplicaFetchers;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.ActiveProducers;
import io.shiplog.replication.runtime.DeleteCallback;
import io.shiplog.replication.runtime.EpochEnd;
import io.shiplog.replication.runtime.OffsetLookup;
import io.shiplog.replication.runtime.ProduceCallback;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.server.net.KafkaListener;
import io.shiplog.server.net.LeaderEndpointSettings;
import io.shiplog.server.net.NetSettings;
import io.shiplog.server.net.NettyEventLoop;
import io.shiplog.server.net.NettyLeaderEndpoint;
import io.shiplog.server.net.TransferCounters;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * A storage node with everything real but its metadata, which a {@link TestCluster} holds: listener, handlers, replicas on
 * logs in a directory, fetchers. ISR proposals are never answered.
 */
final class TestNode implements AutoCloseable {
    private static final long TIMEOUT_S = 20;
    private static final AtomicLong PRODUCER_IDS = new AtomicLong(1000);

    final TransferCounters transfers = new TransferCounters();
    final Queue<Throwable> escaped = new ConcurrentLinkedQueue<>();
    private final TestCluster cluster;
    private final int nodeId;
    private final NettyEventLoop loop;
    private final LogDirectory directory;
    private final ReplicaSet replicas;
    private final ReplicaFetchers fetchers;
    private final KafkaListener listener;

    TestNode(TestCluster cluster, int nodeId, Path directory, NetSettings netSettings) throws IOException {
        this.cluster = cluster;
        this.nodeId = nodeId;
        this.loop = NettyEventLoop.start("node-" + nodeId, escaped::add);
        this.directory = openDirectory(directory, nodeId);
        this.replicas = new ReplicaSet(new ReplicaContext(
                loop,
                (partition, proposal, outcome) -> {},
                new ReplicationSettings(nodeId, CoreSettings.DEFAULTS, 100)));
        FetchService fetches =
                new FetchService(loop, new Lookup(), FetchSettings.DEFAULTS, new Random(nodeId)::nextInt);
        this.fetchers = new ReplicaFetchers(
                loop,
                id -> new NettyLeaderEndpoint(
                        loop,
                        id,
                        "127.0.0.1",
                        AliveNodes.endpoint(cluster.image(), id).port(),
                        new LeaderEndpointSettings(nodeId, 5_000, 30_000, 64 << 20, 100_000)),
                () -> cluster.image().broker(nodeId).epoch(),
                FetcherSettings.defaults(nodeId));
        RequestDispatcher dispatcher = KafkaApis.dispatcher(
                view(),
                new Partitions(),
                fetches,
                FetchSettings.DEFAULTS,
                new InMemoryAdmin(),
                new ProducerIds(
                        () -> CompletableFuture.completedFuture(new ProducerIdBlock(PRODUCER_IDS.getAndAdd(10), 10))),
                List::of,
                NodeLoggers.none(),
                () -> CompletableFuture.completedFuture(List.of()),
                TopicAutoCreation.off(new InMemoryAdmin()));
        this.listener = KafkaListener.bind(loop, "127.0.0.1", 0, dispatcher, netSettings, transfers);
        listener.open();
        onLoop(() -> {
            replicas.start();
            return null;
        });
    }

    private static LogDirectory openDirectory(Path path, int nodeId) {
        LogDirectory directory = LogDirectory.open(path, LogDirectoryConfig.defaultConfig(), StorageClock.system());
        directory.stampAs("test-cluster", nodeId);
        directory.recover((done, total) -> {});
        directory.markRunning(1);
        return directory;
    }

    int port() {
        return listener.port();
    }

    /** Takes up a partition as the metadata of the cluster describes it: leads it or follows. */
    Replica host(String topic, int partition) {
        MetadataImage image = cluster.image();
        TopicIdPartition id = new TopicIdPartition(image.topic(topic).id(), partition, topic);
        return onLoop(() -> {
            PartitionLog log = directory.create(id, LogSettings.defaults());
            Replica replica = replicas.create(id, log);
            replica.apply(state(image, image.partition(id.topicId(), partition)));
            if (replica.isFollower()) {
                fetchers.follow(replica);
            }
            return replica;
        });
    }

    <T> T onLoop(Supplier<T> task) {
        CompletableFuture<T> done = new CompletableFuture<>();
        loop.execute(() -> {
            try {
                done.complete(task.get());
            } catch (RuntimeException | Error e) {
                done.completeExceptionally(e);
            }
        });
        return done.orTimeout(TIMEOUT_S, TimeUnit.SECONDS).join();
    }

    private static PartitionState state(MetadataImage image, PartitionImage partition) {
        List<AssignedReplica> assigned = new ArrayList<>();
        for (int id : partition.replicas()) {
            assigned.add(new AssignedReplica(
                    id, partition.inIsr(id), false, image.broker(id).epoch(), false, false));
        }
        return new PartitionState(
                partition.leader(),
                partition.leaderEpoch(),
                partition.partitionEpoch(),
                assigned,
                true,
                false,
                1,
                true);
    }

    private ClusterView view() {
        return new ClusterView() {
            @Override
            public int nodeId() {
                return nodeId;
            }

            @Override
            public MetadataImage image() {
                return cluster.image();
            }
        };
    }

    @Override
    public void close() {
        listener.close();
        onLoop(() -> {
            fetchers.close();
            replicas.close();
            return null;
        });
        loop.close();
        directory.close();
        if (!escaped.isEmpty()) {
            throw new AssertionError("escaped: " + escaped, escaped.peek());
        }
    }

    private final class Lookup implements PartitionLookup {
        @Override
        public Uuid topicId(String name) {
            return cluster.image().topic(name) == null
                    ? null
                    : cluster.image().topic(name).id();
        }

        @Override
        public Replica replica(Uuid topicId, int partition) {
            return replicas.get(topicId, partition);
        }

        @Override
        public Errors absence(Uuid topicId, int partition) {
            return cluster.image().partition(topicId, partition) == null
                    ? Errors.UNKNOWN_TOPIC_ID
                    : Errors.NOT_LEADER_OR_FOLLOWER;
        }
    }

    private final class Partitions implements PartitionAccess {
        @Override
        public void produce(
                Uuid topicId, int partition, ByteBuffer batches, short acks, int timeoutMs, ProduceCallback callback) {
            Replica replica = replicas.get(topicId, partition);
            if (replica == null) {
                callback.complete(Errors.NOT_LEADER_OR_FOLLOWER, -1, -1, -1, null);
            } else {
                replica.produce(batches, acks, true, timeoutMs, callback);
            }
        }

        @Override
        public void deleteRecords(Uuid topicId, int partition, long offset, int timeoutMs, DeleteCallback callback) {
            replicas.get(topicId, partition).deleteRecords(offset, timeoutMs, callback);
        }

        @Override
        public OffsetLookup lookUpOffset(
                Uuid topicId, int partition, int currentLeaderEpoch, long timestampMs, boolean readCommitted) {
            return replicas.get(topicId, partition).lookUpOffset(timestampMs, currentLeaderEpoch, readCommitted);
        }

        @Override
        public EpochEnd endOfEpoch(Uuid topicId, int partition, int currentLeaderEpoch, int leaderEpoch) {
            return replicas.get(topicId, partition).epochEnd(currentLeaderEpoch, leaderEpoch);
        }

        @Override
        public ActiveProducers activeProducers(Uuid topicId, int partition) {
            return replicas.get(topicId, partition).activeProducers();
        }
    }
}
