// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.diff;

import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.ByteBuffer;
import org.apache.kafka.common.message.RequestHeaderData;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Message;
import org.apache.kafka.common.protocol.ObjectSerializationCache;

/** One plain connection to one node: a request out, its answer in. One thread. */
final class Connection implements Closeable {
    private static final int CONNECT_TIMEOUT_MS = 5_000;
    private static final int ANSWER_TIMEOUT_MS = 10_000;
    private static final int LARGEST_ANSWER_BYTES = 64 << 20;
    static final String CLIENT_ID = "differential";

    private final Socket socket = new Socket();
    private int correlationId;

    Connection(InetSocketAddress address) throws IOException {
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(ANSWER_TIMEOUT_MS);
        socket.connect(address, CONNECT_TIMEOUT_MS);
    }

    /**
     * Sends a request and waits for its answer.
     *
     * @return the answer behind its length, or null when the node closed the connection instead
     * @throws java.net.SocketTimeoutException when there is neither within 10 s
     */
    ByteBuffer ask(ApiKeys api, short version, ByteBuffer body) throws IOException {
        try {
            send(api, version, body);
            var in = new DataInputStream(socket.getInputStream());
            int length = in.readInt();
            if (length < Integer.BYTES || length > LARGEST_ANSWER_BYTES) {
                throw new IOException("an answer of " + length + " bytes");
            }
            return ByteBuffer.wrap(in.readNBytes(length));
        } catch (EOFException | SocketException e) {
            return null;
        }
    }

    private void send(ApiKeys api, short version, ByteBuffer body) throws IOException {
        var header = new RequestHeaderData()
                .setRequestApiKey(api.id)
                .setRequestApiVersion(version)
                .setCorrelationId(++correlationId)
                .setClientId(CLIENT_ID);
        ByteBuffer head = bytes(header, api.requestHeaderVersion(version));
        ByteBuffer frame = ByteBuffer.allocate(Integer.BYTES + head.remaining() + body.remaining());
        frame.putInt(head.remaining() + body.remaining()).put(head).put(body.duplicate());
        socket.getOutputStream().write(frame.array());
    }

    /** The message in that version. */
    static ByteBuffer bytes(Message message, short version) {
        var cache = new ObjectSerializationCache();
        ByteBuffer bytes = ByteBuffer.allocate(message.size(cache, version));
        message.write(new ByteBufferAccessor(bytes), cache, version);
        return bytes.flip();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
