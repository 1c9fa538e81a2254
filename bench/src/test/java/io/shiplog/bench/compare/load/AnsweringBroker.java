// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.load;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.protocol.ByteBufferAccessor;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.requests.ProduceRequest;
import org.apache.kafka.common.requests.RequestHeader;

/** A twin of a broker that takes produce requests, reads them with Kafka's classes, counts their records and answers only when as many wait as may be on the way. */
final class AnsweringBroker implements AutoCloseable {
    private final ServerSocket server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    private final int inFlight;
    private final Errors answer;
    private final Map<Integer, Integer> records = new ConcurrentHashMap<>();
    private final AtomicInteger connections = new AtomicInteger();
    private final List<Throwable> faults = new CopyOnWriteArrayList<>();
    private final List<Thread> threads = new CopyOnWriteArrayList<>();

    /**
     * Listens on a port of its own.
     *
     * @param inFlight answers come when so many requests wait for them, and when no more come
     */
    AnsweringBroker(int inFlight, Errors answer) throws IOException {
        this.inFlight = inFlight;
        this.answer = answer;
        start(this::accept);
    }

    private interface Work {
        void run() throws IOException;
    }

    private void start(Work work) {
        Thread thread = new Thread(() -> {
            try {
                work.run();
            } catch (IOException closed) {
                // the other side has had enough, or this one has
            } catch (RuntimeException | Error e) {
                faults.add(e);
            }
        });
        threads.add(thread);
        thread.start();
    }

    Node node(int id) {
        return new Node(id, "127.0.0.1", server.getLocalPort());
    }

    private void accept() throws IOException {
        while (true) {
            Socket socket = server.accept();
            connections.incrementAndGet();
            start(() -> serve(socket));
        }
    }

    private void serve(Socket socket) throws IOException {
        try (socket) {
            DataInputStream in = new DataInputStream(socket.getInputStream());
            DataOutputStream out = new DataOutputStream(socket.getOutputStream());
            List<Integer> waiting = new ArrayList<>();
            while (true) {
                if (waiting.size() == inFlight || (!waiting.isEmpty() && in.available() == 0)) {
                    int correlationId = waiting.remove(0);
                    ByteBuffer response = PreparedRequestsTest.answer(correlationId, answer);
                    byte[] bytes = new byte[response.remaining()];
                    response.get(bytes);
                    out.writeInt(bytes.length);
                    out.write(bytes);
                    out.flush();
                } else {
                    waiting.add(take(in));
                }
            }
        } catch (EOFException end) {
            // no more
        }
    }

    /** The correlation id. */
    private int take(DataInputStream in) throws IOException {
        ByteBuffer frame = ByteBuffer.wrap(in.readNBytes(in.readInt()));
        RequestHeader header = RequestHeader.parse(frame);
        ProduceRequest.parse(new ByteBufferAccessor(frame), header.apiVersion())
                .data()
                .topicData()
                .forEach(topic -> topic.partitionData().forEach(partition -> {
                    int count = 0;
                    for (Record record : ((MemoryRecords) partition.records()).records()) {
                        record.ensureValid();
                        count++;
                    }
                    records.merge(partition.index(), count, Integer::sum);
                }));
        return header.correlationId();
    }

    /** By partition. */
    Map<Integer, Integer> records() {
        return records;
    }

    int connections() {
        return connections.get();
    }

    List<Throwable> faults() {
        return faults;
    }

    @Override
    public void close() throws IOException {
        server.close();
        for (Thread thread : threads) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
