// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.server.protocol.Exchange;
import io.shiplog.server.protocol.RequestHeader;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Serves one Kafka API in all its versions, and knows how its requests are read.
 *
 * @param <T> a request that was read
 */
public interface BodyHandler<T> {
    ApiKeys api();

    /**
     * Reads the body of a request. Has no effect: whatever it throws is the sender's fault.
     *
     * @param body   from its position to its limit; valid until {@link #handle} returns
     * @param header of a version that {@link io.shiplog.server.protocol.SupportedApis} lists
     */
    T read(ByteBuffer body, RequestHeader header);

    /** Does what was asked and answers. Called on the connection's event loop; must not block. */
    void handle(T request, Exchange exchange);
}
