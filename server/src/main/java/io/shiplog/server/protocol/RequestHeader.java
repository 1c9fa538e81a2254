// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.protocol;

import io.shiplog.replication.fetch.BoundedReadable;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * What stands before every request body: which API in which version, the number that the answer must carry, and who asks.
 *
 * <pre>
 * offset  0  int16  API key
 *         2  int16  API version
 *         4  int32  correlation id
 *         8  nullable string  client id          (header versions 1 and 2)
 *            tagged fields                       (header version 2: the flexible API versions)
 * </pre>
 *
 * @param api          the API, one that clients may ask for
 * @param version      as asked; possibly one that we do not serve
 * @param clientId     "" when the client names none
 */
public record RequestHeader(ApiKeys api, short version, int correlationId, String clientId) {
    private static final int FIXED_BYTES = 8;
    private static final short FIRST_FLEXIBLE = 2;

    /** Whether the body's counts are compact and its fields may be followed by tagged ones. */
    public boolean isFlexible() {
        return api.requestHeaderVersion(version) >= FIRST_FLEXIBLE;
    }

    /**
     * Reads the header and leaves the buffer at the request's body.
     *
     * @throws MalformedRequest for an API key that does not exist or that has no version, and for bytes that are no header
     */
    public static RequestHeader read(ByteBuffer frame) throws MalformedRequest {
        if (frame.remaining() < FIXED_BYTES) {
            throw new MalformedRequest("a frame of " + frame.remaining() + " bytes holds no request header");
        }
        short key = frame.getShort(frame.position());
        short version = frame.getShort(frame.position() + 2);
        if (!ApiKeys.hasId(key) || !ApiKeys.forId(key).hasValidVersion()) {
            throw new MalformedRequest("unknown API key " + key);
        }
        ApiKeys api = ApiKeys.forId(key);
        try {
            short headerVersion = api.requestHeaderVersion(version);
            var readable = new BoundedReadable(frame, headerVersion >= FIRST_FLEXIBLE, 0);
            var data = new RequestHeaderData(readable, headerVersion);
            String clientId = data.clientId() == null ? "" : data.clientId();
            return new RequestHeader(api, version, data.correlationId(), clientId);
        } catch (RuntimeException e) {
            // the generated readers throw whatever their buffer throws
            throw new MalformedRequest("bad header of a " + api.name + " request: " + e.getMessage());
        }
    }
}
