// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.endpoint;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Asks a host whether any process listens at a port: connects, and hangs up. Its thread lives from the first question on. */
@SuppressWarnings("FutureReturnValueIgnored") // whether the connection was closed concerns nobody
public final class ListenerProbe implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ListenerProbe.class);
    /** Whoever does not answer by then has not refused. */
    private static final int PATIENCE_MS = 1_000;

    private final EventLoopGroup group = EventLoops.one("metadata-probe");

    /**
     * Runs {@code refused}, on this object's thread, when the host says that nobody listens there; nothing when somebody does, or when no answer comes. Any thread.
     */
    public void ask(String host, int port, Runnable refused) {
        try {
            ChannelFuture connecting = new Bootstrap()
                    .group(group)
                    .channel(EventLoops.clientChannel())
                    .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, PATIENCE_MS)
                    .handler(new ChannelInboundHandlerAdapter())
                    .connect(host, port);
            connecting.addListener(connected -> {
                if (connected.isSuccess()) {
                    connecting.channel().close();
                } else if (EndpointConnection.isRefusal(connected.cause())) {
                    refused.run();
                }
            });
        } catch (RejectedExecutionException e) {
            LOG.debug("this node stops and asks nobody", e);
        }
    }

    @Override
    public void close() {
        group.shutdownGracefully(0, PATIENCE_MS, TimeUnit.MILLISECONDS).awaitUninterruptibly();
    }
}
