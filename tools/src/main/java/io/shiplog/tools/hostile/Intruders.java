// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.hostile;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Connections to one node from many addresses of loopback, so that a limit by address does not stand in for all others. */
final class Intruders implements AutoCloseable {
    /** As many as one address may have by default. */
    private static final int PER_ADDRESS = 1_000;

    private static final int FIRST_ADDRESS = 2;
    private static final long PAUSE_MS = 5;
    private static final int BETWEEN_LOOKS = 500;

    private final InetSocketAddress node;
    private final List<SocketChannel> channels = new ArrayList<>();
    private final ByteBuffer sink = ByteBuffer.allocateDirect(256 * 1024);

    Intruders(int port) {
        node = new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }

    /** Connects as often; gives up those that the node refuses as they come, so that no more files are open than it keeps connections. */
    void connect(int count) throws IOException {
        for (int i = 0; i < count; i++) {
            if (i % BETWEEN_LOOKS == 0) {
                countOpen();
                channels.removeIf(channel -> !channel.isOpen());
            }
            SocketChannel channel = SocketChannel.open();
            try {
                channel.bind(new InetSocketAddress("127.0.1." + (FIRST_ADDRESS + i / PER_ADDRESS), 0));
                channel.connect(node);
                channel.configureBlocking(false);
                channels.add(channel);
            } catch (IOException refused) {
                channel.close(); // the node's right
            }
        }
    }

    /** Sends as much of the bytes as each connection takes. */
    void sendAll(ByteBuffer bytes) throws IOException {
        for (SocketChannel channel : channels) {
            try {
                channel.write(bytes.duplicate());
            } catch (IOException closed) {
                channel.close();
            }
        }
    }

    /** Reads whatever comes; how many bytes came. */
    long readFor(long forMs) throws IOException, InterruptedException {
        long endNs = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(forMs);
        long bytes = 0;
        while (System.nanoTime() < endNs) {
            for (SocketChannel channel : channels) {
                bytes += Math.max(0, read(channel));
            }
            TimeUnit.MILLISECONDS.sleep(PAUSE_MS);
        }
        return bytes;
    }

    /** Connections that the node has not closed. */
    int countOpen() throws IOException {
        int open = 0;
        for (SocketChannel channel : channels) {
            if (read(channel) >= 0) {
                open++;
            }
        }
        return open;
    }

    private int read(SocketChannel channel) throws IOException {
        if (!channel.isOpen()) {
            return -1;
        }
        try {
            int read = channel.read(sink.clear());
            if (read < 0) {
                channel.close();
            }
            return read;
        } catch (IOException reset) {
            channel.close();
            return -1;
        }
    }

    @Override
    public void close() throws IOException {
        for (SocketChannel channel : channels) {
            channel.close();
        }
        channels.clear();
    }
}
