// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import io.shiplog.metadata.proto.BrokerRegistrationRecord;
import io.shiplog.metadata.proto.ConfigResource;
import io.shiplog.metadata.proto.Endpoint;
import io.shiplog.metadata.proto.MetadataRecord;
import io.shiplog.metadata.proto.PartitionState;
import io.shiplog.metadata.proto.QuorumVoterRecord;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.Uuid;

/** Between the values of the image and their messages. */
public final class ImageRecords {
    private ImageRecords() {}

    /** A record under construction, of the version that this code writes. */
    public static MetadataRecord.Builder record() {
        return MetadataRecord.newBuilder().setVersion(ImageReplay.RECORD_VERSION);
    }

    public static PartitionState state(PartitionImage partition) {
        PartitionState.Builder state = PartitionState.newBuilder()
                .setLeader(partition.leader())
                .setLeaderEpoch(partition.leaderEpoch())
                .setPartitionEpoch(partition.partitionEpoch())
                .setDurable(partition.durable())
                .setUnclean(partition.unclean());
        for (int id : partition.isr()) {
            state.addIsr(id);
        }
        for (int id : partition.elr()) {
            state.addElr(id);
        }
        for (int id : partition.lastKnownElr()) {
            state.addLastKnownElr(id);
        }
        for (int id : partition.adding()) {
            state.addAdding(id);
        }
        for (int id : partition.removing()) {
            state.addRemoving(id);
        }
        return state.build();
    }

    /** The partition that {@code state}, which does not name the replicas, describes. */
    public static PartitionImage partition(int[] replicas, PartitionState state) {
        return new PartitionImage(
                replicas,
                ids(state.getIsrList()),
                ids(state.getElrList()),
                ids(state.getLastKnownElrList()),
                state.getLeader(),
                state.getLeaderEpoch(),
                state.getPartitionEpoch(),
                state.getDurable(),
                state.getUnclean(),
                ids(state.getAddingList()),
                ids(state.getRemovingList()));
    }

    public static QuorumVoter voter(QuorumVoterRecord record) {
        return new QuorumVoter(
                record.getNodeId(),
                record.getPeerId(),
                record.getHost(),
                record.getRaftPort(),
                record.getEndpointPort());
    }

    public static QuorumVoterRecord voter(QuorumVoter voter) {
        return QuorumVoterRecord.newBuilder()
                .setNodeId(voter.nodeId())
                .setPeerId(voter.peerId())
                .setHost(voter.host())
                .setRaftPort(voter.raftPort())
                .setEndpointPort(voter.endpointPort())
                .build();
    }

    /** Broker ids as an array. */
    public static int[] ids(List<Integer> ids) {
        int[] result = new int[ids.size()];
        for (int i = 0; i < result.length; i++) {
            result[i] = ids.get(i);
        }
        return result;
    }

    public static List<ListenerEndpoint> endpoints(List<Endpoint> endpoints) {
        List<ListenerEndpoint> result = new ArrayList<>(endpoints.size());
        for (Endpoint endpoint : endpoints) {
            result.add(endpoint(endpoint));
        }
        return result;
    }

    static ListenerEndpoint endpoint(Endpoint endpoint) {
        return new ListenerEndpoint(endpoint.getName(), endpoint.getHost(), endpoint.getPort());
    }

    private static Endpoint message(ListenerEndpoint endpoint) {
        return Endpoint.newBuilder()
                .setName(endpoint.name())
                .setHost(endpoint.host())
                .setPort(endpoint.port())
                .build();
    }

    static BrokerRegistrationRecord registration(BrokerImage broker) {
        BrokerRegistrationRecord.Builder record = BrokerRegistrationRecord.newBuilder()
                .setBrokerId(broker.id())
                .setIncarnationId(Uuids.toBytes(broker.incarnationId()))
                .setRack(broker.rack())
                .addAllDirectoryIds(Uuids.toBytes(broker.directoryIds()))
                .setBrokerEpoch(broker.epoch())
                .setFenced(broker.fenced())
                .setInControlledShutdown(broker.inControlledShutdown())
                .setDraining(broker.draining())
                .setUncleanStart(broker.uncleanStart())
                .setCordoned(broker.cordoned())
                .addAllFeatures(RegistryRecords.ranges(broker.features()));
        for (ListenerEndpoint endpoint : broker.endpoints()) {
            record.addEndpoints(message(endpoint));
        }
        if (broker.adminEndpoint() != null) {
            record.setAdminEndpoint(message(broker.adminEndpoint()));
        }
        return record.build();
    }

    /** How a record names the topic whose setting it holds. */
    public static ConfigResource topicResource(Uuid topicId) {
        return ConfigResource.newBuilder()
                .setType(ConfigResource.Type.TOPIC)
                .setName(topicId.toString())
                .build();
    }

    static Uuid topicId(String resourceName) {
        return Uuid.fromString(resourceName);
    }
}
