// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.server.protocol.Exchange;
import io.shiplog.server.protocol.RequestHeader;
import io.shiplog.server.protocol.RequestProcessor;
import io.shiplog.server.protocol.SupportedApis;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Brings each request to the handler of its API. Versions that nobody serves end here: ApiVersions gets version 0 of its
 * answer with the error and the table (KIP-511), everything else a closed connection, as from Apache Kafka 4 (there too for
 * Produce 0 to 2, which are advertised for librdkafka's sake only: SocketServer.parseRequestHeader).
 */
public final class RequestDispatcher implements RequestProcessor {
    private final Map<ApiKeys, BodyHandler<?>> handlers = new EnumMap<>(ApiKeys.class);
    private final ApiVersionsHandler apiVersions;
    private final SupportedApis apis;

    /**
     * @param handlers one per API; ApiVersions is served without being among them
     * @param cluster  what ApiVersions takes the features' epoch from
     */
    public RequestDispatcher(Collection<? extends BodyHandler<?>> handlers, ClusterView cluster) {
        for (BodyHandler<?> handler : handlers) {
            if (this.handlers.put(handler.api(), handler) != null) {
                throw new IllegalArgumentException("two handlers for " + handler.api());
            }
        }
        Set<ApiKeys> served = EnumSet.of(ApiKeys.API_VERSIONS);
        served.addAll(this.handlers.keySet());
        apis = new SupportedApis(served);
        apiVersions = new ApiVersionsHandler(apis, cluster);
        this.handlers.put(ApiKeys.API_VERSIONS, apiVersions);
    }

    /** What this dispatcher serves. */
    public SupportedApis apis() {
        return apis;
    }

    @Override
    public void process(Exchange exchange) {
        RequestHeader header = exchange.header();
        if (apis.serves(header.api(), header.version())) {
            serve(handlers.get(header.api()), exchange);
        } else {
            refuseVersion(exchange);
        }
    }

    /**
     * Reads a body as {@link #process} does, and does nothing else.
     *
     * @param header of an API and version that are served
     * @return throws whatever the bytes cause
     */
    public Object decode(RequestHeader header, ByteBuffer body) {
        return handlers.get(header.api()).read(body, header);
    }

    private <T> void serve(BodyHandler<T> handler, Exchange exchange) {
        RequestHeader header = exchange.header();
        T request;
        try {
            request = handler.read(exchange.body(), header);
        } catch (RuntimeException e) {
            // the readers throw whatever their buffer throws; nothing was done yet
            exchange.close("bad body of a " + header.api().name + " request, version " + header.version() + ": "
                    + e.getMessage());
            return;
        }
        handler.handle(request, exchange);
    }

    private void refuseVersion(Exchange exchange) {
        RequestHeader header = exchange.header();
        if (header.api() == ApiKeys.API_VERSIONS) {
            apiVersions.refuseVersion(exchange);
        } else {
            exchange.close(header.api().name + " version " + header.version() + " is not served");
        }
    }
}
