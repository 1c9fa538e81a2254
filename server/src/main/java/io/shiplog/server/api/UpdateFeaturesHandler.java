// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.proto.FeatureUpdate;
import io.shiplog.metadata.proto.MetadataCommand;
import io.shiplog.metadata.proto.UpdateFeaturesCommand;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import org.apache.kafka.clients.admin.FeatureUpdate.UpgradeType;
import org.apache.kafka.common.message.UpdateFeaturesRequestData;
import org.apache.kafka.common.message.UpdateFeaturesRequestData.FeatureUpdateKey;
import org.apache.kafka.common.message.UpdateFeaturesResponseData;
import org.apache.kafka.common.message.UpdateFeaturesResponseData.UpdatableFeatureResult;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;

/** UpdateFeatures: other levels of the features that the cluster has agreed on, all or none (KIP-584, KIP-778, KIP-1022). */
final class UpdateFeaturesHandler implements RequestHandler<UpdateFeaturesRequestData> {
    private static final short FIRST_WITH_UPGRADE_TYPE = 1;
    /** From this version on a success is told once, not for each feature. */
    private static final short FIRST_WITHOUT_RESULTS = 2;

    private final AdminPort admin;

    UpdateFeaturesHandler(AdminPort admin) {
        this.admin = admin;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.UPDATE_FEATURES;
    }

    @Override
    public UpdateFeaturesRequestData read(BoundedReadable body, short version) {
        return new UpdateFeaturesRequestData(body, version);
    }

    @Override
    public void handle(UpdateFeaturesRequestData request, Exchange exchange) {
        short version = exchange.header().version();
        var updated = admin.submit(command(request, version), Origins.of(exchange), request.timeoutMs());
        Later.answered(updated, exchange, answer -> exchange.respond(response(request, version, answer)));
    }

    private static MetadataCommand.Builder command(UpdateFeaturesRequestData request, short version) {
        UpdateFeaturesCommand.Builder command =
                UpdateFeaturesCommand.newBuilder().setValidateOnly(request.validateOnly());
        for (FeatureUpdateKey update : request.featureUpdates()) {
            command.addUpdates(FeatureUpdate.newBuilder()
                    .setName(update.feature())
                    .setLevel(update.maxVersionLevel())
                    .setUpgradeType(upgradeType(update, version)));
        }
        return MetadataCommand.newBuilder().setUpdateFeatures(command);
    }

    private static int upgradeType(FeatureUpdateKey update, short version) {
        if (version >= FIRST_WITH_UPGRADE_TYPE) {
            return update.upgradeType();
        }
        return (update.allowDowngrade() ? UpgradeType.SAFE_DOWNGRADE : UpgradeType.UPGRADE).code();
    }

    private static UpdateFeaturesResponseData response(
            UpdateFeaturesRequestData request, short version, AdminAnswer answer) {
        UpdateFeaturesResponseData response = new UpdateFeaturesResponseData()
                .setErrorCode(answer.error().code())
                .setErrorMessage(answer.errorMessage());
        if (!answer.isRefused() && version < FIRST_WITHOUT_RESULTS) {
            for (FeatureUpdateKey update : request.featureUpdates()) {
                response.results()
                        .add(new UpdatableFeatureResult()
                                .setFeature(update.feature())
                                .setErrorMessage(Errors.NONE.message()));
            }
        }
        return response;
    }
}
