// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;

/**
 * Lets the transport receive straight into the buffer of the unfinished frame, where Netty's own would receive into a buffer
 * of its guess and have us copy.
 */
final class FrameReceiveAllocator extends DefaultMaxMessagesRecvByteBufAllocator {
    /** Reads of one connection in a row, before the others of the loop have their turn. */
    private static final int READS_PER_TURN = 16;

    private final FrameReader reader;

    FrameReceiveAllocator(FrameReader reader) {
        super(READS_PER_TURN);
        this.reader = reader;
    }

    @SuppressWarnings(
            "deprecation") // newHandle is how a transport asks; only its return type's outer interface is deprecated
    @Override
    public Handle newHandle() {
        return new MaxMessageHandle() {
            @Override
            public int guess() {
                return FrameReader.CHUNK_BYTES;
            }

            @Override
            public ByteBuf allocate(ByteBufAllocator ignored) {
                return reader.receiveBuffer();
            }
        };
    }
}
