// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.client.QuorumDescription;
import io.shiplog.metadata.client.QuorumDescription.Observer;
import io.shiplog.metadata.client.QuorumDescription.QuorumMember;
import io.shiplog.metadata.client.QuorumDescription.Voter;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import org.apache.kafka.common.internals.Topic;
import org.apache.kafka.common.message.DescribeQuorumRequestData;
import org.apache.kafka.common.message.DescribeQuorumResponseData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Listener;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ListenerCollection;
import org.apache.kafka.common.message.DescribeQuorumResponseData.Node;
import org.apache.kafka.common.message.DescribeQuorumResponseData.PartitionData;
import org.apache.kafka.common.message.DescribeQuorumResponseData.ReplicaState;
import org.apache.kafka.common.message.DescribeQuorumResponseData.TopicData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * DescribeQuorum: who agrees on the metadata, and how far each has come (KIP-595, KIP-836, KIP-853). Kafka's metadata is a
 * topic of one partition, and its tools ask for that; it stands for the quorum here, and is no topic otherwise.
 */
final class DescribeQuorumHandler implements RequestHandler<DescribeQuorumRequestData> {
    private static final String LISTENER = "CONTROLLER";
    private static final short FIRST_WITH_NODES = 2;

    private final ClusterView cluster;
    private final AdminPort admin;

    DescribeQuorumHandler(ClusterView cluster, AdminPort admin) {
        this.cluster = cluster;
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.DESCRIBE_QUORUM;
    }

    @Override
    public DescribeQuorumRequestData read(BoundedReadable body, short version) {
        return new DescribeQuorumRequestData(body, version);
    }

    @Override
    public void handle(DescribeQuorumRequestData request, Exchange exchange) {
        if (!asksForTheMetadata(request)) {
            DescribeQuorumResponseData response = unknown(request);
            if (asksForTheMembers(request) && exchange.header().version() >= FIRST_WITH_NODES) {
                cluster.image()
                        .quorumVoters()
                        .forEach(voter -> response.nodes()
                                .add(node(new QuorumMember(voter.nodeId(), voter.host(), voter.endpointPort()))));
            }
            exchange.respond(response);
            return;
        }
        Later.on(admin.describeQuorum(), exchange, (quorum, failure) -> {
            if (failure == null) {
                exchange.respond(describe(quorum, exchange.header().version()));
            } else {
                AdminFailure told = AdminFailure.of(failure);
                exchange.respond(new DescribeQuorumResponseData()
                        .setErrorCode(told.error().code())
                        .setErrorMessage(told.message()));
            }
        });
    }

    private static boolean asksForTheMetadata(DescribeQuorumRequestData request) {
        return request.topics().size() == 1
                && request.topics().get(0).topicName().equals(Topic.CLUSTER_METADATA_TOPIC_NAME)
                && request.topics().get(0).partitions().size() == 1
                && request.topics().get(0).partitions().get(0).partitionIndex() == 0;
    }

    /** Of no partition: our tools ask so for the members as this node knows them, which needs no active controller. */
    private static boolean asksForTheMembers(DescribeQuorumRequestData request) {
        return request.topics().size() == 1
                && request.topics().get(0).topicName().equals(Topic.CLUSTER_METADATA_TOPIC_NAME)
                && request.topics().get(0).partitions().isEmpty();
    }

    private static DescribeQuorumResponseData unknown(DescribeQuorumRequestData request) {
        DescribeQuorumResponseData response = new DescribeQuorumResponseData();
        for (DescribeQuorumRequestData.TopicData asked : request.topics()) {
            TopicData topic = new TopicData().setTopicName(asked.topicName());
            for (DescribeQuorumRequestData.PartitionData partition : asked.partitions()) {
                topic.partitions()
                        .add(new PartitionData()
                                .setPartitionIndex(partition.partitionIndex())
                                .setErrorCode(Errors.UNKNOWN_TOPIC_OR_PARTITION.code())
                                .setErrorMessage(Errors.UNKNOWN_TOPIC_OR_PARTITION.message()));
            }
            response.topics().add(topic);
        }
        return response;
    }

    private static DescribeQuorumResponseData describe(QuorumDescription quorum, short version) {
        PartitionData partition = new PartitionData()
                .setLeaderId(quorum.leaderId())
                .setLeaderEpoch((int) quorum.term())
                .setHighWatermark(quorum.metadataOffset());
        DescribeQuorumResponseData response = new DescribeQuorumResponseData();
        for (QuorumMember member : quorum.members()) {
            partition.currentVoters().add(voter(quorum, member.nodeId(), version));
            if (version >= FIRST_WITH_NODES) {
                response.nodes().add(node(member));
            }
        }
        for (Observer observer : quorum.observers()) {
            partition
                    .observers()
                    .add(new ReplicaState()
                            .setReplicaId(observer.brokerId())
                            .setLogEndOffset(observer.appliedOffset())
                            .setLastFetchTimestamp(observer.lastHeartbeatMs())
                            .setLastCaughtUpTimestamp(observer.lastCaughtUpMs()));
        }
        TopicData topic = new TopicData().setTopicName(Topic.CLUSTER_METADATA_TOPIC_NAME);
        topic.partitions().add(partition);
        response.topics().add(topic);
        return response;
    }

    /**
     * Raft counts entries, the metadata records. Offsets told are all of the metadata, since tools subtract them from each other: a
     * voter is as many records behind as it lacks entries, which is right when it lacks none.
     */
    private static ReplicaState voter(QuorumDescription quorum, int nodeId, short version) {
        ReplicaState state = new ReplicaState().setReplicaId(nodeId).setLogEndOffset(QuorumDescription.UNKNOWN);
        for (Voter voter : quorum.voters()) {
            if (voter.nodeId() == nodeId) {
                long lacking = Math.max(0, quorum.lastIndex() - voter.matchIndex());
                state.setLogEndOffset(Math.max(0, quorum.metadataOffset() - lacking))
                        .setLastFetchTimestamp(voter.lastFetchMs())
                        .setLastCaughtUpTimestamp(voter.lastCaughtUpMs());
                if (version >= FIRST_WITH_NODES) {
                    state.setReplicaDirectoryId(voter.directoryId());
                }
            }
        }
        return state;
    }

    private static Node node(QuorumMember member) {
        ListenerCollection listeners = new ListenerCollection();
        listeners.add(new Listener().setName(LISTENER).setHost(member.host()).setPort(member.port()));
        return new Node().setNodeId(member.nodeId()).setListeners(listeners);
    }
}
