// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.message.ResponseHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** A client that sends just the bytes that a test wants. */
public final class RawClient implements AutoCloseable {
    private static final int TIMEOUT_MS = 20_000;

    private final Socket socket;
    private final OutputStream out;
    private final DataInputStream in;

    public RawClient(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(TIMEOUT_MS);
        socket.setTcpNoDelay(true);
        out = socket.getOutputStream();
        in = new DataInputStream(socket.getInputStream());
    }

    public void send(byte[] bytes) throws IOException {
        out.write(bytes);
        out.flush();
    }

    public void send(ApiKeys api, short version, int correlationId, ApiMessage body) throws IOException {
        send(frame(api, version, correlationId, "raw-client", body));
    }

    /** A whole request frame with its length. */
    public static byte[] frame(ApiKeys api, short version, int correlationId, String clientId, ApiMessage body) {
        var header = new RequestHeaderData()
                .setRequestApiKey(api.id)
                .setRequestApiVersion(version)
                .setCorrelationId(correlationId)
                .setClientId(clientId);
        short headerVersion = api.requestHeaderVersion(version);
        var cache = new ObjectSerializationCache();
        int size = header.size(cache, headerVersion) + body.size(cache, version);
        ByteBuffer frame = ByteBuffer.allocate(4 + size);
        var writable = new ByteBufferAccessor(frame);
        writable.writeInt(size);
        header.write(writable, cache, headerVersion);
        body.write(writable, cache, version);
        return frame.array();
    }

    public int readInt() throws IOException {
        return in.readInt();
    }

    /** How many bytes still come before the other side closes. */
    public long readUntilClosed() throws IOException {
        try {
            return in.skip(Long.MAX_VALUE);
        } catch (SocketException reset) {
            return 0;
        }
    }

    /** The next frame from its first byte after the length. */
    public ByteBuffer receive() throws IOException {
        byte[] frame = new byte[in.readInt()];
        in.readFully(frame);
        return ByteBuffer.wrap(frame);
    }

    /** Reads a response frame's header and leaves the buffer at its body. */
    public static int correlationId(ByteBuffer frame, ApiKeys api, short version) {
        return new ResponseHeaderData(new ByteBufferAccessor(frame), api.responseHeaderVersion(version))
                .correlationId();
    }

    /** Whether the other side has closed the connection, with nothing more said; waits for it. */
    public boolean isClosedByPeer() throws IOException {
        try {
            in.readByte();
            return false;
        } catch (EOFException | SocketException closed) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
