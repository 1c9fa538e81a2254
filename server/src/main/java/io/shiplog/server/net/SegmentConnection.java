// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import io.shiplog.replication.fetch.SegmentCodec;
import io.shiplog.replication.fetch.SegmentCodec.BytesHeader;
import io.shiplog.replication.fetch.SegmentCodec.Description;
import io.shiplog.replication.fetch.SegmentRequest;
import io.shiplog.storage.log.ReceivedSegment;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import org.apache.kafka.common.errors.InvalidRequestException;
import org.apache.kafka.common.protocol.Errors;

/**
 * A connection on which one segment comes from another node. Waits for the network on the thread of its user, never on an event loop. What
 * arrives goes from the socket into one direct buffer, and from there into the file.
 */
final class SegmentConnection implements Closeable {
    /** How soon a wait notices that the segment is not wanted any more. */
    private static final long LOOK_MS = 200;

    private static final int LENGTH_BYTES = Integer.BYTES;
    private static final int REQUESTS_AHEAD = 2;

    /** The other node does not give what was asked for. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1L;

        private final Errors error;

        Refused(Errors error) {
            super(error.name());
            this.error = error;
        }

        Errors error() {
            return error;
        }
    }

    /** What bounds the rate of the bytes. */
    interface Pace {
        /** How much to ask for next, at most the bytes given. */
        int portion(int atMost);

        /** Before so many bytes are asked for; 0, or how long to wait and ask again. */
        long waitMs();

        /** So many bytes were asked for. */
        void take(int bytes);
    }

    private final SocketChannel channel;
    private final Selector selector;
    private final SegmentStreamSettings settings;
    private final String clientId;
    private final BooleanSupplier unwanted;
    /** Between position and limit: what has come and was not looked at yet. */
    private final ByteBuffer in;

    private int nextCorrelationId;
    private int expectedCorrelationId;

    /**
     * Connects.
     *
     * @param in a direct buffer that nobody else uses meanwhile
     * @param unwanted whether to give up, asked now and then
     */
    SegmentConnection(
            InetSocketAddress address, SegmentStreamSettings settings, ByteBuffer in, BooleanSupplier unwanted)
            throws IOException {
        this.settings = settings;
        this.clientId = "shipping-" + settings.nodeId();
        this.unwanted = unwanted;
        this.in = in.clear().limit(0);
        this.channel = SocketChannel.open();
        Selector opened = null;
        boolean done = false;
        try {
            opened = Selector.open();
            channel.configureBlocking(false);
            channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
            SelectionKey key = channel.register(opened, SelectionKey.OP_CONNECT);
            if (!channel.connect(address)) {
                await(opened, settings.connectTimeoutMs(), "does not accept a connection");
                channel.finishConnect();
            }
            key.interestOps(SelectionKey.OP_READ);
            done = true;
        } finally {
            if (!done) {
                channel.close();
                if (opened != null) {
                    opened.close();
                }
            }
        }
        this.selector = opened;
    }

    /** The description of the segment. */
    Description describe(SegmentRequest request) throws IOException, Refused {
        send(request);
        int length = frameLength();
        if (length > in.capacity()) {
            throw new IOException("a description of " + length + " bytes");
        }
        fill(length);
        ByteBuffer frame = in.slice(in.position(), length);
        BytesHeader header = SegmentCodec.readBytesHeader(frame.duplicate());
        check(header);
        Description described = SegmentCodec.readDescription(frame, request.baseOffset());
        in.position(in.position() + length);
        return described;
    }

    /**
     * Receives the bytes of the segment.
     *
     * @param maxPieceBytes how many are asked for at a time at most
     * @return whether all of them came; otherwise the file says what is wrong with them
     */
    boolean copy(SegmentRequest request, ReceivedSegment file, int maxPieceBytes, Pace pace)
            throws IOException, Refused {
        int atMost = Math.min(settings.chunkBytes(), maxPieceBytes);
        int size = file.segment().sizeInBytes();
        int[] ahead = new int[REQUESTS_AHEAD];
        int asked = 0;
        int sent = 0;
        int answered = 0;
        while (file.written() < size) {
            while (asked < size && sent - answered < REQUESTS_AHEAD) {
                int portion = Math.min(size - asked, pace.portion(atMost));
                waitForTurn(pace);
                pace.take(portion);
                send(request.forBytes(size, asked, portion));
                ahead[sent % REQUESTS_AHEAD] = portion;
                asked += portion;
                sent++;
            }
            if (!receive(file, ahead[answered % REQUESTS_AHEAD])) {
                return false;
            }
            answered++;
        }
        return true;
    }

    private void waitForTurn(Pace pace) throws IOException {
        for (long ms = pace.waitMs(); ms > 0; ms = pace.waitMs()) {
            checkWanted();
            // Not on the selector: an answer that has come would keep it ready, and is not to be read yet.
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(Math.min(ms, LOOK_MS)));
        }
    }

    private boolean receive(ReceivedSegment file, int expected) throws IOException, Refused {
        int length = frameLength();
        fill(Math.min(length, SegmentCodec.HEADER_BYTES));
        ByteBuffer start = in.slice(in.position(), Math.min(in.remaining(), length));
        BytesHeader header = SegmentCodec.readBytesHeader(start);
        check(header);
        if (header.position() != file.written() || header.bytes() != expected) {
            throw new IOException("bytes " + header.position() + " to " + (header.position() + header.bytes())
                    + " came where " + file.written() + " to " + (file.written() + expected) + " were asked for");
        }
        int left = length - start.position();
        in.position(in.position() + start.position());
        boolean sound = true;
        for (int bytes = header.bytes(); bytes > 0; ) {
            fill(Math.min(bytes, in.capacity()));
            int now = Math.min(bytes, in.remaining());
            sound &= file.write(in.slice(in.position(), now));
            if (!sound) {
                return false;
            }
            in.position(in.position() + now);
            bytes -= now;
            left -= now;
        }
        skip(left);
        return true;
    }

    private void check(BytesHeader header) throws IOException, Refused {
        if (header.correlationId() != expectedCorrelationId) {
            throw new IOException(
                    "answer " + header.correlationId() + " where " + expectedCorrelationId + " is expected");
        }
        expectedCorrelationId++;
        if (header.error() != Errors.NONE) {
            throw new Refused(header.error());
        }
    }

    private int frameLength() throws IOException {
        fill(LENGTH_BYTES);
        int length = in.getInt();
        if (length < LENGTH_BYTES) {
            throw new IOException("a frame of " + length + " bytes");
        }
        return length;
    }

    private void skip(int bytes) throws IOException {
        if (bytes < 0) {
            throw new InvalidRequestException("a frame that is shorter than what it holds");
        }
        for (int left = bytes; left > 0; ) {
            fill(1);
            int now = Math.min(left, in.remaining());
            in.position(in.position() + now);
            left -= now;
        }
    }

    private void send(SegmentRequest request) throws IOException {
        ByteBuffer frame = SegmentCodec.encodeRequest(nextCorrelationId++, clientId, request);
        while (frame.hasRemaining()) {
            if (channel.write(frame) == 0) {
                // A request is a few dozen bytes: a socket that has no room for it is as good as dead.
                throw new IOException("the connection takes no request");
            }
        }
    }

    /** Reads until so many bytes are there, at least. */
    private void fill(int bytes) throws IOException {
        if (in.remaining() >= bytes) {
            return;
        }
        in.compact();
        try {
            while (in.position() < bytes) {
                int read = channel.read(in);
                if (read < 0) {
                    throw new EOFException("the connection was closed");
                }
                if (read == 0) {
                    await(selector, settings.requestTimeoutMs(), "sends nothing");
                }
            }
        } finally {
            in.flip();
        }
    }

    private void await(Selector ready, int timeoutMs, String otherwise) throws IOException {
        long deadlineNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(timeoutMs);
        while (true) {
            checkWanted();
            int selected = ready.select(LOOK_MS);
            ready.selectedKeys().clear();
            if (selected > 0) {
                return;
            }
            if (System.nanoTime() - deadlineNs > 0) {
                throw new IOException("it " + otherwise + " for " + timeoutMs + " ms");
            }
        }
    }

    private void checkWanted() throws IOException {
        if (unwanted.getAsBoolean()) {
            throw new IOException("it is not wanted any more");
        }
    }

    @Override
    public void close() throws IOException {
        try {
            channel.close();
        } finally {
            selector.close();
        }
    }
}
