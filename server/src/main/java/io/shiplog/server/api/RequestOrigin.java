// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.server.protocol.Exchange;

/**
 * Who asked for a change, as the history of changes names it.
 *
 * @param principal as Kafka writes principals: type, colon, name
 * @param clientId  as the client calls itself; "" when it does not
 * @param address   of the client
 */
public record RequestOrigin(String principal, String clientId, String address) {
    /** Who has not proved to be anybody. */
    public static final String ANONYMOUS = "User:ANONYMOUS";

    static RequestOrigin of(Exchange exchange) {
        return new RequestOrigin(
                ANONYMOUS,
                exchange.header().clientId(),
                exchange.clientAddress().getHostAddress());
    }

    /** Client id and address in one text. */
    public String client() {
        return clientId.isEmpty() ? address : clientId + "@" + address;
    }
}
