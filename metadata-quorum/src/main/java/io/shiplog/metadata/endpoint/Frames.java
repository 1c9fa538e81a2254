// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.CorruptedFrameException;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import io.netty.handler.codec.MessageToByteEncoder;
import io.netty.handler.codec.MessageToMessageDecoder;
import java.util.List;

/** Frames of the endpoint: 4 bytes of length, then a message. Nothing is allocated for a length before that many bytes have come. */
final class Frames {
    static final int MAX_BYTES = 8 << 20;
    private static final int LENGTH_BYTES = 4;

    private Frames() {}

    /** Reads messages of one kind, writes any. A bad length or message fails the channel with {@link CorruptedFrameException}. */
    static void install(ChannelPipeline pipeline, Parser<? extends MessageLite> incoming) {
        install(pipeline, incoming, MAX_BYTES);
    }

    /** As {@link #install(ChannelPipeline, Parser)}, of messages of at most {@code maxBytes} that come in. */
    static void install(ChannelPipeline pipeline, Parser<? extends MessageLite> incoming, int maxBytes) {
        pipeline.addLast(new LengthFieldBasedFrameDecoder(maxBytes + LENGTH_BYTES, 0, LENGTH_BYTES, 0, LENGTH_BYTES));
        pipeline.addLast(new Decoder(incoming));
        pipeline.addLast(new Encoder());
    }

    private static final class Decoder extends MessageToMessageDecoder<ByteBuf> {
        private final Parser<? extends MessageLite> parser;

        Decoder(Parser<? extends MessageLite> parser) {
            super(ByteBuf.class);
            this.parser = parser;
        }

        @Override
        protected void decode(ChannelHandlerContext context, ByteBuf frame, List<Object> out) {
            try {
                // Parsing copies: nothing of the frame is kept.
                out.add(parser.parseFrom(frame.nioBuffer()));
            } catch (InvalidProtocolBufferException e) {
                throw new CorruptedFrameException("frame of " + frame.readableBytes() + " bytes is no message", e);
            }
        }
    }

    private static final class Encoder extends MessageToByteEncoder<MessageLite> {
        Encoder() {
            super(MessageLite.class);
        }

        @Override
        protected void encode(ChannelHandlerContext context, MessageLite message, ByteBuf out) {
            byte[] bytes = message.toByteArray();
            if (bytes.length > MAX_BYTES) {
                throw new IllegalArgumentException("message of " + bytes.length + " bytes does not fit into a frame");
            }
            out.writeInt(bytes.length);
            out.writeBytes(bytes);
        }
    }
}
