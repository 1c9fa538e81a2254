// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import io.shiplog.replication.fetch.BoundedReadable;
import io.shiplog.server.protocol.RequestHeader;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.ApiMessage;

/**
 * Serves one Kafka API by the class that is generated for its requests.
 *
 * @param <T> the generated request class
 */
public interface RequestHandler<T extends ApiMessage> extends BodyHandler<T> {
    /** Topics, partitions, replicas and settings that one request may name in all. */
    int MAX_ELEMENTS = 200_000;

    /**
     * Reads the body of a request. Has no effect: whatever it throws is the sender's fault.
     *
     * @param body    its array elements are counted: whatever is declared, a request costs memory for what it holds
     * @param version one that {@link io.shiplog.server.protocol.SupportedApis} lists
     */
    T read(BoundedReadable body, short version);

    @Override
    default T read(ByteBuffer body, RequestHeader header) {
        return read(new BoundedReadable(body, header.isFlexible(), MAX_ELEMENTS, header.version()), header.version());
    }
}
