// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.message.AddRaftVoterRequestData;
import org.apache.kafka.common.message.AddRaftVoterResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * AddRaftVoter: a quorum node that runs and waits becomes a voter (KIP-853). Where it is reached it says itself, so the listeners of
 * the request are not looked at.
 */
final class AddRaftVoterHandler implements RequestHandler<AddRaftVoterRequestData> {
    private final AdminPort admin;

    AddRaftVoterHandler(AdminPort admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ADD_RAFT_VOTER;
    }

    @Override
    public AddRaftVoterRequestData read(BoundedReadable body, short version) {
        return new AddRaftVoterRequestData(body, version);
    }

    @Override
    public void handle(AddRaftVoterRequestData request, Exchange exchange) {
        if (request.voterId() < 0 || request.voterDirectoryId().equals(Uuid.ZERO_UUID)) {
            exchange.respond(
                    response(Errors.INVALID_REQUEST, "A voter is named by its id and the id of its directory."));
            return;
        }
        String clusterId = request.clusterId() == null ? "" : request.clusterId();
        var changed =
                admin.addQuorumVoter(clusterId, request.voterId(), request.voterDirectoryId(), request.timeoutMs());
        Later.answered(
                changed,
                exchange,
                answer -> exchange.respond(
                        response(answer.settled(answer.error(), Errors.DUPLICATE_VOTER), answer.message())));
    }

    private static AddRaftVoterResponseData response(Errors error, String message) {
        return new AddRaftVoterResponseData()
                .setErrorCode(error.code())
                .setErrorMessage(AdminAnswer.message(error, message));
    }
}
