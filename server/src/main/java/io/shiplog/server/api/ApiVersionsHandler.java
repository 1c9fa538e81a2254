// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.image.Features;
import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.SupportedFeature;
import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import io.shiplog.server.protocol.SupportedApis;
import java.util.regex.Pattern;
import org.apache.kafka.common.message.ApiVersionsRequestData;
import org.apache.kafka.common.message.ApiVersionsResponseData;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.FinalizedFeatureKeyCollection;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKey;
import org.apache.kafka.common.message.ApiVersionsResponseData.SupportedFeatureKeyCollection;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * ApiVersions: the table of what is served, and the features of the cluster (KIP-35, KIP-511, KIP-584).
 *
 * <p>Features are those that the cluster has agreed on. What is absent ({@code transaction.version}, {@code share.version}) tells
 * clients not to rely on it.
 */
final class ApiVersionsHandler implements RequestHandler<ApiVersionsRequestData> {
    private static final Logger LOG = LoggerFactory.getLogger(ApiVersionsHandler.class);
    /** From this version on a client says what software it is. */
    private static final short FIRST_WITH_SOFTWARE = 3;
    /** From this version on a feature may be one that can be out of use. */
    private static final short FIRST_WITH_LEVEL_ZERO = 4;

    /** KIP-511; what else a name could hold would end up in logs and metrics. */
    private static final Pattern SOFTWARE = Pattern.compile("[a-zA-Z0-9](?:[a-zA-Z0-9\\-.]*[a-zA-Z0-9])?");

    private final SupportedApis apis;
    private final ClusterView cluster;

    ApiVersionsHandler(SupportedApis apis, ClusterView cluster) {
        this.apis = apis;
        this.cluster = cluster;
    }

    @Override
    public ApiKeys api() {
        return ApiKeys.API_VERSIONS;
    }

    @Override
    public ApiVersionsRequestData read(BoundedReadable body, short version) {
        return new ApiVersionsRequestData(body, version);
    }

    @Override
    public void handle(ApiVersionsRequestData request, Exchange exchange) {
        if (exchange.header().version() >= FIRST_WITH_SOFTWARE && !namesSoftware(request)) {
            exchange.respond(new ApiVersionsResponseData().setErrorCode(Errors.INVALID_REQUEST.code()));
            return;
        }
        LOG.debug(
                "connection {} is {} {}, client id {}",
                exchange.connectionId(),
                request.clientSoftwareName(),
                request.clientSoftwareVersion(),
                exchange.header().clientId());
        MetadataImage image = cluster.image();
        exchange.respond(new ApiVersionsResponseData()
                .setApiKeys(apis.advertised())
                .setSupportedFeatures(supportedFeatures(exchange.header().version()))
                .setFinalizedFeatures(finalizedFeatures(image))
                .setFinalizedFeaturesEpoch(image.offset()));
    }

    /** Answers a version that is too new: the client reads from it which one to ask in. Never reads the body. */
    void refuseVersion(Exchange exchange) {
        ApiVersionCollection table = new ApiVersionCollection(1);
        ApiVersion own = apis.advertised().find(ApiKeys.API_VERSIONS.id);
        table.add(own.duplicate());
        exchange.respond(new ApiVersionsResponseData()
                .setErrorCode(Errors.UNSUPPORTED_VERSION.code())
                .setApiKeys(table));
    }

    private static boolean namesSoftware(ApiVersionsRequestData request) {
        return SOFTWARE.matcher(request.clientSoftwareName()).matches()
                && SOFTWARE.matcher(request.clientSoftwareVersion()).matches();
    }

    private static SupportedFeatureKeyCollection supportedFeatures(short version) {
        SupportedFeatureKeyCollection features = new SupportedFeatureKeyCollection();
        for (SupportedFeature feature : Features.supported()) {
            if (feature.minLevel() == 0 && version < FIRST_WITH_LEVEL_ZERO) {
                continue; // clients of that age fail on it (KAFKA-17492)
            }
            features.add(new SupportedFeatureKey()
                    .setName(feature.name())
                    .setMinVersion((short) feature.minLevel())
                    .setMaxVersion((short) feature.maxLevel()));
        }
        return features;
    }

    private static FinalizedFeatureKeyCollection finalizedFeatures(MetadataImage image) {
        FinalizedFeatureKeyCollection features = new FinalizedFeatureKeyCollection();
        image.registry()
                .featureLevels()
                .forEach((name, level) -> features.add(new FinalizedFeatureKey()
                        .setName(name)
                        .setMinVersionLevel(level.shortValue())
                        .setMaxVersionLevel(level.shortValue())));
        return features;
    }
}
