// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.socket.SocketChannel;
import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.proto.EndpointRequest;
import io.shiplog.metadata.proto.EndpointResponse;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A connection to a metadata endpoint, owned by one event loop: every method and callback runs there. Requests sent before it is open wait
 * for it. When it ends, whatever waits for an answer is told, then {@code onClosed}.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends the channel, which is seen there
final class EndpointConnection {
    private static final int CONNECT_TIMEOUT_MS = 1_000;

    /** Told once about each request: the answer, or why there is none. */
    interface Reply extends BiConsumer<EndpointResponse, IOException> {}

    private final EventLoop loop;
    private final Endpoint endpoint;
    private final Consumer<IOException> onClosed;
    private final Map<Long, Reply> waiting = new HashMap<>();
    private final ChannelFuture connecting;
    private long lastCorrelationId;
    private boolean closed;
    private IOException failure;

    EndpointConnection(EventLoop loop, Endpoint endpoint, Consumer<IOException> onClosed) {
        this.loop = loop;
        this.endpoint = endpoint;
        this.onClosed = onClosed;
        this.connecting = new Bootstrap()
                .group(loop)
                .channel(EventLoops.clientChannel())
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, CONNECT_TIMEOUT_MS)
                .handler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        Frames.install(channel.pipeline(), EndpointResponse.parser());
                        channel.pipeline().addLast(new Answers());
                    }
                })
                .connect(endpoint.host(), endpoint.port());
        connecting.addListener(connected -> {
            if (!connected.isSuccess()) {
                end(new ConnectFailed(endpoint, connected.cause()));
            }
        });
    }

    /** Nobody listens there, or nobody answers: at least, nothing was sent. */
    static final class ConnectFailed extends IOException {
        private static final long serialVersionUID = 1L;

        ConnectFailed(Endpoint endpoint, Throwable cause) {
            super("cannot connect to " + endpoint + ": " + cause.getMessage(), cause);
        }

        /** Whether the host said that no process listens. */
        boolean refused() {
            return isRefusal(getCause());
        }
    }

    /** Whether a host said by this that no process listens. */
    static boolean isRefusal(Throwable cause) {
        return cause instanceof java.net.ConnectException
                && String.valueOf(cause.getMessage()).contains("refused");
    }

    Endpoint endpoint() {
        return endpoint;
    }

    boolean isClosed() {
        return closed;
    }

    /** Sends a request; {@code reply} is told within {@code timeoutMs}. A request that is not answered in time closes the connection. */
    void send(EndpointRequest.Builder request, long timeoutMs, Reply reply) {
        if (closed) {
            reply.accept(null, failure);
            return;
        }
        long id = ++lastCorrelationId;
        EndpointRequest message = request.setCorrelationId(id).build();
        waiting.put(id, reply);
        if (connecting.isSuccess()) {
            write(message);
        } else {
            connecting.addListener(connected -> {
                if (connected.isSuccess()) {
                    write(message);
                }
            });
        }
        loop.schedule(
                () -> {
                    if (waiting.containsKey(id)) {
                        end(new IOException("no answer from " + endpoint + " for " + timeoutMs + " ms"));
                    }
                },
                timeoutMs,
                TimeUnit.MILLISECONDS);
    }

    private void write(EndpointRequest message) {
        Channel channel = connecting.channel();
        channel.writeAndFlush(message).addListener(written -> {
            if (!written.isSuccess()) {
                end(new IOException("cannot send to " + endpoint, written.cause()));
            }
        });
    }

    void close() {
        end(new IOException("closed"));
    }

    private void end(IOException cause) {
        if (closed) {
            return;
        }
        closed = true;
        failure = cause;
        connecting.channel().close();
        Map<Long, Reply> unanswered = new HashMap<>(waiting);
        waiting.clear();
        unanswered.values().forEach(reply -> reply.accept(null, cause));
        onClosed.accept(cause);
    }

    private final class Answers extends SimpleChannelInboundHandler<EndpointResponse> {
        Answers() {
            super(EndpointResponse.class);
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, EndpointResponse response) {
            Reply reply = waiting.remove(response.getCorrelationId());
            if (reply != null) {
                reply.accept(response, null);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            end(new IOException("connection to " + endpoint + " was closed"));
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            end(cause instanceof IOException io ? io : new IOException("connection to " + endpoint + " failed", cause));
        }
    }
}
