// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.loopback;

import io.shiplog.bench.metadata.SyntheticMetadata;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.TopicImage;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.server.net.NetSettings;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.Uuid;

/** Up to three nodes with a replica of one partition each, all in sync; the first one leads. */
public final class LoopbackCluster implements AutoCloseable {
    private static final int LEADER = 1;
    private static final int LEADER_EPOCH = 1;

    private final List<LoopbackNode> nodes = new ArrayList<>();
    private final Uuid topicId;

    /**
     * Starts all of them.
     *
     * @param size nodes, 1 to 3
     * @param flush whether a record counts only when it is on the disks
     */
    public LoopbackCluster(int size, boolean flush, NetSettings net) throws IOException {
        MetadataImage image = SyntheticMetadata.image(SyntheticMetadata.controller(), 1);
        TopicImage topic = image.topics().iterator().next();
        topicId = topic.id();
        TopicIdPartition partition = new TopicIdPartition(topicId, 0, topic.name());
        List<AssignedReplica> assigned = new ArrayList<>();
        for (int id = LEADER; id <= size; id++) {
            nodes.add(new LoopbackNode(id, image, partition, net));
            assigned.add(new AssignedReplica(id, true, false, image.broker(id).epoch(), false, false));
        }
        PartitionState state = new PartitionState(LEADER, LEADER_EPOCH, 1, assigned, true, false, size, flush);
        nodes.get(0).lead(state);
        for (int i = 1; i < size; i++) {
            nodes.get(i).follow(state, nodes.get(0).port());
        }
    }

    /** The topic that has the partition 0. */
    public Uuid topicId() {
        return topicId;
    }

    /** A connection to the leader. */
    public LoopbackClient connect() throws IOException {
        return new LoopbackClient(nodes.get(0).port());
    }

    /** End of what is committed, as the leader knows; a moment old. */
    public long highWatermark() {
        return nodes.get(0).highWatermark();
    }

    @Override
    public void close() throws IOException {
        for (int i = nodes.size() - 1; i >= 0; i--) {
            nodes.get(i).close();
        }
    }
}
