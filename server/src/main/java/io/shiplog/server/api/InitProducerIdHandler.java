// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import org.apache.kafka.common.message.InitProducerIdRequestData;
import org.apache.kafka.common.message.InitProducerIdResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/**
 * InitProducerId for idempotent producers: a new id with epoch 0 each time, as Kafka answers it without a transactional id.
 * Transactions are not served.
 */
final class InitProducerIdHandler implements RequestHandler<InitProducerIdRequestData> {
    private final ProducerIds ids;

    InitProducerIdHandler(ProducerIds ids) {
        this.ids = ids;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.INIT_PRODUCER_ID;
    }

    @Override
    public InitProducerIdRequestData read(BoundedReadable body, short version) {
        return new InitProducerIdRequestData(body, version);
    }

    @Override
    public void handle(InitProducerIdRequestData request, Exchange exchange) {
        if (request.transactionalId() != null) {
            Errors error = request.transactionalId().isEmpty()
                    ? Errors.INVALID_REQUEST
                    : Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
            exchange.respond(refused(error));
            return;
        }
        Later.on(ids.next(), exchange, (id, failure) -> {
            if (failure == null) {
                exchange.respond(
                        new InitProducerIdResponseData().setProducerId(id).setProducerEpoch((short) 0));
            } else {
                // the controller is away: clients of every age try again after this error
                exchange.respond(refused(Errors.COORDINATOR_LOAD_IN_PROGRESS));
            }
        });
    }

    private static InitProducerIdResponseData refused(Errors error) {
        return new InitProducerIdResponseData()
                .setErrorCode(error.code())
                .setProducerId(-1)
                .setProducerEpoch((short) -1);
    }
}
