// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import com.google.protobuf.ByteString;
import io.shiplog.metadata.image.Uuids;
import io.shiplog.metadata.proto.AddVoterRequest;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.RemoveVoterRequest;
import io.shiplog.metadata.ratis.RatisQuorum;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.Errors;

/** What operators ask of the quorum's members and leader (KIP-853); carried out by the active controller only. */
final class VoterRequests {
    private static final int UUID_BYTES = 16;

    private final QuorumNode node;
    private final Membership membership;

    VoterRequests(QuorumNode node, Membership membership) {
        this.node = node;
        this.membership = membership;
    }

    /** The outcome of a request to add or remove a voter or to hand over leadership. */
    CompletableFuture<Membership.Outcome> handle(EndpointRequest request) {
        RatisQuorum quorum = node.quorum();
        if (quorum == null || !node.isActiveController()) {
            return answer(Errors.NOT_CONTROLLER, "");
        }
        return switch (request.getBodyCase()) {
            case ADD_VOTER -> add(quorum, request.getAddVoter());
            case REMOVE_VOTER -> remove(quorum, request.getRemoveVoter());
            case TRANSFER_LEADERSHIP ->
                membership.transfer(
                        quorum,
                        request.getTransferLeadership().getNodeId(),
                        request.getTransferLeadership().getTimeoutMs());
            default -> answer(Errors.INVALID_REQUEST, "not a change of the quorum");
        };
    }

    private CompletableFuture<Membership.Outcome> add(RatisQuorum quorum, AddVoterRequest request) {
        String problem = problem(request.getClusterId(), request.getDirectoryId());
        if (!problem.isEmpty()) {
            return answer(clusterError(request.getClusterId()), problem);
        }
        return membership.add(
                quorum, request.getNodeId(), directoryId(request.getDirectoryId()), request.getTimeoutMs());
    }

    private CompletableFuture<Membership.Outcome> remove(RatisQuorum quorum, RemoveVoterRequest request) {
        String problem = problem(request.getClusterId(), request.getDirectoryId());
        if (!problem.isEmpty()) {
            return answer(clusterError(request.getClusterId()), problem);
        }
        return membership.remove(
                quorum,
                request.getNodeId(),
                directoryId(request.getDirectoryId()),
                node.nodeId(),
                request.getTimeoutMs());
    }

    private String problem(String clusterId, ByteString directoryId) {
        if (isForeign(clusterId)) {
            return "This is cluster " + node.clusterId() + ", not " + clusterId + ".";
        }
        return directoryId.isEmpty() || directoryId.size() == UUID_BYTES
                ? ""
                : "A directory id has " + UUID_BYTES + " bytes, not " + directoryId.size() + ".";
    }

    private Errors clusterError(String clusterId) {
        return isForeign(clusterId) ? Errors.INCONSISTENT_CLUSTER_ID : Errors.INVALID_REQUEST;
    }

    private boolean isForeign(String clusterId) {
        return !clusterId.isEmpty() && !clusterId.equals(node.clusterId());
    }

    private static Uuid directoryId(ByteString bytes) {
        return bytes.isEmpty() ? Uuid.ZERO_UUID : Uuids.fromBytes(bytes);
    }

    private static CompletableFuture<Membership.Outcome> answer(Errors error, String message) {
        return CompletableFuture.completedFuture(new Membership.Outcome(error, message));
    }
}
