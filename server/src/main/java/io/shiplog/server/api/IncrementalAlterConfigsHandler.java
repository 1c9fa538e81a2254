// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.proto.ConfigAlteration;
import io.shiplog.metadata.proto.ConfigAlteration.Op;
import io.shiplog.metadata.proto.IncrementalAlterConfigsCommand;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.api.ConfigAlterations.Change;
import io.shiplog.server.api.ConfigAlterations.Outcome;
import io.shiplog.server.api.ConfigAlterations.Resource;
import io.shiplog.server.protocol.Exchange;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.IncrementalAlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData;
import org.apache.kafka.common.message.IncrementalAlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;

/** IncrementalAlterConfigs: sets, unsets, and lengthens or shortens lists (KIP-339). */
final class IncrementalAlterConfigsHandler implements RequestHandler<IncrementalAlterConfigsRequestData> {
    private final ConfigAlterations alterations;

    IncrementalAlterConfigsHandler(ConfigAlterations alterations) {
        this.alterations = alterations;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.INCREMENTAL_ALTER_CONFIGS;
    }

    @Override
    public IncrementalAlterConfigsRequestData read(BoundedReadable body, short version) {
        return new IncrementalAlterConfigsRequestData(body, version);
    }

    @Override
    public void handle(IncrementalAlterConfigsRequestData request, Exchange exchange) {
        List<Resource> resources = new ArrayList<>();
        for (AlterConfigsResource resource : request.resources()) {
            List<Change> changes = new ArrayList<>();
            for (AlterableConfig config : resource.configs()) {
                changes.add(new Change(config.name(), OpType.forId(config.configOperation()), config.value()));
            }
            resources.add(new Resource(resource.resourceType(), resource.resourceName(), changes));
        }
        alterations.run(
                resources,
                asked -> command(asked, request.validateOnly()),
                exchange,
                outcomes -> exchange.respond(response(outcomes)));
    }

    private static MetadataCommand.Builder command(List<Resource> resources, boolean validateOnly) {
        IncrementalAlterConfigsCommand.Builder command =
                IncrementalAlterConfigsCommand.newBuilder().setValidateOnly(validateOnly);
        for (Resource resource : resources) {
            for (Change change : resource.changes()) {
                ConfigAlteration.Builder alteration = ConfigAlteration.newBuilder()
                        .setResource(resource.toProto())
                        .setKey(change.key())
                        .setOp(op(change.op()));
                if (change.op() != OpType.DELETE) {
                    alteration.setValue(change.value());
                }
                command.addAlterations(alteration);
            }
        }
        return MetadataCommand.newBuilder().setAlterConfigs(command);
    }

    private static Op op(OpType op) {
        return switch (op) {
            case SET -> Op.SET;
            case DELETE -> Op.DELETE;
            case APPEND -> Op.APPEND;
            case SUBTRACT -> Op.SUBTRACT;
        };
    }

    private static IncrementalAlterConfigsResponseData response(List<Outcome> outcomes) {
        IncrementalAlterConfigsResponseData response = new IncrementalAlterConfigsResponseData();
        for (Outcome outcome : outcomes) {
            response.responses()
                    .add(new AlterConfigsResourceResponse()
                            .setResourceType(outcome.resource().type())
                            .setResourceName(outcome.resource().name())
                            .setErrorCode(outcome.error().code())
                            .setErrorMessage(AdminAnswer.message(outcome.error(), outcome.message())));
        }
        return response;
    }
}
