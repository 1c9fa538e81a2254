// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.proto.AlterClientQuotasCommand;
import io.shiplog.metadata.proto.EntryResult;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.QuotaAlteration;
import io.shiplog.metadata.proto.QuotaEntityPart;
import io.shiplog.metadata.proto.QuotaOp;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import java.util.List;
import org.apache.kafka.common.message.AlterClientQuotasRequestData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntityData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.EntryData;
import org.apache.kafka.common.message.AlterClientQuotasRequestData.OpData;
import org.apache.kafka.common.message.AlterClientQuotasResponseData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** AlterClientQuotas: the quotas of users, client ids and addresses, as stored state (KIP-546, KIP-612). */
final class AlterClientQuotasHandler implements RequestHandler<AlterClientQuotasRequestData> {
    private final AdminPort admin;

    AlterClientQuotasHandler(AdminPort admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ALTER_CLIENT_QUOTAS;
    }

    @Override
    public AlterClientQuotasRequestData read(BoundedReadable body, short version) {
        return new AlterClientQuotasRequestData(body, version);
    }

    @Override
    public void handle(AlterClientQuotasRequestData request, Exchange exchange) {
        var altered = admin.submit(command(request), Origins.of(exchange), 0);
        Later.answered(altered, exchange, answer -> exchange.respond(response(request, answer)));
    }

    private static MetadataCommand.Builder command(AlterClientQuotasRequestData request) {
        AlterClientQuotasCommand.Builder command =
                AlterClientQuotasCommand.newBuilder().setValidateOnly(request.validateOnly());
        for (EntryData entry : request.entries()) {
            QuotaAlteration.Builder alteration = QuotaAlteration.newBuilder();
            for (EntityData entity : entry.entity()) {
                boolean isDefault = entity.entityName() == null;
                alteration.addEntity(QuotaEntityPart.newBuilder()
                        .setType(entity.entityType())
                        .setName(isDefault ? "" : entity.entityName())
                        .setIsDefault(isDefault));
            }
            for (OpData op : entry.ops()) {
                alteration.addOps(QuotaOp.newBuilder()
                        .setKey(op.key())
                        .setValue(op.value())
                        .setRemoved(op.remove()));
            }
            command.addAlterations(alteration);
        }
        return MetadataCommand.newBuilder().setAlterClientQuotas(command);
    }

    private static AlterClientQuotasResponseData response(AlterClientQuotasRequestData request, AdminAnswer answer) {
        AlterClientQuotasResponseData response = new AlterClientQuotasResponseData();
        List<EntryResult> results = answer.result().getAlterClientQuotas().getResultsList();
        for (int i = 0; i < request.entries().size(); i++) {
            Errors error = answer.isRefused()
                    ? answer.error()
                    : Errors.forCode((short) results.get(i).getError());
            String message =
                    answer.isRefused() ? answer.message() : results.get(i).getMessage();
            response.entries()
                    .add(entry(request.entries().get(i))
                            .setErrorCode(error.code())
                            .setErrorMessage(AdminAnswer.message(error, message)));
        }
        return response;
    }

    private static AlterClientQuotasResponseData.EntryData entry(EntryData asked) {
        AlterClientQuotasResponseData.EntryData entry = new AlterClientQuotasResponseData.EntryData();
        for (EntityData entity : asked.entity()) {
            entry.entity()
                    .add(new AlterClientQuotasResponseData.EntityData()
                            .setEntityType(entity.entityType())
                            .setEntityName(entity.entityName()));
        }
        return entry;
    }
}
