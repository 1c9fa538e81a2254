// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench;

import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** Requests as they go over the wire. */
public final class Frames {
    private static final int LENGTH_BYTES = 4;

    private Frames() {}

    /** Length, header and body in a direct buffer. */
    public static ByteBuffer of(ApiKeys api, short version, ApiMessage request) {
        short headerVersion = api.requestHeaderVersion(version);
        RequestHeaderData header = new RequestHeaderData()
                .setRequestApiKey(api.id)
                .setRequestApiVersion(version)
                .setCorrelationId(1)
                .setClientId("bench");
        ObjectSerializationCache cache = new ObjectSerializationCache();
        int size = header.size(cache, headerVersion) + request.size(cache, version);
        ByteBuffer frame = ByteBuffer.allocateDirect(LENGTH_BYTES + size);
        ByteBufferAccessor out = new ByteBufferAccessor(frame);
        out.writeInt(size);
        header.write(out, cache, headerVersion);
        request.write(out, cache, version);
        return frame.flip();
    }
}
