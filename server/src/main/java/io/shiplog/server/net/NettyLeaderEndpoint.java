// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.netty.bootstrap.Bootstrap;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.shiplog.replication.fetch.FetchCodec;
import io.shiplog.replication.fetch.FetchResponseHandler;
import io.shiplog.replication.fetch.LeaderEndpoint;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.server.protocol.MalformedRequest;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.concurrent.CompletableFuture;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.message.FetchRequestData;
import org.apache.kafka.common.message.FetchResponseData;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/**
 * A follower's connection to one leader node: Fetch requests out, answers in their order. Records of an answer are slices of
 * the buffer that it was received in.
 */
@SuppressWarnings("FutureReturnValueIgnored") // a failed write or connect is seen as a closed channel
public final class NettyLeaderEndpoint implements LeaderEndpoint {
    private static final short VERSION = FetchCodec.MAX_VERSION;
    private static final short REQUEST_HEADER = ApiKeys.FETCH.requestHeaderVersion(VERSION);
    private static final short RESPONSE_HEADER = ApiKeys.FETCH.responseHeaderVersion(VERSION);
    private static final int LENGTH_BYTES = 4;

    private final NettyEventLoop loop;
    private final int leaderId;
    private final String host;
    private final int port;
    private final LeaderEndpointSettings settings;
    private final String clientId;

    private Connection connection; // null when there is none
    private boolean closed;
    private int nextCorrelationId;

    /**
     * Does not connect yet.
     *
     * @param host name or address of the leader's listener
     */
    public NettyLeaderEndpoint(
            NettyEventLoop loop, int leaderId, String host, int port, LeaderEndpointSettings settings) {
        this.loop = loop;
        this.leaderId = leaderId;
        this.host = host;
        this.port = port;
        this.settings = settings;
        this.clientId = "follower-" + settings.nodeId();
    }

    @Override
    public int leaderId() {
        return leaderId;
    }

    @Override
    public void fetch(FetchRequestData request, FetchResponseHandler handler) {
        if (closed) {
            throw new IllegalStateException("the way to node " + leaderId + " is closed");
        }
        if (connection == null) {
            connection = new Connection();
            connection.open();
        }
        int correlationId = nextCorrelationId++;
        connection.send(new InFlight(correlationId, handler), encode(correlationId, request));
    }

    @Override
    public void disconnect() {
        if (connection != null) {
            connection.end("disconnected");
        }
    }

    @Override
    public void close() {
        closed = true;
        if (connection != null) {
            connection.inFlight.clear();
            connection.end("closed");
        }
    }

    private ByteBuf encode(int correlationId, FetchRequestData request) {
        var header = new RequestHeaderData()
                .setRequestApiKey(ApiKeys.FETCH.id)
                .setRequestApiVersion(VERSION)
                .setCorrelationId(correlationId)
                .setClientId(clientId);
        var cache = new ObjectSerializationCache();
        int size = header.size(cache, REQUEST_HEADER) + FetchCodec.requestSize(request, VERSION, cache);
        ByteBuf frame = loop.allocator().directBuffer(LENGTH_BYTES + size, LENGTH_BYTES + size);
        var out = new ByteBufferAccessor(frame.internalNioBuffer(0, LENGTH_BYTES + size));
        out.writeInt(size);
        header.write(out, cache, REQUEST_HEADER);
        request.write(out, cache, VERSION);
        return frame.writerIndex(LENGTH_BYTES + size);
    }

    /** A request that has not been answered. */
    private record InFlight(int correlationId, FetchResponseHandler handler) {}

    /** One attempt at a connection, from its beginning to its end; the next fetch after that makes another. */
    private final class Connection extends ChannelInboundHandlerAdapter {
        private final ArrayDeque<InFlight> inFlight = new ArrayDeque<>();
        private final ArrayDeque<ByteBuf> unsent = new ArrayDeque<>();
        private final FrameReader reader = new FrameReader(loop.allocator(), settings.responseMaxBytes());
        private Channel channel; // null until it is connected
        private Cancellable deadline;
        private boolean ended;

        void open() {
            InetSocketAddress literal = Addresses.literal(host, port);
            if (literal != null) {
                connect(literal);
                return;
            }
            // the system's resolver blocks: it must not do so on the loop
            var unused = CompletableFuture.supplyAsync(() -> new InetSocketAddress(host, port), Addresses.RESOLVER)
                    .whenComplete((address, failure) -> loop.execute(() -> resolved(address)));
        }

        private void resolved(InetSocketAddress address) {
            if (ended) {
                return;
            }
            if (address == null || address.isUnresolved()) {
                end("host " + host + " is not known");
            } else {
                connect(address);
            }
        }

        private void connect(InetSocketAddress address) {
            new Bootstrap()
                    .group(loop.group())
                    .channel(loop.channelType())
                    .option(ChannelOption.TCP_NODELAY, true)
                    .option(ChannelOption.SO_KEEPALIVE, true)
                    .option(ChannelOption.ALLOCATOR, loop.allocator())
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, settings.connectTimeoutMs())
                    .option(ChannelOption.RECVBUF_ALLOCATOR, new FrameReceiveAllocator(reader))
                    .handler(this)
                    .connect(address)
                    .addListener((ChannelFuture connected) -> onConnected(connected));
        }

        private void onConnected(ChannelFuture connected) {
            if (!connected.isSuccess()) {
                end("cannot connect to " + host + ":" + port + ": "
                        + connected.cause().getMessage());
            } else if (ended) {
                connected.channel().close();
            } else {
                channel = connected.channel();
                ByteBuf frame;
                while ((frame = unsent.poll()) != null) {
                    channel.write(frame);
                }
                channel.flush();
            }
        }

        void send(InFlight request, ByteBuf frame) {
            inFlight.add(request);
            if (inFlight.size() == 1) {
                restartDeadline();
            }
            if (channel == null) {
                unsent.add(frame);
            } else {
                channel.writeAndFlush(frame);
            }
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object bytes) {
            if (ended) {
                ((ByteBuf) bytes).release();
                return;
            }
            reader.received((ByteBuf) bytes);
            try {
                ByteBuf frame;
                while (!ended && (frame = reader.next()) != null) {
                    try {
                        answer(frame.nioBuffer());
                    } finally {
                        frame.release();
                    }
                }
            } catch (MalformedRequest | InvalidRequestException e) {
                end("the answer of node " + leaderId + " is malformed: " + e.getMessage());
            }
        }

        private void answer(ByteBuffer frame) {
            InFlight request = inFlight.peek();
            int correlationId = frame.remaining() < LENGTH_BYTES ? -1 : frame.getInt(frame.position());
            if (request == null || request.correlationId() != correlationId) {
                end("node " + leaderId + " answered " + correlationId + " where "
                        + (request == null ? "nothing" : request.correlationId()) + " was asked");
                return;
            }
            FetchResponseData response = decode(frame);
            inFlight.poll();
            restartDeadline();
            request.handler().onResponse(response);
        }

        private FetchResponseData decode(ByteBuffer frame) {
            try {
                var unused = new ResponseHeaderData(new ByteBufferAccessor(frame), RESPONSE_HEADER);
            } catch (RuntimeException e) {
                // the generated readers throw whatever their buffer throws
                throw new InvalidRequestException("malformed response header", e);
            }
            return FetchCodec.decodeResponse(frame, VERSION, settings.responseMaxElements());
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            end("node " + leaderId + " closed the connection");
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            if (cause instanceof java.io.IOException) {
                end("connection to node " + leaderId + " broke: " + cause.getMessage());
            } else {
                loop.reportEscaped(cause);
                end("failed while taking an answer of node " + leaderId);
            }
        }

        private void restartDeadline() {
            if (deadline != null) {
                deadline.cancel();
                deadline = null;
            }
            if (!inFlight.isEmpty()) {
                deadline = loop.schedule(
                        () -> end("node " + leaderId + " did not answer within " + settings.requestTimeoutMs() + " ms"),
                        settings.requestTimeoutMs());
            }
        }

        /** Ends the connection and fails what it owes. The handlers may fetch again, on another connection. */
        void end(String reason) {
            if (ended) {
                return;
            }
            ended = true;
            if (connection == this) {
                connection = null;
            }
            if (deadline != null) {
                deadline.cancel();
            }
            reader.close();
            ByteBuf frame;
            while ((frame = unsent.poll()) != null) {
                frame.release();
            }
            if (channel != null) {
                channel.close();
            }
            InFlight request;
            while ((request = inFlight.poll()) != null) {
                request.handler().onFailure(reason);
            }
        }
    }
}
