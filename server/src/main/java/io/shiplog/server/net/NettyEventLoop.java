// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.Future;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.replication.runtime.EventLoop;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The event loop of a storage node: one thread, on native epoll where there is one, that owns the connections and the
 * partitions.
 */
public final class NettyEventLoop implements EventLoop, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NettyEventLoop.class);
    private static final long NS_PER_MS = 1_000_000;
    private static final long CLOSE_TIMEOUT_S = 10;

    private final MultiThreadIoEventLoopGroup group;
    private final io.netty.channel.EventLoop loop;
    private final boolean epoll;
    private final Consumer<Throwable> escaped;

    private NettyEventLoop(String name, boolean epoll, Consumer<Throwable> escaped) {
        IoHandlerFactory io = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        this.group = new MultiThreadIoEventLoopGroup(1, threadNamed(name), io);
        this.loop = group.next();
        this.epoll = epoll;
        this.escaped = escaped;
    }

    private static ThreadFactory threadNamed(String name) {
        return new DefaultThreadFactory(name) {
            @Override
            protected Thread newThread(Runnable task, String numbered) {
                return super.newThread(task, name); // there is one thread: no number needed
            }
        };
    }

    /**
     * Starts a loop.
     *
     * @param name    of the thread, for logs and dumps
     * @param escaped told of each exception that a task or a request handler let escape: state is then in doubt, and the
     *                node's fatal handler decides. Called on the loop.
     */
    public static NettyEventLoop start(String name, Consumer<Throwable> escaped) {
        boolean epoll = Epoll.isAvailable();
        if (!epoll) {
            LOG.warn(
                    "no native epoll here, the slower NIO transport carries: {}",
                    Epoll.unavailabilityCause().toString());
        }
        return new NettyEventLoop(name, epoll, escaped);
    }

    /** A loop on the portable transport, whatever the platform offers. */
    static NettyEventLoop startWithoutEpoll(String name, Consumer<Throwable> escaped) {
        return new NettyEventLoop(name, false, escaped);
    }

    @Override
    public boolean inLoop() {
        return loop.inEventLoop();
    }

    @Override
    public void execute(Runnable task) {
        loop.execute(() -> run(task));
    }

    @Override
    public Cancellable schedule(Runnable task, long delayMs) {
        Future<?> scheduled = loop.schedule(() -> run(task), delayMs, TimeUnit.MILLISECONDS);
        return () -> scheduled.cancel(false);
    }

    @Override
    public long nowMs() {
        return System.nanoTime() / NS_PER_MS;
    }

    @Override
    public long wallClockMs() {
        return System.currentTimeMillis();
    }

    /** Stops the loop when the task that runs has ended; closes all its connections. Tasks that wait are not run. */
    @Override
    public void close() {
        Future<?> stopped = group.shutdownGracefully(0, CLOSE_TIMEOUT_S, TimeUnit.SECONDS);
        if (!inLoop() && !stopped.awaitUninterruptibly(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
            LOG.warn("event loop did not stop within {} s", CLOSE_TIMEOUT_S);
        }
    }

    /** Hands an exception that got as far as here to the node's fatal handler. */
    void reportEscaped(Throwable e) {
        escaped.accept(e);
    }

    MultiThreadIoEventLoopGroup group() {
        return group;
    }

    io.netty.channel.EventLoop netty() {
        return loop;
    }

    ByteBufAllocator allocator() {
        return PooledByteBufAllocator.DEFAULT;
    }

    Class<? extends ServerChannel> serverChannelType() {
        return epoll ? EpollServerSocketChannel.class : NioServerSocketChannel.class;
    }

    Class<? extends Channel> channelType() {
        return epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    private void run(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException | Error e) {
            reportEscaped(e);
        }
    }
}
