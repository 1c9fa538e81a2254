// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.client;

import io.shiplog.metadata.image.BrokerImage;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.simulation.engine.Dice;
import org.apache.kafka.common.TopicIdPartition;

/** Asks any node who leads a partition, as clients do: what it learns may be old. */
final class LeaderFinder {
    /**
     * Where a partition is served.
     *
     * @param port of the process
     */
    record Place(int nodeId, int port, int leaderEpoch) {}

    /** What is known: a place, that nobody leads, or that the topic is gone. */
    record Found(Place place, boolean topicIsGone) {
        static final Found NOTHING = new Found(null, false);
    }

    /** So many nodes in a row do not know a topic that is gone. */
    private static final int SURELY_GONE = 20;

    private final ClientWorld world;
    private final Dice dice;
    private final int clientId;
    private int unknown;

    LeaderFinder(ClientWorld world, Dice dice, int clientId) {
        this.world = world;
        this.dice = dice;
        this.clientId = clientId;
    }

    /** A node of those that a client may ask first. */
    int anyNode() {
        return 1 + dice.nextInt(world.storageNodes());
    }

    Found leaderOf(TopicIdPartition id, boolean topicWasKnown) {
        MetadataImage image = world.metadataFrom(anyNode(), clientId);
        if (image == null || image.offset() == 0) {
            return Found.NOTHING;
        }
        PartitionImage partition = image.partition(id.topicId(), id.partition());
        if (partition == null) {
            // A node may not have heard of it yet.
            unknown++;
            return new Found(null, topicWasKnown && unknown >= SURELY_GONE);
        }
        unknown = 0;
        return new Found(place(image, partition.leader(), partition.leaderEpoch()), false);
    }

    /** One of the in-sync replicas, the leader among them. */
    Found inSyncReplicaOf(TopicIdPartition id) {
        MetadataImage image = world.metadataFrom(anyNode(), clientId);
        PartitionImage partition = image == null ? null : image.partition(id.topicId(), id.partition());
        if (partition == null || partition.isrSize() == 0) {
            return Found.NOTHING;
        }
        int chosen = partition.isrMember(dice.nextInt(partition.isrSize()));
        return new Found(place(image, chosen, partition.leaderEpoch()), false);
    }

    /** The replica on a node, whatever it is. */
    Found replicaOn(int nodeId, TopicIdPartition id) {
        MetadataImage image = world.metadataFrom(anyNode(), clientId);
        PartitionImage partition = image == null ? null : image.partition(id.topicId(), id.partition());
        return partition == null ? Found.NOTHING : new Found(place(image, nodeId, partition.leaderEpoch()), false);
    }

    private static Place place(MetadataImage image, int nodeId, int leaderEpoch) {
        BrokerImage broker = image.broker(nodeId);
        return broker == null || broker.endpoints().isEmpty()
                ? null
                : new Place(nodeId, broker.endpoints().get(0).port(), leaderEpoch);
    }
}
