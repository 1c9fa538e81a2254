// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.shiplog.replication.runtime.Cancellable;
import io.shiplog.server.net.ListenerCounters.Event;
import io.shiplog.server.net.TransferCounters.PeerTransfer;
import io.shiplog.server.protocol.Exchange;
import io.shiplog.server.protocol.MalformedRequest;
import io.shiplog.server.protocol.RequestHeader;
import io.shiplog.server.protocol.RequestHeaderReader;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A client's connection: reads requests ahead, within bounds, and writes their answers in order.
 *
 * <pre>
 * bytes → FrameReader → RequestHeader → RequestProcessor … answer → pending (in order of requests) → channel
 * </pre>
 *
 * Reading stops while too many requests or bytes wait for answers or answers wait for the client, and while the loop's
 * memory for requests is used up.
 */
@SuppressWarnings("FutureReturnValueIgnored") // Netty returns the promise that it was given; nobody waits for a close
final class ClientConnection extends ChannelInboundHandlerAdapter {
    private static final Logger LOG = LoggerFactory.getLogger(ClientConnection.class);

    private final long id;
    private final Channel channel;
    private final InetAddress address;
    private final ListenerContext listener;
    private final FrameReader reader;
    private final RequestHeaderReader headers = new RequestHeaderReader();
    private final ArrayDeque<NettyExchange> pending = new ArrayDeque<>();
    private final Runnable flushTask = this::flush;
    private final ChannelFutureListener written = this::onWritten;

    private long pendingBytes;
    private long queuedAnswerBytes; // of answers that wait for those before them
    private long heldAnswerBytes; // of those and the ones that the channel holds, as told to the listener
    private int unwritten; // answers handed to the channel and not yet with the kernel
    private int readerHeldBytes;
    private boolean reading; // within readFrames
    private boolean inReadTurn;
    private boolean flushNeeded;
    private boolean flushScheduled;
    private boolean awaitsMemory;
    private boolean muted;
    private long mutedUntilMs;
    private Cancellable unmuting = () -> {};
    private boolean closeWanted; // a request is to be answered by closing: no more is read
    private boolean closing;
    private boolean gone;
    private long lastActiveMs;
    private long frameBegunMs = -1;
    private FollowerTransfer followerTransfer;

    ClientConnection(long id, Channel channel, InetAddress address, ListenerContext listener, FrameReader reader) {
        this.id = id;
        this.channel = channel;
        this.address = address;
        this.listener = listener;
        this.reader = reader;
        this.lastActiveMs = listener.loop().nowMs();
    }

    long id() {
        return id;
    }

    InetAddress address() {
        return address;
    }

    ResponseEncoder encoder() {
        return listener.encoder();
    }

    boolean inLoop() {
        return listener.loop().inLoop();
    }

    void execute(Runnable task) {
        listener.loop().execute(task);
    }

    boolean isGone() {
        return gone;
    }

    PeerTransfer transferPeer(int followerId, String clientId) {
        if (followerId == Exchange.CONSUMER) {
            return listener.transfers().consumer(clientId);
        }
        PeerTransfer peer = listener.transfers().follower(followerId);
        if (followerTransfer == null) {
            followerTransfer = new FollowerTransfer(peer);
        }
        return peer;
    }

    // ---- reading ----

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object bytes) {
        inReadTurn = true;
        lastActiveMs = listener.loop().nowMs();
        if (closing) {
            ((ByteBuf) bytes).release();
            return;
        }
        reader.received((ByteBuf) bytes);
        readFrames();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        inReadTurn = false;
        if (flushNeeded) {
            flush();
        }
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        resumeReading();
    }

    void memoryAvailable() {
        awaitsMemory = false;
        resumeReading();
    }

    /** Reads nothing for so long, on behalf of a quota. */
    void mute(int ms) {
        long untilMs = listener.loop().nowMs() + ms;
        if (gone || (muted && untilMs <= mutedUntilMs)) {
            return;
        }
        mutedUntilMs = untilMs;
        if (!muted) {
            muted = true;
            listener.counters().count(Event.MUTED);
            channel.config().setAutoRead(false);
            unmuting = listener.loop().schedule(this::unmute, ms);
        }
    }

    private void unmute() {
        long nowMs = listener.loop().nowMs();
        if (nowMs < mutedUntilMs) {
            unmuting = listener.loop().schedule(this::unmute, mutedUntilMs - nowMs);
            return;
        }
        muted = false;
        lastActiveMs = nowMs;
        resumeReading();
    }

    private void resumeReading() {
        if (!reading && !closing) {
            readFrames();
        }
    }

    private void readFrames() {
        reading = true;
        ByteBuf frame = null;
        try {
            while (mayTakeRequest() && (frame = reader.next()) != null) {
                take(frame);
                frame = null;
            }
        } catch (MalformedRequest e) {
            listener.counters().count(frame == null ? Event.CLOSED_BAD_FRAME : Event.CLOSED_BAD_REQUEST);
            closeNow(e.getMessage());
        } finally {
            reading = false;
        }
        if (!closing) {
            accountReader();
            channel.config().setAutoRead(mayTakeRequest());
        }
    }

    private boolean mayTakeRequest() {
        if (closing || closeWanted || isHeldUp()) {
            return false;
        }
        RequestMemory memory = listener.memory();
        if (reader.midFrame() ? !memory.isOverdrawn() : !memory.isExhausted()) {
            return true;
        }
        if (!awaitsMemory) {
            awaitsMemory = true;
            listener.counters().count(Event.READING_PAUSED_FOR_MEMORY);
            memory.await(this);
        }
        return false;
    }

    private boolean isHeldUp() {
        NetSettings settings = listener.settings();
        return muted
                || pending.size() + unwritten >= settings.pipelineRequests()
                || pendingBytes >= settings.pipelineBytes()
                || !channel.isWritable();
    }

    private void take(ByteBuf frame) throws MalformedRequest {
        NettyExchange exchange;
        try {
            ByteBuffer bytes = frame.nioBuffer();
            RequestHeader header = headers.read(bytes);
            exchange = new NettyExchange(this, header, headers.correlationId(), frame, bytes);
        } catch (MalformedRequest e) {
            frame.release();
            throw e;
        }
        NettyExchange before = pending.peekLast();
        pending.add(exchange);
        pendingBytes += exchange.requestBytes();
        listener.memory().hold(exchange.requestBytes());
        try {
            listener.processor().process(exchange);
        } catch (RuntimeException | Error e) {
            listener.loop().reportEscaped(e);
            closeNow("failed while serving " + exchange.header());
        } finally {
            exchange.handled();
        }
        if (before != null) {
            before.markQueuedBehind();
        }
    }

    /**
     * What the reader holds counts as request memory; a frame that has begun has a deadline, which does not run while it is we
     * who do not read on.
     */
    private void accountReader() {
        int held = reader.frameCapacity();
        listener.memory().hold(held - readerHeldBytes);
        readerHeldBytes = held;
        if (!reader.midFrame()) {
            frameBegunMs = -1;
        } else if (frameBegunMs < 0 || isHeldUp()) {
            frameBegunMs = listener.loop().nowMs();
        }
    }

    // ---- answering ----

    /** An exchange of this connection has ended; writes what can be written in order. */
    void ended(NettyExchange exchange) {
        pendingBytes -= exchange.requestBytes();
        listener.memory().release(exchange.requestBytes());
        closeWanted |= exchange.closeReason() != null;
        queuedAnswerBytes += exchange.answerBytes();
        boolean progress = false;
        while (!pending.isEmpty() && pending.peek().isEnded()) {
            write(pending.poll());
            progress = true;
        }
        accountAnswers();
        if (listener.answers().excessBytes() > 0) {
            listener.shed();
        }
        listener.memory().wake();
        if (progress) {
            flushSoon();
            resumeReading();
        }
    }

    private void write(NettyExchange exchange) {
        lastActiveMs = listener.loop().nowMs();
        if (exchange.closeReason() != null) {
            closeAfterWrites(exchange.closeReason());
            return;
        }
        queuedAnswerBytes -= exchange.answerBytes();
        Object answer = exchange.takeAnswer();
        if (answer == null) {
            return;
        }
        flushNeeded = true;
        unwritten++;
        if (answer instanceof List<?> parts) {
            for (int i = 0; i < parts.size() - 1; i++) {
                channel.write(parts.get(i));
            }
            channel.write(parts.get(parts.size() - 1)).addListener(written);
        } else {
            channel.write(answer).addListener(written);
        }
    }

    /** Bytes of answers in memory that the client has not taken. */
    long heldAnswerBytes() {
        return heldAnswerBytes;
    }

    private void accountAnswers() {
        ChannelOutboundBuffer out = channel.unsafe().outboundBuffer();
        long held = gone ? 0 : queuedAnswerBytes + (out == null ? 0 : out.totalPendingWriteBytes());
        listener.answers().hold(held - heldAnswerBytes);
        heldAnswerBytes = held;
    }

    private void onWritten(ChannelFuture future) {
        unwritten--;
        accountAnswers();
        if (!future.isSuccess()) {
            // a part of a frame may be out: nothing that follows could be understood
            channel.close();
        } else {
            resumeReading();
        }
    }

    private void flushSoon() {
        if (flushNeeded && !inReadTurn && !flushScheduled) {
            flushScheduled = true;
            channel.eventLoop().execute(flushTask);
        }
    }

    private void flush() {
        flushScheduled = false;
        if (flushNeeded) {
            flushNeeded = false;
            channel.flush();
        }
    }

    // ---- ending ----

    /** Closes a connection on which nothing happens, or on which a frame does not get done. Called from time to time. */
    void closeIfStalled(long nowMs) {
        if (muted) {
            return; // it is we who do not read
        }
        NetSettings settings = listener.settings();
        if (frameBegunMs >= 0 && nowMs - frameBegunMs >= settings.frameMaxMs()) {
            listener.counters().count(Event.CLOSED_UNFINISHED);
            closeNow("a frame did not arrive completely within " + settings.frameMaxMs() + " ms");
        } else if (pending.isEmpty() && nowMs - lastActiveMs >= settings.idleMs()) {
            closing = true;
            listener.counters().count(Event.CLOSED_IDLE);
            LOG.debug("connection {} of {} closed: idle", id, address.getHostAddress());
            channel.close();
        }
    }

    /** Whether nothing waits for an answer and nothing has come or gone for so long. */
    boolean isQuiet(long nowMs, long forMs) {
        return pending.isEmpty() && unwritten == 0 && !reader.midFrame() && nowMs - lastActiveMs >= forMs;
    }

    /** Returns whether it is this that closes it. */
    boolean closeNow(String reason) {
        if (closing) {
            return false;
        }
        closing = true;
        LOG.info("connection {} of {} closed: {}", id, address.getHostAddress(), reason);
        channel.close();
        return true;
    }

    void closeForShutdown() {
        closing = true;
        channel.close();
    }

    private void closeAfterWrites(String reason) {
        if (!closing) {
            closing = true;
            LOG.info("connection {} of {} closed: {}", id, address.getHostAddress(), reason);
            channel.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(ChannelFutureListener.CLOSE);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        gone = true;
        closing = true;
        unmuting.cancel();
        accountAnswers();
        NettyExchange exchange;
        while ((exchange = pending.poll()) != null) {
            if (!exchange.isEnded()) {
                listener.memory().release(exchange.requestBytes());
            }
            exchange.drop();
        }
        reader.close();
        listener.memory().release(readerHeldBytes);
        readerHeldBytes = 0;
        if (awaitsMemory) {
            listener.memory().forget(this);
        }
        if (followerTransfer != null) {
            followerTransfer.log(id, address);
        }
        listener.removed(this);
        listener.memory().wake();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            LOG.debug("connection {} of {}: {}", id, address.getHostAddress(), cause.toString());
        } else {
            listener.loop().reportEscaped(cause);
        }
        closing = true;
        channel.close();
    }

    /** What a follower's connection carried, told when it ends. */
    private record FollowerTransfer(PeerTransfer peer, long sendfileBefore, long bufferBefore) {
        FollowerTransfer(PeerTransfer peer) {
            this(peer, peer.sendfileBytes(), peer.bufferBytes());
        }

        void log(long connection, InetAddress address) {
            LOG.info(
                    "connection {} of {} ended: {} was sent {} bytes by sendfile and {} from buffers",
                    connection,
                    address.getHostAddress(),
                    peer.peer(),
                    peer.sendfileBytes() - sendfileBefore,
                    peer.bufferBytes() - bufferBefore);
        }
    }
}
