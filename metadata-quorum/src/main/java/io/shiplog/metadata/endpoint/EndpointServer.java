// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.timeout.IdleStateEvent;
import io.netty.handler.timeout.IdleStateHandler;
import io.netty.util.concurrent.ImmediateEventExecutor;
import io.shiplog.metadata.proto.EndpointRequest;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens for connections, on one thread. Hostile ones are bounded ({@link EndpointLimits}): so many connections, so many unanswered requests on
 * each, so long a silence; the first message must be a Hello.
 */
@SuppressWarnings("FutureReturnValueIgnored") // what fails ends the channel, which is seen there
public final class EndpointServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EndpointServer.class);
    private static final int BACKLOG = 512;
    private static final long CLOSE_TIMEOUT_MS = 1_000;
    /** Lines about callers who were refused or ended, in so many ms. */
    private static final int MAX_LINES = 20;

    private static final long LINES_PER_MS = 10_000;

    private final EndpointLimits limits;
    private final EventLoopGroup group;
    private final EndpointHandler handler;
    /** The connections; one that comes after {@link #close} is closed at once. */
    private final ChannelGroup open = new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true);

    private final AtomicInteger connections = new AtomicInteger();
    private final LineBudget lines =
            new LineBudget(MAX_LINES, LINES_PER_MS, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    private final Channel listener;

    /** The endpoint of a quorum node. */
    public EndpointServer(String host, int port, EndpointHandler handler) throws IOException {
        this(host, port, handler, EndpointLimits.METADATA);
    }

    /**
     * Binds and serves.
     *
     * @param port 0: any free one
     * @throws IOException when the port cannot be bound; says which
     */
    public EndpointServer(String host, int port, EndpointHandler handler, EndpointLimits limits) throws IOException {
        this.handler = handler;
        this.limits = limits;
        this.group = EventLoops.one(limits.name() + "-endpoint");
        ChannelFuture bound = new ServerBootstrap()
                .group(group)
                .channel(EventLoops.serverChannel())
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(new ChannelInitializer<SocketChannel>() {
                    @Override
                    protected void initChannel(SocketChannel channel) {
                        initialize(channel);
                    }
                })
                .bind(host, port)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            group.shutdownGracefully(0, 0, TimeUnit.MILLISECONDS);
            throw new IOException(
                    "cannot listen on " + host + ":" + port + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        listener = bound.channel();
    }

    public int port() {
        return ((InetSocketAddress) listener.localAddress()).getPort();
    }

    /** Runs on the endpoint's thread; not at all once the endpoint is closed. */
    public void execute(Runnable task) {
        try {
            group.execute(task);
        } catch (RejectedExecutionException e) {
            LOG.debug("the endpoint is closed", e);
        }
    }

    /** Runs on the endpoint's thread, again and again. */
    public void every(long periodMs, Runnable task) {
        group.next().scheduleWithFixedDelay(task, periodMs, periodMs, TimeUnit.MILLISECONDS);
    }

    private void initialize(SocketChannel channel) {
        if (connections.incrementAndGet() > limits.maxConnections()) {
            connections.decrementAndGet();
            int leftOut = lines.take();
            if (leftOut != LineBudget.LEFT_OUT) {
                LOG.warn(
                        "refusing a connection of {} to the {} endpoint: {} are open ({} such lines left out before)",
                        channel.remoteAddress(),
                        limits.name(),
                        limits.maxConnections(),
                        leftOut);
            }
            channel.close();
            return;
        }
        channel.closeFuture().addListener(closed -> connections.decrementAndGet());
        open.add(channel);
        if (limits.maxLifeMs() > 0) {
            // Whoever sends a byte now and then is not silent, and holds its place all the same.
            var end = channel.eventLoop().schedule(() -> channel.close(), limits.maxLifeMs(), TimeUnit.MILLISECONDS);
            channel.closeFuture().addListener(closed -> end.cancel(false));
        }
        channel.pipeline().addLast(new IdleStateHandler(limits.maxSilenceMs(), 0, 0, TimeUnit.MILLISECONDS));
        Frames.install(channel.pipeline(), EndpointRequest.parser(), limits.maxRequestBytes());
        channel.pipeline().addLast(new Caller(new EndpointCaller(channel, limits.name(), lines)));
    }

    /** Stops listening, ends all connections, and waits for the thread. */
    @Override
    public void close() {
        listener.close().awaitUninterruptibly();
        // Netty 4.2 forgets to close them when it is told to stop, without a quiet period, while it runs a task.
        open.close().awaitUninterruptibly(CLOSE_TIMEOUT_MS);
        group.shutdownGracefully(0, 1_000, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }

    private final class Caller extends SimpleChannelInboundHandler<EndpointRequest> {
        private final EndpointCaller caller;

        Caller(EndpointCaller caller) {
            super(EndpointRequest.class);
            this.caller = caller;
        }

        @Override
        protected void channelRead0(ChannelHandlerContext context, EndpointRequest request) {
            if (!context.channel().isOpen()) {
                return;
            }
            if (request.hasHello()) {
                caller.greet(request.getHello());
            } else if (!caller.greeted()) {
                caller.close("the first message is not a Hello");
                return;
            }
            if (caller.addUnanswered() > limits.maxUnanswered()) {
                caller.close("more than " + limits.maxUnanswered() + " requests without an answer");
                return;
            }
            handler.onRequest(caller, request);
        }

        @Override
        public void channelInactive(ChannelHandlerContext context) {
            handler.onClosed(caller);
        }

        @Override
        public void userEventTriggered(ChannelHandlerContext context, Object event) {
            if (event instanceof IdleStateEvent && caller.greeted()) {
                // a node that had no command to give for a while; it connects again when it has one
                context.close();
            } else if (event instanceof IdleStateEvent) {
                caller.close("silent for " + limits.maxSilenceMs() + " ms");
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
            if (cause instanceof IOException) {
                context.close();
            } else if (cause instanceof DecoderException) {
                caller.close(String.valueOf(cause.getMessage()));
            } else {
                LOG.error("connection of {} to the {} endpoint failed", caller, limits.name(), cause);
                context.close();
            }
        }
    }
}
