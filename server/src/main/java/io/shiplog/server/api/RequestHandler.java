// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.Exchange;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Serves one Kafka API in all its versions.
 *
 * @param <T> the generated request class
 */
public interface RequestHandler<T extends ApiMessage> {
    ApiKeys api();

    /**
     * Reads the body of a request. Has no effect: whatever it throws is the sender's fault.
     *
     * @param body    its array elements are counted: whatever is declared, a request costs memory for what it holds
     * @param version one that {@link io.shiplog.server.protocol.SupportedApis} lists
     */
    T read(BoundedReadable body, short version);

    /** Does what was asked and answers. Called on the connection's event loop; must not block. */
    void handle(T request, Exchange exchange);
}
