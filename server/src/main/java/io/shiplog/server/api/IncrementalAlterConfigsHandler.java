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
final class IncrementalAlterConfigsHandler extends ConfigAlteringHandler<IncrementalAlterConfigsRequestData> {
    IncrementalAlterConfigsHandler(ConfigAlterations alterations) {
        super(alterations);
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
    List<Resource> resources(IncrementalAlterConfigsRequestData request) {
        List<Resource> resources = new ArrayList<>();
        for (AlterConfigsResource resource : request.resources()) {
            List<Change> changes = new ArrayList<>();
            for (AlterableConfig config : resource.configs()) {
                changes.add(new Change(config.name(), OpType.forId(config.configOperation()), config.value()));
            }
            resources.add(new Resource(resource.resourceType(), resource.resourceName(), changes));
        }
        return resources;
    }

    @Override
    boolean replaces() {
        return false;
    }

    @Override
    boolean validatesOnly(IncrementalAlterConfigsRequestData request) {
        return request.validateOnly();
    }

    @Override
    MetadataCommand.Builder command(IncrementalAlterConfigsRequestData request, List<Resource> asked) {
        IncrementalAlterConfigsCommand.Builder command =
                IncrementalAlterConfigsCommand.newBuilder().setValidateOnly(request.validateOnly());
        for (Resource resource : asked) {
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

    @Override
    IncrementalAlterConfigsResponseData response(List<Outcome> outcomes) {
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
