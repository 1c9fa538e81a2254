// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.storage.log.DirectoryHost;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/**
 * Nodes with real replicas on real logs, on one loop that the test turns; between them {@link WireEndpoint}s. Metadata is what the
 * test says.
 */
final class TestCluster implements AutoCloseable {
    static final Uuid TOPIC = new Uuid(11, 22);
    static final String TOPIC_NAME = "t";
    /** As usual, but that followers hear of a high watermark at once: time does not pass by itself here. */
    static final FetchSettings FETCH =
            new FetchSettings(55 * 1024 * 1024, 30_000, 200_000, 1_000, 1_000_000, 120_000, 0);

    /** The outcome of a produce, when there is one. */
    static final class Ack {
        Errors error;
        long offset = -1;

        boolean isDone() {
            return error != null;
        }
    }

    final ManualLoop loop = new ManualLoop();
    final List<TestNode> nodes = new ArrayList<>();
    private final boolean flushBeforeCommit;
    private int partitionEpoch;
    /** min.insync.replicas; all nodes when nothing else is said. */
    int minIsr;

    TestCluster(Path directory, int size, boolean flushBeforeCommit) throws IOException {
        this(directory, size, flushBeforeCommit, id -> DirectoryHost.ofProcess());
    }

    /** @param hosts of each node's data directory */
    TestCluster(Path directory, int size, boolean flushBeforeCommit, IntFunction<DirectoryHost> hosts)
            throws IOException {
        this.flushBeforeCommit = flushBeforeCommit;
        this.minIsr = size;
        for (int id = 0; id < size; id++) {
            nodes.add(new TestNode(loop, id, directory.resolve("node-" + id), hosts.apply(id), this));
        }
    }

    static TopicIdPartition partition(int index) {
        return new TopicIdPartition(TOPIC, index, TOPIC_NAME);
    }

    /** Every node has a rack of its own. */
    static String rack(int node) {
        return "rack-" + node;
    }

    TestNode node(int id) {
        return nodes.get(id);
    }

    /** Creates partitions 0 to count − 1 on all nodes, led by node 0 in epoch 0, everybody in sync. */
    void createPartitions(int count) {
        for (int i = 0; i < count; i++) {
            for (TestNode node : nodes) {
                node.create(partition(i));
            }
            lead(i, 0, 0);
        }
    }

    /** Metadata: who leads the partition. All nodes hear of it at once. */
    void lead(int index, int leader, int leaderEpoch) {
        for (TestNode node : nodes) {
            tell(node, index, leader, leaderEpoch);
        }
    }

    /** Metadata reaches one node. */
    void tell(TestNode node, int index, int leader, int leaderEpoch) {
        node.apply(index, state(leader, leaderEpoch));
    }

    private PartitionState state(int leader, int leaderEpoch) {
        List<AssignedReplica> assigned = new ArrayList<>();
        for (TestNode node : nodes) {
            assigned.add(new AssignedReplica(
                    node.id(), node.inIsr, false, node.brokerEpoch, node.fenced, node.shuttingDown));
        }
        return new PartitionState(
                leader, leaderEpoch, partitionEpoch++, assigned, false, false, minIsr, flushBeforeCommit);
    }

    Ack produce(int leader, int index, String value, int acks) {
        return produce(leader, index, Batches.of(value), acks);
    }

    Ack produce(int leader, int index, ByteBuffer batch, int acks) {
        Ack ack = new Ack();
        Replica replica = node(leader).replica(index);
        replica.produce(batch, (short) acks, true, 60_000, (error, baseOffset, time, logStart, message) -> {
            ack.error = error;
            ack.offset = baseOffset;
        });
        return ack;
    }

    /** Turns the loop until all logs of a partition are as long and as flushed as the leader's and everybody knows it. */
    void settle(int index) {
        long end = node(0).log(index).logEndOffset();
        loop.runUntil(() -> nodes.stream()
                .allMatch(node -> node.log(index).logEndOffset() == end
                        && node.log(index).flushedOffset() == end
                        && node.replica(index).highWatermark() == end));
    }

    @Override
    public void close() {
        nodes.forEach(TestNode::close);
    }
}
