// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import java.nio.ByteBuffer;
import java.util.function.IntFunction;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchResponseData.FetchableTopicResponse;
import org.apache.kafka.common.message.FetchResponseData.PartitionData;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.MessageSizeAccumulator;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * Fetch requests and responses of versions 4 to 18, on Kafka's generated classes.
 *
 * <p>Responses are written without copying a record: see {@link FetchFrame}. Whoever holds a response that carries
 * {@link SliceRecords} owns their slices: {@link #encodeResponse} passes them on to the frame, {@link #releaseRecords} gives
 * them up.
 */
public final class FetchCodec {
    /** The oldest version that Kafka 4.x serves. */
    public static final short MIN_VERSION = 4;
    /** The newest version, which our followers speak. */
    public static final short MAX_VERSION = 18;

    /** From this version on topics are named by id. */
    static final short FIRST_WITH_TOPIC_IDS = 13;

    private static final short FIRST_FLEXIBLE = 12;
    private static final int FRAME_LENGTH_BYTES = Integer.BYTES;
    private static final int CORRELATION_ID_BYTES = Integer.BYTES;

    private FetchCodec() {}

    /**
     * Decodes the body of a request.
     *
     * @param body read from its position; nothing of it is kept
     * @param maxElements topics and partitions that the request may name in all
     * @throws InvalidRequestException when the bytes are no request of this version
     */
    public static FetchRequestData decodeRequest(ByteBuffer body, short version, int maxElements) {
        FetchRequestData request = new FetchRequestData();
        decode(request, body, version, maxElements);
        return request;
    }

    /**
     * Decodes the body of a response; records are slices of {@code body}.
     *
     * @throws InvalidRequestException when the bytes are no response of this version
     */
    public static FetchResponseData decodeResponse(ByteBuffer body, short version, int maxElements) {
        FetchResponseData response = new FetchResponseData();
        decode(response, body, version, maxElements);
        return response;
    }

    /** Size in bytes of the encoded body of a request. */
    public static int requestSize(FetchRequestData request, short version, ObjectSerializationCache cache) {
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        request.addSize(size, cache, version);
        return size.totalSize();
    }

    /**
     * Encodes a whole response frame: length, response header, body. The slices of the response belong to the frame
     * afterwards.
     *
     * @param allocator gives a buffer of at least so many bytes for everything but the records
     */
    public static FetchFrame encodeResponse(
            int correlationId, short version, FetchResponseData response, IntFunction<ByteBuffer> allocator) {
        return frame(correlationId, version, version >= FIRST_FLEXIBLE, response, allocator);
    }

    /** The frame of a response with records, of whatever API. */
    static FetchFrame frame(
            int correlationId,
            short version,
            boolean flexible,
            ApiMessage response,
            IntFunction<ByteBuffer> allocator) {
        ObjectSerializationCache cache = new ObjectSerializationCache();
        MessageSizeAccumulator size = new MessageSizeAccumulator();
        response.addSize(size, cache, version);
        int headerTagsBytes = flexible ? 1 : 0;
        int envelopeBytes = FRAME_LENGTH_BYTES + CORRELATION_ID_BYTES + headerTagsBytes;
        FrameWriter writer = new FrameWriter(allocator.apply(envelopeBytes + size.sizeExcludingZeroCopy()));
        writer.writeInt(envelopeBytes - FRAME_LENGTH_BYTES + size.totalSize());
        writer.writeInt(correlationId);
        if (headerTagsBytes > 0) {
            writer.writeUnsignedVarint(0);
        }
        response.write(writer, cache, version);
        return writer.finish();
    }

    /** Releases every slice of a response that will not be encoded. */
    public static void releaseRecords(FetchResponseData response) {
        for (FetchableTopicResponse topic : response.responses()) {
            for (PartitionData partition : topic.partitions()) {
                if (partition.records() instanceof SliceRecords slice) {
                    slice.slice().release();
                }
            }
        }
    }

    private static void decode(ApiMessage message, ByteBuffer body, short version, int maxElements) {
        if (version < MIN_VERSION || version > MAX_VERSION) {
            throw new InvalidRequestException("Fetch version " + version + " is not served");
        }
        try {
            message.read(new BoundedReadable(body, version >= FIRST_FLEXIBLE, maxElements, version), version);
        } catch (InvalidRequestException e) {
            throw e;
        } catch (RuntimeException e) {
            // The generated readers report bad bytes by whatever exception the bytes happen to cause.
            throw new InvalidRequestException("malformed Fetch message of version " + version, e);
        }
    }
}
