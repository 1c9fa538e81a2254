// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.protocol;

import java.util.Collection;
import java.util.EnumMap;
import java.util.Map;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersionCollection;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * The APIs that this node serves, each in all stable versions of Kafka 4.3.1. Made from the handlers that exist: clients choose
 * what they do by the advertised ranges, so an API without a handler must not appear.
 */
public final class SupportedApis {
    /** Served to storage nodes, which know of it, and not shown to clients: Kafka's brokers do not have it on this listener. */
    private static final ApiKeys BETWEEN_NODES = ApiKeys.FETCH_SNAPSHOT;

    private final Map<ApiKeys, ApiVersion> byKey = new EnumMap<>(ApiKeys.class);

    /**
     * @param served the APIs that have a handler
     */
    public SupportedApis(Collection<ApiKeys> served) {
        for (ApiKeys api : served) {
            byKey.put(
                    api,
                    new ApiVersion()
                            .setApiKey(api.id)
                            .setMinVersion(api.oldestVersion())
                            .setMaxVersion(api.latestVersion(false)));
        }
    }

    /** Whether this version of this API has a handler here. */
    public boolean serves(ApiKeys api, short version) {
        ApiVersion range = byKey.get(api);
        return range != null && version >= range.minVersion() && version <= range.maxVersion();
    }

    /**
     * The table for an ApiVersions response, a new one each time since generated collections take one owner. Produce is
     * advertised from version 0 though served from 3: librdkafka takes a higher minimum for a broker that knows no
     * compression (KAFKA-18659).
     */
    public ApiVersionCollection advertised() {
        ApiVersionCollection table = new ApiVersionCollection(byKey.size());
        for (ApiVersion range : byKey.values()) {
            if (range.apiKey() == BETWEEN_NODES.id) {
                continue;
            }
            ApiVersion copy = range.duplicate();
            if (range.apiKey() == ApiKeys.PRODUCE.id) {
                copy.setMinVersion(ApiKeys.PRODUCE_API_VERSIONS_RESPONSE_MIN_VERSION);
            }
            table.add(copy);
        }
        return table;
    }
}
