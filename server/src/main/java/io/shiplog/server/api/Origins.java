// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.metadata.client.RequestOrigin;
import io.shiplog.server.protocol.Exchange;

/** Who asks. */
public final class Origins {
    /** Who has not proved to be anybody. */
    private static final String ANONYMOUS = "User:ANONYMOUS";

    private Origins() {}

    public static RequestOrigin of(Exchange exchange) {
        String clientId = exchange.header().clientId();
        String address = exchange.clientAddress().getHostAddress();
        return new RequestOrigin(ANONYMOUS, clientId.isEmpty() ? address : clientId + "@" + address);
    }
}
