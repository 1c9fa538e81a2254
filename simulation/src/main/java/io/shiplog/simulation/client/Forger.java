// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.client;

import io.shiplog.metadata.image.PartitionImage;
import io.shiplog.replication.fetch.InterBrokerTags;
import io.shiplog.replication.runtime.Replica;
import io.shiplog.simulation.engine.SimProcess;
import io.shiplog.simulation.node.FetchBytes;
import io.shiplog.simulation.node.FetchConnection;
import io.shiplog.simulation.node.StorageLife;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchRequestData.FetchPartition;
import org.apache.kafka.common.message.FetchRequestData.FetchTopic;
import org.apache.kafka.common.message.FetchRequestData.ReplicaState;

/**
 * Somebody who fetches from a leader in the name of a follower, and says that it has everything and all of it on its disk (CVE-2018-1288): a
 * client that sets the replica id, or a follower so old that it knows no broker epochs. Nothing that he says may count.
 */
public final class Forger {
    private static final int MAX_BYTES = 1_024;

    private final ClientWorld world;
    private final SimProcess process;
    private final int leaderId;
    private final int victimId;
    private FetchConnection connection;
    private int port;
    private boolean stopped;

    public Forger(ClientWorld world, SimProcess process, int leaderId, int victimId) {
        this.world = world;
        this.process = process;
        this.leaderId = leaderId;
        this.victimId = victimId;
    }

    /** Asks once. */
    public void fetch(TopicIdPartition partition) {
        StorageLife leader = world.serving(leaderId);
        if (stopped || leader == null || partition == null) {
            return;
        }
        PartitionImage image = leader.client().image().partition(partition.topicId(), partition.partition());
        Replica replica = leader.replicas().get(partition.topicId(), partition.partition());
        if (image == null || replica == null || !replica.isLeader()) {
            return;
        }
        if (connection == null
                || !connection.isOpen()
                || port != leader.process().number()) {
            port = leader.process().number();
            connection = new FetchConnection(world, process, leaderId, port, () -> {});
        }
        long end = replica.log().logEndOffset();
        FetchPartition claim = new FetchPartition()
                .setPartition(partition.partition())
                .setCurrentLeaderEpoch(image.leaderEpoch())
                .setFetchOffset(end)
                .setLogStartOffset(replica.log().logStartOffset())
                .setPartitionMaxBytes(MAX_BYTES);
        InterBrokerTags.setFlushedOffset(claim, end);
        FetchTopic topic = new FetchTopic().setTopicId(partition.topicId());
        topic.partitions().add(claim);
        FetchRequestData request = new FetchRequestData()
                .setReplicaState(new ReplicaState().setReplicaId(victimId).setReplicaEpoch(-1))
                .setMaxWaitMs(0)
                .setMinBytes(0)
                .setMaxBytes(MAX_BYTES)
                .setSessionId(0)
                .setSessionEpoch(-1);
        request.topics().add(topic);
        connection.send(FetchBytes.encode(request), bytes -> {});
    }

    /** Gives up. */
    public void stop() {
        stopped = true;
        if (connection != null) {
            connection.close();
        }
    }
}
