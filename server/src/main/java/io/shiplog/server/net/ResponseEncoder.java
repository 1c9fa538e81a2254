// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.shiplog.server.protocol.RequestHeader;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * Turns responses into what a channel writes. A response without slices is one buffer of exactly its size; a fetch response is an
 * alternation of buffers (headers and short slices, side by side) and regions of segment files. One per loop.
 */
final class ResponseEncoder {
    private static final int LENGTH_BYTES = 4;

    private final ByteBufAllocator allocator;

    ResponseEncoder(ByteBufAllocator allocator) {
        this.allocator = allocator;
    }

    /**
     * @param version the one to answer in, which is the request's but for an ApiVersions request that is too new
     */
    ByteBuf encode(RequestHeader request, short version, ApiMessage response) {
        ApiKeys api = request.api();
        var header = new ResponseHeaderData().setCorrelationId(request.correlationId());
        short headerVersion = api.responseHeaderVersion(version);
        var cache = new ObjectSerializationCache();
        int size = header.size(cache, headerVersion) + response.size(cache, version);
        ByteBuf frame = allocator.directBuffer(LENGTH_BYTES + size, LENGTH_BYTES + size);
        var out = new ByteBufferAccessor(frame.internalNioBuffer(0, LENGTH_BYTES + size));
        out.writeInt(size);
        header.write(out, cache, headerVersion);
        response.write(out, cache, version);
        return frame.writerIndex(LENGTH_BYTES + size);
    }
}
