// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.RemoveRaftVoterRequestData;
import org.apache.kafka.common.message.RemoveRaftVoterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** RemoveRaftVoter: a voter leaves the quorum for good (KIP-853). */
final class RemoveRaftVoterHandler implements RequestHandler<RemoveRaftVoterRequestData> {
    private final AdminPort admin;

    RemoveRaftVoterHandler(AdminPort admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.REMOVE_RAFT_VOTER;
    }

    @Override
    public RemoveRaftVoterRequestData read(BoundedReadable body, short version) {
        return new RemoveRaftVoterRequestData(body, version);
    }

    @Override
    public void handle(RemoveRaftVoterRequestData request, Exchange exchange) {
        if (request.voterId() < 0 || request.voterDirectoryId().equals(Uuid.ZERO_UUID)) {
            exchange.respond(
                    response(Errors.INVALID_REQUEST, "A voter is named by its id and the id of its directory."));
            return;
        }
        String clusterId = request.clusterId() == null ? "" : request.clusterId();
        var changed = admin.removeQuorumVoter(clusterId, request.voterId(), request.voterDirectoryId(), 0);
        Later.answered(
                changed,
                exchange,
                answer -> exchange.respond(
                        response(answer.settled(answer.error(), Errors.VOTER_NOT_FOUND), answer.message())));
    }

    private static RemoveRaftVoterResponseData response(Errors error, String message) {
        return new RemoveRaftVoterResponseData()
                .setErrorCode(error.code())
                .setErrorMessage(AdminAnswer.message(error, message));
    }
}
