// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.node;

import io.shiplog.replication.fetch.FetchCodec;
import io.shiplog.replication.fetch.FetchFrame;
import io.shiplog.replication.fetch.FrameSink;
import io.shiplog.storage.log.LogSlice;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** Fetches as they go over the wire. */
public final class FetchBytes {
    public static final short VERSION = FetchCodec.MAX_VERSION;
    private static final int MAX_ELEMENTS = 10_000;
    /** Length, correlation id, tags of the header. */
    private static final int HEADER_BYTES = 4 + 4 + 1;

    private FetchBytes() {}

    public static ByteBuffer encode(FetchRequestData request) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        request.addSize(size, cache, VERSION);
        ByteBuffer buffer = ByteBuffer.allocate(size.totalSize());
        request.write(new ByteBufferAccessor(buffer), cache, VERSION);
        return buffer.flip();
    }

    public static FetchRequestData decodeRequest(ByteBuffer bytes) {
        return FetchCodec.decodeRequest(bytes, VERSION, MAX_ELEMENTS);
    }

    /** The response, whose slices are released. */
    public static ByteBuffer encode(FetchResponseData response) {
        return bytes(FetchCodec.encodeResponse(0, VERSION, response, ByteBuffer::allocate));
    }

    /** A frame, whose slices are released. */
    static ByteBuffer bytes(FetchFrame frame) {
        ByteBuffer whole = ByteBuffer.allocate(frame.sizeInBytes());
        frame.writeTo(new FrameSink() {
            @Override
            public void bytes(ByteBuffer bytes) {
                whole.put(bytes);
            }

            @Override
            public void slice(LogSlice slice) {
                try {
                    slice.copyTo(whole);
                } finally {
                    slice.release();
                }
            }
        });
        return whole.flip();
    }

    public static FetchResponseData decodeResponse(ByteBuffer frame) {
        return FetchCodec.decodeResponse(frame.position(HEADER_BYTES), VERSION, MAX_ELEMENTS);
    }
}
