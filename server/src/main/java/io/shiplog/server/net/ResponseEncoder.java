// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.util.ReferenceCountUtil;
import io.shiplog.replication.fetch.FetchCodec;
import io.shiplog.replication.fetch.FetchFrame;
import io.shiplog.replication.fetch.FrameSink;
import io.shiplog.replication.fetch.SegmentCodec;
import io.shiplog.server.net.TransferCounters.PeerTransfer;
import io.shiplog.storage.log.LogSlice;
import io.shiplog.storage.model.StorageException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.FetchSnapshotResponseData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * Turns responses into what a channel writes. A response without slices is one buffer of exactly its size; a fetch response is
 * an alternation of buffers (headers and short slices, side by side) and regions of segment files. One per loop.
 */
final class ResponseEncoder {
    private static final int LENGTH_BYTES = 4;
    /** Fetch headers of more partitions than fit are written into a buffer made for the occasion. */
    private static final int SCRATCH_BYTES = 256 * 1024;

    private static final int FIRST_BUFFER_BYTES = 512;

    private final ByteBufAllocator allocator;
    private final int zeroCopyMinBytes;
    private final AnswerMemory memory;
    private final ByteBuffer scratch = ByteBuffer.allocate(SCRATCH_BYTES);

    /** @param memory when there is no room in it for a short slice, that goes out by sendfile too */
    ResponseEncoder(ByteBufAllocator allocator, int zeroCopyMinBytes, AnswerMemory memory) {
        this.allocator = allocator;
        this.zeroCopyMinBytes = zeroCopyMinBytes;
        this.memory = memory;
    }

    /**
     * Encodes a whole frame.
     *
     * @param version the one to answer in, which is the request's but for an ApiVersions request that is too new
     */
    ByteBuf encode(ApiKeys api, short version, int correlationId, ApiMessage response) {
        var header = new ResponseHeaderData().setCorrelationId(correlationId);
        short headerVersion = api.responseHeaderVersion(version);
        var cache = new ObjectSerializationCache();
        int size = header.size(cache, headerVersion) + LongTexts.size(response, cache, version);
        ByteBuf frame = allocator.directBuffer(LENGTH_BYTES + size, LENGTH_BYTES + size);
        var out = new ByteBufferAccessor(frame.internalNioBuffer(0, LENGTH_BYTES + size));
        out.writeInt(size);
        header.write(out, cache, headerVersion);
        response.write(out, cache, version);
        return frame.writerIndex(LENGTH_BYTES + size);
    }

    /**
     * The parts of a fetch response's frame in order, each a buffer or a region. They own the response's slices.
     *
     * @throws StorageException when a slice that is to be copied cannot be read; then all slices are released
     */
    List<Object> encodeFetch(int correlationId, short version, FetchResponseData response, PeerTransfer peer) {
        return parts(FetchCodec.encodeResponse(correlationId, version, response, this::headerBuffer), peer);
    }

    /** The same for bytes of a segment. */
    List<Object> encodeSegment(int correlationId, FetchSnapshotResponseData response, PeerTransfer peer) {
        return parts(SegmentCodec.encodeResponse(correlationId, response, this::headerBuffer), peer);
    }

    private List<Object> parts(FetchFrame frame, PeerTransfer peer) {
        Parts parts = new Parts(peer);
        frame.writeTo(parts);
        return parts.finish();
    }

    private ByteBuffer headerBuffer(int bytes) {
        return bytes <= SCRATCH_BYTES ? scratch.clear() : ByteBuffer.allocate(bytes);
    }

    private final class Parts implements FrameSink {
        private final List<Object> parts = new ArrayList<>(4);
        private final PeerTransfer peer;
        private ByteBuf buffer;
        private StorageException failure;
        private long copiedBytes;

        Parts(PeerTransfer peer) {
            this.peer = peer;
        }

        @Override
        public void bytes(ByteBuffer bytes) {
            buffer(bytes.remaining()).writeBytes(bytes);
        }

        @Override
        public void slice(LogSlice slice) {
            if (slice.sizeInBytes() >= zeroCopyMinBytes || !memory.hasRoomToCopy(copiedBytes + slice.sizeInBytes())) {
                parts.add(new SliceRegion(slice, peer));
                buffer = null;
                return;
            }
            try {
                copy(slice);
            } catch (StorageException e) {
                failure = e; // the frame hands over the slices that follow all the same
            } finally {
                slice.release();
            }
        }

        private void copy(LogSlice slice) {
            int size = slice.sizeInBytes();
            ByteBuf target = buffer(size).ensureWritable(size);
            int at = target.writerIndex();
            slice.copyTo(target.internalNioBuffer(at, size));
            target.writerIndex(at + size);
            copiedBytes += size;
            peer.sentFromBuffer(size);
        }

        List<Object> finish() {
            if (failure != null) {
                parts.forEach(ReferenceCountUtil::release);
                throw failure;
            }
            return parts;
        }

        private ByteBuf buffer(int bytes) {
            if (buffer == null) {
                buffer = allocator.directBuffer(Math.max(bytes, FIRST_BUFFER_BYTES));
                parts.add(buffer);
            }
            return buffer;
        }
    }
}
