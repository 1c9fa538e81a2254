// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.WriteBufferWaterMark;
import io.shiplog.server.net.ListenerCounters.Event;
import io.shiplog.server.protocol.RequestProcessor;
import io.shiplog.server.quota.ClientQuotas;
import io.shiplog.server.quota.ConnectionRates;
import io.shiplog.server.quota.QuotaWindows;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The socket that Kafka clients and followers connect to. Bound first and opened later: connections that come between wait
 * in the backlog, so that a starting node can name its port before it can answer.
 */
@SuppressWarnings("FutureReturnValueIgnored") // nobody waits for a connection to close
public final class KafkaListener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(KafkaListener.class);
    private static final int WRITE_LOW_BYTES = 256 * 1024;
    private static final int WRITE_HIGH_BYTES = 1024 * 1024;
    private static final long REFUSAL_LOG_MS = 10_000;
    private static final long CLOSE_TIMEOUT_S = 5;
    /** Refused connections that are left to wait before they are closed. */
    private static final int MAX_WAITING_TO_CLOSE = 256;
    /** A connection on which nothing came and nothing waits for so long is closed first when the listener closes. */
    private static final long QUIET_MS = 50;

    private static final long DRAIN_CHECK_MS = 10;
    private static final long DRAIN_MAX_MS = 2_000;

    private final NettyEventLoop loop;
    private final NetSettings settings;
    private final Channel server;
    private final Connections connections;

    private KafkaListener(NettyEventLoop loop, NetSettings settings, Channel server, Connections connections) {
        this.loop = loop;
        this.settings = settings;
        this.server = server;
        this.connections = connections;
    }

    /**
     * Binds the listener; {@link #open} lets it accept.
     *
     * @param host name or address to bind to
     * @param port 0 for any free one
     * @throws IOException when the address cannot be bound; the message names it
     */
    public static KafkaListener bind(
            NettyEventLoop loop,
            String host,
            int port,
            RequestProcessor processor,
            NetSettings settings,
            TransferCounters transfers)
            throws IOException {
        ConnectionRates unlimited = new ConnectionRates(new ClientQuotas(QuotaWindows.DEFAULT), Integer.MAX_VALUE);
        return bind(loop, host, port, processor, settings, transfers, unlimited);
    }

    /**
     * The same, with limits on how fast connections are made.
     *
     * @param rates used on the loop only
     */
    public static KafkaListener bind(
            NettyEventLoop loop,
            String host,
            int port,
            RequestProcessor processor,
            NetSettings settings,
            TransferCounters transfers,
            ConnectionRates rates)
            throws IOException {
        Connections connections = new Connections(loop, settings, processor, transfers, rates);
        ChannelFuture bound = new ServerBootstrap()
                .group(loop.group())
                .channel(loop.serverChannelType())
                .option(ChannelOption.SO_BACKLOG, settings.backlog())
                .option(ChannelOption.SO_REUSEADDR, true)
                .option(ChannelOption.AUTO_READ, false)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childOption(ChannelOption.SO_KEEPALIVE, true)
                .childOption(ChannelOption.ALLOCATOR, loop.allocator())
                .childOption(
                        ChannelOption.WRITE_BUFFER_WATER_MARK,
                        new WriteBufferWaterMark(WRITE_LOW_BYTES, WRITE_HIGH_BYTES))
                .childHandler(connections)
                .bind(host, port)
                .awaitUninterruptibly();
        if (!bound.isSuccess()) {
            throw new IOException(
                    "cannot listen on " + host + ":" + port + ": "
                            + bound.cause().getMessage(),
                    bound.cause());
        }
        return new KafkaListener(loop, settings, bound.channel(), connections);
    }

    /** The port that it is bound to. */
    public int port() {
        return ((InetSocketAddress) server.localAddress()).getPort();
    }

    /** Begins to accept connections, those that wait in the backlog first. */
    public void open() {
        server.config().setAutoRead(true);
        long everyMs = Math.max(10, Math.min(10_000, Math.min(settings.idleMs(), settings.frameMaxMs()) / 4));
        loop.execute(() -> connections.sweep(everyMs));
    }

    /** Stops to accept; connections go on. */
    public void stopAccepting() {
        server.close().awaitUninterruptibly(CLOSE_TIMEOUT_S, TimeUnit.SECONDS);
    }

    /** What it holds, refused and held back, by name. Any thread. */
    public SortedMap<String, LongSupplier> metrics() {
        SortedMap<String, LongSupplier> values = connections.counters.values();
        values.put("SocketServer.connection-count", () -> connections.countSeen);
        values.put("SocketServer.MemoryPoolUsed", connections.memory::heldBytes);
        values.put("SocketServer.MemoryPoolAvailable", connections.memory::availableBytes);
        values.put("SocketServer.AnswerMemoryUsed", connections.answers::heldBytes);
        values.put(
                "SocketServer.AnswerMemoryAvailable",
                () -> Math.max(0, connections.answers.limitBytes() - connections.answers.heldBytes()));
        return values;
    }

    /** Connections that are open now. Any thread; a moment old. */
    public int connectionCount() {
        return connections.countSeen;
    }

    /**
     * Stops to accept and closes all connections: each one as soon as it is quiet, so that what a client has sent before it knew is
     * still answered, and all of them after two seconds. Not from the loop.
     */
    @Override
    public void close() {
        stopAccepting();
        CountDownLatch closed = new CountDownLatch(1);
        loop.execute(() -> connections.drain(loop.nowMs() + DRAIN_MAX_MS, closed::countDown));
        try {
            if (!closed.await(CLOSE_TIMEOUT_S, TimeUnit.SECONDS)) {
                LOG.warn("connections were not closed within {} s: the event loop is busy", CLOSE_TIMEOUT_S);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Closes all connections as they are; answers that wait are lost. For tests of crashes. Not from the loop. */
    public void closeAtOnce() {
        loop.execute(connections::closeAll);
        close();
    }

    /** The connections of the listener and what they share. On the loop. */
    private static final class Connections extends ChannelInitializer<Channel> implements ListenerContext {
        private final NettyEventLoop loop;
        private final NetSettings settings;
        private final RequestProcessor processor;
        private final TransferCounters transfers;
        private final RequestMemory memory;
        private final ResponseEncoder encoder;
        private final AnswerMemory answers;
        private final ConnectionLimits limits;
        private final ConnectionRates rates;
        private final ListenerCounters counters = new ListenerCounters();
        private final Set<ClientConnection> open = new LinkedHashSet<>();
        private volatile int countSeen;
        private boolean closed;
        private long nextId;
        private boolean acceptingPaused;
        private int waitingToClose;
        private long refusedSinceLog;
        private long refusalLoggedMs = Long.MIN_VALUE / 2;

        Connections(
                NettyEventLoop loop,
                NetSettings settings,
                RequestProcessor processor,
                TransferCounters transfers,
                ConnectionRates rates) {
            this.loop = loop;
            this.settings = settings;
            this.processor = processor;
            this.transfers = transfers;
            this.memory = new RequestMemory(settings.queuedBytes());
            this.answers = new AnswerMemory(settings.answerBytes());
            this.encoder = new ResponseEncoder(loop.allocator(), settings.zeroCopyMinBytes(), answers);
            this.rates = rates;
            this.limits = new ConnectionLimits(settings.maxConnections(), settings.maxConnectionsPerAddress());
        }

        @Override
        protected void initChannel(Channel channel) {
            InetAddress address = ((InetSocketAddress) channel.remoteAddress()).getAddress();
            if (closed) {
                channel.close();
                return;
            }
            Event brokenLimit = limits.admit(address);
            if (brokenLimit != null) {
                refuse(channel, address, brokenLimit, 0);
                return;
            }
            long nowMs = loop.nowMs();
            long waitMs = rates.onConnection(address, nowMs);
            if (waitMs > 0) {
                limits.leave(address);
                refuse(channel, address, Event.REFUSED_BY_RATE, waitMs);
                return;
            }
            pauseAccepting(channel.parent(), rates.onAccepted(nowMs));
            FrameReader reader = new FrameReader(loop.allocator(), settings.requestMaxBytes());
            ClientConnection connection = new ClientConnection(nextId++, channel, address, this, reader);
            channel.config().setRecvByteBufAllocator(new FrameReceiveAllocator(reader));
            channel.pipeline().addLast(connection);
            open.add(connection);
            countSeen = limits.count();
        }

        /** @param waitMs the client is left to wait for so long, so that it does not come again at once (KIP-612) */
        private void refuse(Channel channel, InetAddress address, Event limit, long waitMs) {
            counters.count(limit);
            refusedSinceLog++;
            long nowMs = loop.nowMs();
            if (nowMs - refusalLoggedMs >= REFUSAL_LOG_MS) {
                LOG.warn(
                        "connection of {} refused: {} is reached ({} refused since the last such line)",
                        address.getHostAddress(),
                        limit.limit(),
                        refusedSinceLog);
                refusalLoggedMs = nowMs;
                refusedSinceLog = 0;
            }
            if (waitMs <= 0 || waitingToClose >= MAX_WAITING_TO_CLOSE) {
                channel.close();
                return;
            }
            waitingToClose++;
            channel.config().setAutoRead(false);
            loop.schedule(
                    () -> {
                        waitingToClose--;
                        channel.close();
                    },
                    waitMs);
        }

        /** Those who come meanwhile wait in the backlog. */
        private void pauseAccepting(Channel server, long ms) {
            if (ms <= 0 || acceptingPaused) {
                return;
            }
            counters.count(Event.ACCEPTING_PAUSED);
            acceptingPaused = true;
            server.config().setAutoRead(false);
            loop.schedule(
                    () -> {
                        acceptingPaused = false;
                        server.config().setAutoRead(true);
                    },
                    ms);
        }

        /** Who holds the most goes first, until there is some room again. */
        @Override
        public void shed() {
            long excess = answers.excessBytes();
            List<ClientConnection> holders = new ArrayList<>(open);
            holders.sort(
                    Comparator.comparingLong(ClientConnection::heldAnswerBytes).reversed());
            for (int i = 0; i < holders.size() && excess > 0; i++) {
                ClientConnection holder = holders.get(i);
                excess -= holder.heldAnswerBytes();
                if (holder.closeNow("it has not taken " + holder.heldAnswerBytes()
                        + " bytes of answers, and all connections together hold more than queued.max.response.bytes")) {
                    counters.count(Event.CLOSED_FOR_MEMORY);
                }
            }
        }

        void sweep(long everyMs) {
            if (closed) {
                return;
            }
            long nowMs = loop.nowMs();
            for (ClientConnection connection : new ArrayList<>(open)) {
                connection.closeIfStalled(nowMs);
            }
            loop.schedule(() -> sweep(everyMs), everyMs);
        }

        void drain(long deadlineMs, Runnable done) {
            closed = true;
            long nowMs = loop.nowMs();
            for (ClientConnection connection : new ArrayList<>(open)) {
                if (nowMs >= deadlineMs || connection.isQuiet(nowMs, QUIET_MS)) {
                    connection.closeForShutdown();
                }
            }
            if (open.isEmpty() || nowMs >= deadlineMs) {
                done.run();
            } else {
                loop.schedule(() -> drain(deadlineMs, done), DRAIN_CHECK_MS);
            }
        }

        void closeAll() {
            closed = true;
            for (ClientConnection connection : new ArrayList<>(open)) {
                connection.closeForShutdown();
            }
        }

        @Override
        public void removed(ClientConnection connection) {
            open.remove(connection);
            limits.leave(connection.address());
            countSeen = limits.count();
        }

        @Override
        public NettyEventLoop loop() {
            return loop;
        }

        @Override
        public NetSettings settings() {
            return settings;
        }

        @Override
        public RequestProcessor processor() {
            return processor;
        }

        @Override
        public RequestMemory memory() {
            return memory;
        }

        @Override
        public ResponseEncoder encoder() {
            return encoder;
        }

        @Override
        public TransferCounters transfers() {
            return transfers;
        }

        @Override
        public ListenerCounters counters() {
            return counters;
        }

        @Override
        public AnswerMemory answers() {
            return answers;
        }
    }
}
