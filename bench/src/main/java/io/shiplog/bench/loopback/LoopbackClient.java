// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.loopback;

import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** The least that a client can be: frames are sent as they are, and answers read and not looked at. Blocks. Not thread-safe. */
public final class LoopbackClient implements AutoCloseable {
    private static final int LENGTH_BYTES = 4;
    private static final int FIRST_BYTES = 2 << 20;

    private final SocketChannel channel;
    private ByteBuffer received = ByteBuffer.allocateDirect(FIRST_BYTES).limit(0);

    LoopbackClient(int port) throws IOException {
        channel = SocketChannel.open(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
    }

    /** Sends a whole frame; its position and limit stay. */
    public void send(ByteBuffer frame) throws IOException {
        ByteBuffer rest = frame.duplicate();
        while (rest.hasRemaining()) {
            channel.write(rest);
        }
    }

    /** The next answer, without its length; valid until the next call. */
    public ByteBuffer receive() throws IOException {
        fill(LENGTH_BYTES);
        int length = received.getInt();
        fill(length);
        ByteBuffer answer = received.slice(received.position(), length);
        received.position(received.position() + length);
        return answer;
    }

    /** Reads until so many bytes are there; what came beyond an answer stays for the next one. */
    private void fill(int bytes) throws IOException {
        if (received.remaining() >= bytes) {
            return;
        }
        int end = received.remaining();
        if (bytes > received.capacity()) {
            received = ByteBuffer.allocateDirect(bytes).put(received);
        } else {
            received.compact();
        }
        received.position(end).limit(received.capacity());
        while (received.position() < bytes) {
            if (channel.read(received) < 0) {
                throw new EOFException("the node closed the connection");
            }
        }
        received.flip();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
