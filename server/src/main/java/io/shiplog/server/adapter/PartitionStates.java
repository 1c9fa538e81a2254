// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.adapter;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.EffectiveTopicConfigs;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.metadata.image.TopicConfigs;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.Uuid;

/** Turns what an image says about a partition, its topic and the nodes that hold it into the value that replication obeys. */
public final class PartitionStates {
    private static final long NOT_REGISTERED = -1;

    private PartitionStates() {}

    /**
     * The state of a partition.
     *
     * @param image where the nodes and the topic's settings are looked up
     * @param partition the partition's record, of {@code image} or newer
     */
    public static PartitionState of(MetadataImage image, Uuid topicId, PartitionImage partition) {
        List<AssignedReplica> replicas = new ArrayList<>();
        for (int id : partition.replicas()) {
            replicas.add(replica(image.broker(id), id, partition));
        }
        Map<String, String> configs = EffectiveTopicConfigs.agreed(image, topicId);
        return new PartitionState(
                partition.leader(),
                partition.leaderEpoch(),
                partition.partitionEpoch(),
                replicas,
                partition.durable(),
                partition.unclean(),
                TopicConfigs.effectiveMinIsr(configs, partition.replicationFactor()),
                TopicConfigs.flushesBeforeAck(configs));
    }

    private static AssignedReplica replica(BrokerImage broker, int id, PartitionImage partition) {
        boolean known = broker != null;
        return new AssignedReplica(
                id,
                partition.inIsr(id),
                partition.inElr(id),
                known ? broker.epoch() : NOT_REGISTERED,
                !known || broker.fenced(),
                known && broker.inControlledShutdown());
    }
}
