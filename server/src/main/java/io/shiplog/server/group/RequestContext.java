// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.group;

import io.shiplog.server.protocol.Exchange;
import java.net.InetAddress;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.security.auth.KafkaPrincipal;
import org.apache.kafka.common.security.auth.SecurityProtocol;
import org.apache.kafka.server.authorizer.AuthorizableRequestContext;

/** Who asks, as the coordinator wants to know it. Holds nothing of the request's bytes, since a join may wait for minutes. */
record RequestContext(
        InetAddress clientAddress, int requestType, int requestVersion, String clientId, int correlationId)
        implements AuthorizableRequestContext {
    static RequestContext of(Exchange exchange) {
        return new RequestContext(
                exchange.clientAddress(),
                exchange.header().api().id,
                exchange.header().version(),
                exchange.header().clientId(),
                exchange.correlationId());
    }

    /** For what this node wants to know itself. */
    static RequestContext ofThisNode() {
        return new RequestContext(
                InetAddress.getLoopbackAddress(), ApiKeys.LIST_GROUPS.id, ApiKeys.LIST_GROUPS.latestVersion(), "", 0);
    }

    @Override
    public String listenerName() {
        return SecurityProtocol.PLAINTEXT.name;
    }

    @Override
    public SecurityProtocol securityProtocol() {
        return SecurityProtocol.PLAINTEXT;
    }

    @Override
    public KafkaPrincipal principal() {
        return KafkaPrincipal.ANONYMOUS;
    }
}
