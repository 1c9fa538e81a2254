// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

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
 * <p>Of Kafka's features one is true of this cluster, always and not to be switched off: eligible leader replicas. What is absent
 * ({@code transaction.version} and the group protocols) tells clients not to rely on it.
 */
final class ApiVersionsHandler implements RequestHandler<ApiVersionsRequestData> {
    private static final Logger LOG = LoggerFactory.getLogger(ApiVersionsHandler.class);
    private static final String ELR_FEATURE = "eligible.leader.replicas.version";
    private static final short ELR_LEVEL = 1;
    /** From this version on a client says what software it is. */
    private static final short FIRST_WITH_SOFTWARE = 3;

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
        exchange.respond(new ApiVersionsResponseData()
                .setApiKeys(apis.advertised())
                .setSupportedFeatures(supportedFeatures())
                .setFinalizedFeatures(finalizedFeatures())
                .setFinalizedFeaturesEpoch(cluster.image().offset()));
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

    private static SupportedFeatureKeyCollection supportedFeatures() {
        SupportedFeatureKeyCollection features = new SupportedFeatureKeyCollection(1);
        features.add(new SupportedFeatureKey()
                .setName(ELR_FEATURE)
                .setMinVersion(ELR_LEVEL)
                .setMaxVersion(ELR_LEVEL));
        return features;
    }

    private static FinalizedFeatureKeyCollection finalizedFeatures() {
        FinalizedFeatureKeyCollection features = new FinalizedFeatureKeyCollection(1);
        features.add(new FinalizedFeatureKey()
                .setName(ELR_FEATURE)
                .setMinVersionLevel(ELR_LEVEL)
                .setMaxVersionLevel(ELR_LEVEL));
        return features;
    }
}
