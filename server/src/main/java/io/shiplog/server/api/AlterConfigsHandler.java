// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.proto.ConfigEntry;
import io.shiplog.metadata.proto.ConfigReplacement;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.ReplaceConfigsCommand;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.api.ConfigAlterations.Change;
import io.shiplog.server.api.ConfigAlterations.Outcome;
import io.shiplog.server.api.ConfigAlterations.Resource;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.admin.AlterConfigOp.OpType;
import org.apache.kafka.common.message.AlterConfigsRequestData;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterConfigsResource;
import org.apache.kafka.common.message.AlterConfigsRequestData.AlterableConfig;
import org.apache.kafka.common.message.AlterConfigsResponseData;
import org.apache.kafka.common.message.AlterConfigsResponseData.AlterConfigsResourceResponse;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * AlterConfigs: replaces all settings of a resource; what is not named is unset. The Java client has given it up for
 * {@link IncrementalAlterConfigsHandler}, others have not.
 */
final class AlterConfigsHandler extends ConfigAlteringHandler<AlterConfigsRequestData> {
    AlterConfigsHandler(ConfigAlterations alterations) {
        super(alterations);
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.ALTER_CONFIGS;
    }

    @Override
    public AlterConfigsRequestData read(BoundedReadable body, short version) {
        return new AlterConfigsRequestData(body, version);
    }

    @Override
    List<Resource> resources(AlterConfigsRequestData request) {
        List<Resource> resources = new ArrayList<>();
        for (AlterConfigsResource resource : request.resources()) {
            List<Change> changes = new ArrayList<>();
            for (AlterableConfig config : resource.configs()) {
                changes.add(new Change(config.name(), OpType.SET, config.value()));
            }
            resources.add(new Resource(resource.resourceType(), resource.resourceName(), changes));
        }
        return resources;
    }

    @Override
    boolean replaces() {
        return true;
    }

    @Override
    boolean validatesOnly(AlterConfigsRequestData request) {
        return request.validateOnly();
    }

    @Override
    MetadataCommand.Builder command(AlterConfigsRequestData request, List<Resource> asked) {
        ReplaceConfigsCommand.Builder command =
                ReplaceConfigsCommand.newBuilder().setValidateOnly(request.validateOnly());
        for (Resource resource : asked) {
            ConfigReplacement.Builder replacement =
                    ConfigReplacement.newBuilder().setResource(resource.toProto());
            for (Change change : resource.changes()) {
                replacement.addConfigs(
                        ConfigEntry.newBuilder().setKey(change.key()).setValue(change.value()));
            }
            command.addReplacements(replacement);
        }
        return MetadataCommand.newBuilder().setReplaceConfigs(command);
    }

    @Override
    AlterConfigsResponseData response(List<Outcome> outcomes) {
        AlterConfigsResponseData response = new AlterConfigsResponseData();
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
