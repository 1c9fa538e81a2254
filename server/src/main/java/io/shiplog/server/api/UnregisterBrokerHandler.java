// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.UnregisterBrokerCommand;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import org.apache.kafka.common.message.UnregisterBrokerRequestData;
import org.apache.kafka.common.message.UnregisterBrokerResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** UnregisterBroker: the cluster forgets a node that does not come back. */
final class UnregisterBrokerHandler implements RequestHandler<UnregisterBrokerRequestData> {
    private final AdminPort admin;

    UnregisterBrokerHandler(AdminPort admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.UNREGISTER_BROKER;
    }

    @Override
    public UnregisterBrokerRequestData read(BoundedReadable body, short version) {
        return new UnregisterBrokerRequestData(body, version);
    }

    @Override
    public void handle(UnregisterBrokerRequestData request, Exchange exchange) {
        MetadataCommand.Builder command = MetadataCommand.newBuilder()
                .setUnregisterBroker(UnregisterBrokerCommand.newBuilder().setTargetBrokerId(request.brokerId()));
        Later.answered(admin.submit(command, Origins.of(exchange), 0), exchange, answer -> {
            Errors error = answer.settled(answer.error(), Errors.BROKER_ID_NOT_REGISTERED);
            exchange.respond(new UnregisterBrokerResponseData()
                    .setErrorCode(error.code())
                    .setErrorMessage(AdminAnswer.message(error, answer.message())));
        });
    }
}
