// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.connect;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * One connection for a question or two, before a client is made that would go on trying for ever: it tells at once what is at an address. Both
 * protocols of a cluster begin each message with its length in four bytes. Blocks; for one thread.
 */
final class PlainSocket implements AutoCloseable {
    /** No answer to a first question is longer. */
    private static final int MAX_BYTES = 8 << 20;

    private static final int CHUNK = 1 << 16;
    /** How long a server is given to show its colours once it has heard that nothing more will come. */
    private static final int LAST_WORD_MS = 300;

    private final Endpoint endpoint;
    private final Socket socket;

    /** Why an address is of no use, in words that go after the address. */
    static final class Useless extends Exception {
        private static final long serialVersionUID = 1L;

        Useless(String message) {
            super(message, null, false, false);
        }
    }

    private PlainSocket(Endpoint endpoint, Socket socket) {
        this.endpoint = endpoint;
        this.socket = socket;
    }

    /** Connects, and waits as long for each answer. */
    static PlainSocket connect(Endpoint endpoint, int timeoutMs) throws Useless {
        InetSocketAddress address = new InetSocketAddress(endpoint.host(), endpoint.port());
        if (address.isUnresolved()) {
            throw new Useless("there is no host " + endpoint.host());
        }
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(timeoutMs);
            socket.connect(address, timeoutMs);
            return new PlainSocket(endpoint, socket);
        } catch (ConnectException e) {
            close(socket);
            throw new Useless("nothing listens at " + endpoint);
        } catch (SocketTimeoutException e) {
            close(socket);
            throw new Useless(endpoint + " cannot be reached within " + timeoutMs + " ms");
        } catch (IOException e) {
            close(socket);
            throw new Useless(endpoint + " cannot be reached: " + e.getMessage());
        }
    }

    Endpoint endpoint() {
        return endpoint;
    }

    /** Sends one message whose length is in front already. */
    void send(ByteBuffer message) throws Useless {
        try {
            byte[] bytes = new byte[message.remaining()];
            message.get(bytes);
            socket.getOutputStream().write(bytes);
        } catch (IOException e) {
            throw new Useless(endpoint + " hangs up");
        }
    }

    /** The next message, without its length. */
    ByteBuffer receive() throws Useless {
        try {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            int length = in.readInt();
            if (length < 0 || length > MAX_BYTES) {
                throw new Useless(stranger(length));
            }
            ByteArrayOutputStream bytes = new ByteArrayOutputStream(Math.min(length, CHUNK));
            while (bytes.size() < length) {
                byte[] chunk = in.readNBytes(Math.min(CHUNK, length - bytes.size()));
                if (chunk.length == 0) {
                    throw new EOFException();
                }
                bytes.writeBytes(chunk);
            }
            return ByteBuffer.wrap(bytes.toByteArray());
        } catch (SocketTimeoutException e) {
            throw new Useless(lastWord());
        } catch (IOException e) {
            throw new Useless(endpoint + " hangs up when it is asked");
        }
    }

    /** Those that wait for a line get an end instead, and may say what they are. */
    private String lastWord() {
        try {
            socket.setSoTimeout(LAST_WORD_MS);
            socket.shutdownOutput();
            return stranger(new DataInputStream(socket.getInputStream()).readInt());
        } catch (IOException silent) {
            return endpoint + " is silent: it took the connection and does not answer";
        }
    }

    /** Who begins with these four bytes. */
    private String stranger(int first) {
        String text =
                new String(ByteBuffer.allocate(Integer.BYTES).putInt(first).array(), StandardCharsets.ISO_8859_1);
        boolean web = text.startsWith("HTTP") || text.startsWith("<");
        return endpoint + (web ? " is a web server" : " speaks another protocol") + ", not a node of a cluster";
    }

    @Override
    public void close() {
        close(socket);
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException nothingIsLost) {
            return;
        }
    }
}
