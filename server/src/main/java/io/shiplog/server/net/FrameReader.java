// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.shiplog.server.protocol.MalformedRequest;

/**
 * Cuts a connection's bytes into frames: a big-endian int32 length, then that many bytes. One per connection, on its loop.
 *
 * <p>Bytes are received into a chunk of {@value #CHUNK_BYTES}. Frames that end in it are slices of it, or copies when they are so
 * small that the slice would pin many times its size. A frame that does not end in it gets a buffer of its own, and what follows is received
 * straight into that. The buffer is never larger than {@value #GROWTH} times what has arrived of the frame (or one chunk): a
 * declared length alone costs nothing.
 */
public final class FrameReader {
    static final int CHUNK_BYTES = 32 * 1024;
    static final int GROWTH = 4;
    private static final int LENGTH_BYTES = 4;

    private final ByteBufAllocator allocator;
    private final int maxFrameBytes;

    private ByteBuf chunk; // received and not yet cut; null when there is nothing
    private int lengthBytesRead;
    private int length;
    private ByteBuf frame; // the frame that has begun; null between frames

    /** @param maxFrameBytes a frame that declares more is none */
    public FrameReader(ByteBufAllocator allocator, int maxFrameBytes) {
        this.allocator = allocator;
        this.maxFrameBytes = maxFrameBytes;
    }

    /** Where the next bytes go: behind what has arrived of the unfinished frame, or into a new chunk. Released by the caller. */
    public ByteBuf receiveBuffer() {
        if (frame == null || chunk != null || frame.readableBytes() == length) {
            return allocator.directBuffer(CHUNK_BYTES, CHUNK_BYTES);
        }
        if (!frame.isWritable()) {
            growFrame();
        }
        return frame.retain();
    }

    /** Takes the buffer that bytes were received into. */
    @SuppressWarnings("ReferenceEquality") // the buffer itself, not one with equal bytes
    public void received(ByteBuf bytes) {
        if (bytes == frame) {
            bytes.release();
        } else if (chunk == null) {
            chunk = bytes;
        } else {
            // Reading was paused in the middle of a chunk and the transport had one more read for us.
            ByteBuf both = allocator.directBuffer(chunk.readableBytes() + bytes.readableBytes());
            both.writeBytes(chunk).writeBytes(bytes);
            bytes.release();
            chunk.release();
            chunk = both;
        }
    }

    /**
     * The next complete frame, without its length, to be released by the caller; null when more bytes are needed.
     *
     * @throws MalformedRequest for a length that no request has
     */
    public ByteBuf next() throws MalformedRequest {
        if (frame == null && !beginFrame()) {
            dropEmptyChunk();
            return null;
        }
        if (frame == null) {
            return cutFromChunk();
        }
        if (chunk != null) {
            fillFromChunk();
        }
        if (frame.readableBytes() < length) {
            return null;
        }
        ByteBuf complete = frame;
        frame = null;
        lengthBytesRead = 0;
        return complete;
    }

    /** Whether some bytes of a frame have arrived and not all. */
    boolean midFrame() {
        return frame != null || lengthBytesRead > 0;
    }

    /** Memory of the frame that has begun. (What else has been received is at most a chunk or two.) */
    int frameCapacity() {
        return frame == null ? 0 : frame.capacity();
    }

    /** Gives back all that is held. */
    public void close() {
        if (frame != null) {
            frame.release();
            frame = null;
        }
        if (chunk != null) {
            chunk.release();
            chunk = null;
        }
    }

    /** Reads the length, as far as it has arrived. Whether it is complete. */
    private boolean beginFrame() throws MalformedRequest {
        if (lengthBytesRead == LENGTH_BYTES) {
            return true;
        }
        if (chunk == null) {
            return false;
        }
        while (lengthBytesRead < LENGTH_BYTES && chunk.isReadable()) {
            length = length << 8 | chunk.readUnsignedByte();
            lengthBytesRead++;
        }
        if (lengthBytesRead < LENGTH_BYTES) {
            return false;
        }
        if (length <= 0 || length > maxFrameBytes) {
            throw new MalformedRequest("frame length " + length + ", allowed are 1 to " + maxFrameBytes);
        }
        return true;
    }

    private ByteBuf cutFromChunk() {
        int arrived = chunk == null ? 0 : chunk.readableBytes();
        if (arrived < length) {
            frame = allocator.directBuffer(firstCapacity(arrived), length);
            fillFromChunk();
            return null;
        }
        lengthBytesRead = 0;
        ByteBuf complete;
        if ((long) length * GROWTH >= chunk.capacity()) {
            complete = chunk.readRetainedSlice(length);
        } else {
            complete = allocator.directBuffer(length, length).writeBytes(chunk, length);
        }
        dropEmptyChunk();
        return complete;
    }

    private int firstCapacity(int arrived) {
        return Math.min(length, Math.max(CHUNK_BYTES, arrived * GROWTH));
    }

    private void fillFromChunk() {
        if (chunk != null) {
            int n = Math.min(chunk.readableBytes(), length - frame.readableBytes());
            while (frame.writableBytes() < n) {
                growFrame();
            }
            frame.writeBytes(chunk, n);
            dropEmptyChunk();
        }
    }

    private void growFrame() {
        long capacity = Math.min(length, (long) frame.capacity() * GROWTH);
        ByteBuf larger = allocator.directBuffer((int) capacity, length);
        larger.writeBytes(frame);
        frame.release();
        frame = larger;
    }

    private void dropEmptyChunk() {
        if (chunk != null && !chunk.isReadable()) {
            chunk.release();
            chunk = null;
        }
    }
}
