// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.protocol;

import io.shiplog.replication.fetch.BoundedReadable;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * Reads the headers of one connection's requests. One whose bytes are those of the header before it, the correlation id aside, is that header: a producer's
 * requests cost no object each.
 *
 * <pre>
 * offset  0  int16  API key
 *         2  int16  API version
 *         4  int32  correlation id
 *         8  nullable string  client id          (header versions 1 and 2)
 *            tagged fields                       (header version 2: the flexible API versions)
 * </pre>
 *
 * On the connection's loop.
 */
public final class RequestHeaderReader {
    private static final int VERSION_AT = 2;
    private static final int CORRELATION_AT = 4;
    private static final int CLIENT_AT = 8;
    /** A longer header is read anew each time. */
    private static final int MAX_KEPT_BYTES = 256;

    private static final byte[] NOTHING = {};

    private byte[] keptBytes = NOTHING;
    private RequestHeader kept;
    private int correlationId;

    /**
     * Reads a header and leaves the buffer at the request's body.
     *
     * @throws MalformedRequest for an API key that does not exist or that has no version, and for bytes that are no header
     */
    public RequestHeader read(ByteBuffer frame) throws MalformedRequest {
        if (frame.remaining() < CLIENT_AT) {
            throw new MalformedRequest("a frame of " + frame.remaining() + " bytes holds no request header");
        }
        int start = frame.position();
        correlationId = frame.getInt(start + CORRELATION_AT);
        if (isAsBefore(frame, start)) {
            frame.position(start + keptBytes.length);
            return kept;
        }
        RequestHeader header = parse(frame, start);
        keep(header, frame, start);
        return header;
    }

    /** That of the header read last: the answer has to carry it. */
    public int correlationId() {
        return correlationId;
    }

    private boolean isAsBefore(ByteBuffer frame, int start) {
        int length = keptBytes.length;
        if (length == 0 || frame.remaining() < length) {
            return false;
        }
        for (int i = CLIENT_AT; i < length; i++) {
            if (frame.get(start + i) != keptBytes[i]) {
                return false;
            }
        }
        return frame.getShort(start) == kept.api().id && frame.getShort(start + VERSION_AT) == kept.version();
    }

    private void keep(RequestHeader header, ByteBuffer frame, int start) {
        int length = frame.position() - start;
        if (length > MAX_KEPT_BYTES) {
            return;
        }
        keptBytes = new byte[length];
        frame.get(start, keptBytes);
        kept = header;
    }

    private static RequestHeader parse(ByteBuffer frame, int start) throws MalformedRequest {
        short key = frame.getShort(start);
        short version = frame.getShort(start + VERSION_AT);
        if (!ApiKeys.hasId(key) || !ApiKeys.forId(key).hasValidVersion()) {
            throw new MalformedRequest("unknown API key " + key);
        }
        ApiKeys api = ApiKeys.forId(key);
        try {
            short headerVersion = api.requestHeaderVersion(version);
            var readable = new BoundedReadable(frame, headerVersion >= RequestHeader.FIRST_FLEXIBLE, 0);
            var data = new RequestHeaderData(readable, headerVersion);
            return new RequestHeader(api, version, data.clientId() == null ? "" : data.clientId());
        } catch (RuntimeException e) {
            // the generated readers throw whatever their buffer throws
            throw new MalformedRequest("bad header of a " + api.name + " request: " + e.getMessage());
        }
    }
}
