// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.twin;

import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.ApiMessage;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.MessageUtil;
import org.apache.kafka.common.requests.AbstractRequest;
import org.apache.kafka.common.requests.RequestHeader;

/** The Kafka port of a storage node: answers what it was told to answer, and hangs up on everything else. Any thread. */
final class KafkaTwin implements AutoCloseable {
    private final ServerSocket listener;
    private final Set<Socket> open = ConcurrentHashMap.newKeySet();
    private final Map<ApiKeys, Function<ApiMessage, ApiMessage>> answers = new EnumMap<>(ApiKeys.class);
    private final List<ApiMessage> asked = new CopyOnWriteArrayList<>();

    KafkaTwin() throws IOException {
        listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        start(this::accept);
    }

    int port() {
        return listener.getLocalPort();
    }

    /** How requests of a kind are answered from now on. */
    synchronized void on(ApiKeys api, Function<ApiMessage, ApiMessage> answer) {
        answers.put(api, answer);
    }

    synchronized Set<ApiKeys> known() {
        return Set.copyOf(answers.keySet());
    }

    /** Requests that came, in order. */
    List<ApiMessage> asked() {
        return asked;
    }

    private synchronized Function<ApiMessage, ApiMessage> answer(ApiKeys api) {
        return answers.get(api);
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "kafka-twin");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                open.add(socket);
                start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            while (true) {
                ByteBuffer message = ByteBuffer.wrap(in.readNBytes(in.readInt()));
                RequestHeader header = RequestHeader.parse(message);
                ApiMessage request = AbstractRequest.parseRequest(
                                header.apiKey(), header.apiVersion(), new ByteBufferAccessor(message))
                        .request
                        .data();
                asked.add(request);
                Function<ApiMessage, ApiMessage> answer = answer(header.apiKey());
                if (answer == null) {
                    return;
                }
                socket.getOutputStream().write(response(header, answer.apply(request)));
            }
        } catch (IOException | RuntimeException over) {
            // Another protocol, or the end.
        } finally {
            open.remove(socket);
        }
    }

    private static byte[] response(RequestHeader header, ApiMessage answer) {
        ByteBuffer head = MessageUtil.toByteBufferAccessor(
                        header.toResponseHeader().data(),
                        header.toResponseHeader().headerVersion())
                .buffer();
        ByteBuffer body =
                MessageUtil.toByteBufferAccessor(answer, header.apiVersion()).buffer();
        return ByteBuffer.allocate(Integer.BYTES + head.remaining() + body.remaining())
                .putInt(head.remaining() + body.remaining())
                .put(head)
                .put(body)
                .array();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        for (Socket socket : open) {
            socket.close();
        }
    }
}
