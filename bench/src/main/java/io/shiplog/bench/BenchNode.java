// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench;

import io.shiplog.replication.fetch.FetchService;
import io.shiplog.replication.fetch.FetchSettings;
import io.shiplog.replication.fetch.PartitionLookup;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.replication.runtime.ReplicaContext;
import io.shiplog.replication.runtime.ReplicaSet;
import io.shiplog.replication.runtime.ReplicationSettings;
import io.shiplog.storage.log.LogSettings;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Partitions of one topic on one node, of the real classes from the log to the fetch service; the benchmark's thread is its loop. Nothing is
 * flushed: that belongs to the disk.
 */
public final class BenchNode implements PartitionLookup, AutoCloseable {
    public static final Uuid TOPIC = new Uuid(1, 2);
    public static final String TOPIC_NAME = "bench";
    public static final int LEADER_EPOCH = 1;

    /** The other node, which leads what this one follows. */
    public static final int OTHER_NODE = 2;

    private static final short ACKS_LEADER = 1;

    private final ManualLoop loop = new ManualLoop();
    private final ScratchDirectory scratch = new ScratchDirectory();
    private final ReplicaSet replicas;
    private final FetchService fetches;
    private final LogSettings settings;
    private int sessionIds;

    /** @param settings of every log */
    public BenchNode(LogSettings settings) throws IOException {
        this.settings = settings;
        replicas = new ReplicaSet(new ReplicaContext(
                loop,
                (partition, proposal, outcome) -> {
                    throw new IllegalStateException("an ISR proposal in a steady state: " + proposal);
                },
                ReplicationSettings.defaults(ScratchDirectory.NODE)));
        fetches = new FetchService(loop, this, FetchSettings.DEFAULTS, () -> ++sessionIds);
    }

    /** A new partition that this node leads, alone. */
    public Replica lead(int partition) {
        return create(
                partition,
                new PartitionState(
                        ScratchDirectory.NODE,
                        LEADER_EPOCH,
                        1,
                        List.of(inSync(ScratchDirectory.NODE)),
                        true,
                        false,
                        1,
                        false));
    }

    /** A new partition that this node follows, in sync. */
    public Replica follow(int partition) {
        List<AssignedReplica> both = List.of(inSync(OTHER_NODE), inSync(ScratchDirectory.NODE));
        return create(partition, new PartitionState(OTHER_NODE, LEADER_EPOCH, 1, both, true, false, 1, false));
    }

    private static AssignedReplica inSync(int node) {
        return new AssignedReplica(node, true, false, 1, false, false);
    }

    private Replica create(int partition, PartitionState state) {
        TopicIdPartition id = new TopicIdPartition(TOPIC, partition, TOPIC_NAME);
        Replica replica = replicas.create(id, scratch.directory().create(id, settings));
        replica.apply(state);
        return replica;
    }

    /** The partition is gone, with its files. */
    public void delete(int partition) {
        replicas.remove(TOPIC, partition);
        scratch.directory().delete(TOPIC, partition);
    }

    /** Appends a batch as a client sends it, with acks=1, and runs what follows from it. */
    public void produce(int partition, ByteBuffer batch) {
        produceQuietly(partition, batch);
        loop.run();
    }

    /** The same; those who are woken by it are looked at when the loop is run. */
    public void produceQuietly(int partition, ByteBuffer batch) {
        batch.rewind().putLong(0, 0);
        replicas.get(TOPIC, partition).produce(batch, ACKS_LEADER, true, 1_000, BenchNode::requireNoError);
    }

    private static void requireNoError(Errors error, long base, long appendMs, long logStart, String message) {
        if (error != Errors.NONE) {
            throw new IllegalStateException(error + ": " + message);
        }
    }

    public FetchService fetches() {
        return fetches;
    }

    public ManualLoop loop() {
        return loop;
    }

    @Override
    public Uuid topicId(String name) {
        return TOPIC;
    }

    @Override
    public Replica replica(Uuid topicId, int partition) {
        return replicas.get(topicId, partition);
    }

    @Override
    public Errors absence(Uuid topicId, int partition) {
        return Errors.UNKNOWN_TOPIC_ID;
    }

    @Override
    public void close() throws IOException {
        replicas.close();
        scratch.close();
    }
}
