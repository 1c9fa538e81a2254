// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.replication.runtime.ReplicationThrottles;
import io.shiplog.storage.StorageClock;
import io.shiplog.storage.files.DiskLogFiles;
import io.shiplog.storage.log.DirectoryHost;
import io.shiplog.storage.log.LogDirectory;
import io.shiplog.storage.log.LogDirectoryConfig;
import io.shiplog.storage.log.LogSettings;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.log.PartitionLog;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** One node of a {@link TestCluster}: its logs, its replicas, and both ends of Fetch. */
final class TestNode implements PartitionLookup, AutoCloseable {
    private final ManualLoop loop;
    private final int id;
    private final TestCluster cluster;
    private final LogDirectory logs;
    private final ReplicaSet replicas;
    private final Map<Integer, PartitionLog> logsByIndex = new HashMap<>();
    final Map<Integer, WireEndpoint> endpoints = new HashMap<>();
    final ReplicaFetchers fetchers;
    FetchService service;
    long brokerEpoch = 100;
    /** Whether the partitions are there; off, the node answers as one that holds none. */
    boolean hasPartitions = true;

    /** Run with every look-up of a replica. */
    Runnable onLookup = () -> {};

    /** Whether this node has heard from the controller lately. */
    boolean leaseHolds = true;

    boolean fenced;
    boolean shuttingDown;
    boolean inIsr = true;
    private int sessionIds;

    TestNode(ManualLoop loop, int id, Path directory, DirectoryHost host, TestCluster cluster) throws IOException {
        this.loop = loop;
        this.id = id;
        this.cluster = cluster;
        Files.createDirectories(directory);
        logs = LogDirectory.open(
                directory, LogDirectoryConfig.defaultConfig(), StorageClock.system(), new DiskLogFiles(), host);
        logs.stampAs("cluster", id);
        logs.recover((done, of) -> {});
        logs.markRunning(brokerEpoch);
        replicas = new ReplicaSet(
                new ReplicaContext(loop, (partition, proposal, outcome) -> {}, ReplicationSettings.defaults(id)));
        replicas.start();
        restartService(TestCluster.FETCH);
        fetchers = new ReplicaFetchers(loop, this::connect, () -> brokerEpoch, FetcherSettings.defaults(id));
    }

    /** A service that knows no session. */
    void restartService(FetchSettings settings) {
        FetchPolicies policies = new FetchPolicies(new RackAwareSelector(id, TestCluster::rack), () -> leaseHolds);
        service = new FetchService(loop, this, settings, () -> ++sessionIds, policies);
        cluster.nodes.forEach(node -> {
            WireEndpoint toUs = node.endpoints.get(id);
            if (toUs != null) {
                toUs.leader = service;
            }
        });
    }

    private LeaderEndpoint connect(int leaderId) {
        WireEndpoint endpoint = new WireEndpoint(loop, leaderId, cluster.node(leaderId).service);
        endpoints.put(leaderId, endpoint);
        return endpoint;
    }

    ReplicationThrottles throttles() {
        return replicas.throttles();
    }

    int id() {
        return id;
    }

    void create(TopicIdPartition partition) {
        PartitionLog log = logs.create(partition, LogSettings.defaults());
        logsByIndex.put(partition.partition(), log);
        replicas.create(partition, log);
    }

    void apply(int index, PartitionState state) {
        Replica replica = replica(index);
        replica.apply(state);
        fetchers.follow(replica);
    }

    /** Ends a replica without a word to its fetcher. */
    void end(int index) {
        replicas.remove(TestCluster.TOPIC, index);
    }

    Replica replica(int index) {
        return replicas.get(TestCluster.TOPIC, index);
    }

    PartitionLog log(int index) {
        return logsByIndex.get(index);
    }

    /** All bytes of the log. */
    ByteBuffer bytes(int index) {
        PartitionLog log = log(index);
        ByteBuffer bytes = ByteBuffer.allocate((int) log.sizeBytes());
        long offset = log.logStartOffset();
        while (offset < log.logEndOffset()) {
            LogSlice slice = log.read(offset, Integer.MAX_VALUE, log.logEndOffset(), true);
            slice.copyTo(bytes);
            offset = slice.nextOffset();
            slice.release();
        }
        return bytes.flip();
    }

    @Override
    public Uuid topicId(String name) {
        return name.equals(TestCluster.TOPIC_NAME) ? TestCluster.TOPIC : null;
    }

    @Override
    public Replica replica(Uuid topicId, int partition) {
        onLookup.run();
        return hasPartitions ? replicas.get(topicId, partition) : null;
    }

    @Override
    public Errors absence(Uuid topicId, int partition) {
        if (!topicId.equals(TestCluster.TOPIC)) {
            return Errors.UNKNOWN_TOPIC_ID;
        }
        return logsByIndex.containsKey(partition) ? Errors.NOT_LEADER_OR_FOLLOWER : Errors.UNKNOWN_TOPIC_OR_PARTITION;
    }

    @Override
    public void close() {
        fetchers.close();
        replicas.close();
        logs.close();
    }
}
