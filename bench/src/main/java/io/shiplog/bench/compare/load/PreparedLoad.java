// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.Node;

/**
 * A load generator that leaves the processors to the brokers: one thread, requests encoded beforehand, several on the way on each of some connections to each
 * broker; only the correlation id differs, and every answer is looked at. Each request is one batch for one partition.
 */
public final class PreparedLoad {
    private static final long SILENCE_S = 60;
    private static final double MIB = 1 << 20;

    private final Settings settings;

    /**
     * How it sends.
     *
     * @param connections to each broker
     * @param inFlight    requests on the way on each of them, from 1
     * @param batchRecords in each request
     */
    public record Settings(int connections, int inFlight, int batchRecords, int recordBytes) {}

    /**
     * What was acknowledged, all of what was sent.
     *
     * @param seconds from the first request to the last answer
     */
    public record Outcome(long records, double seconds, double mib) {
        /** Values only. */
        public double mibPerSecond() {
            return mib / seconds;
        }
    }

    /** Connects with each run anew. */
    public PreparedLoad(Settings settings) {
        this.settings = settings;
    }

    /** The value of every record that is sent. */
    public byte[] value() {
        return PreparedRequests.value(settings.recordBytes());
    }

    /**
     * Sends at least so many records and waits for their answers.
     *
     * @throws IllegalStateException when a batch is refused, or no answer comes for a minute
     */
    public Outcome run(Topic topic, long records) throws Exception {
        try (Admin admin = Topic.admin(topic.bootstrap())) {
            return run(topic.name(), topic.leaders(admin), records);
        }
    }

    /** The same where it is known who leads which partition. */
    Outcome run(String topic, Map<Integer, Node> leaders, long records) throws IOException {
        long requests = (records + settings.batchRecords() - 1) / settings.batchRecords();
        try (Selector selector = Selector.open()) {
            List<Connection> connections = connect(selector, topic, leaders);
            try {
                long startNs = System.nanoTime();
                send(selector, connections, requests);
                double seconds = (System.nanoTime() - startNs) / 1e9;
                long sent = requests * settings.batchRecords();
                return new Outcome(sent, seconds, sent * (double) settings.recordBytes() / MIB);
            } finally {
                for (Connection connection : connections) {
                    connection.channel.close();
                }
            }
        }
    }

    private List<Connection> connect(Selector selector, String topic, Map<Integer, Node> leaders) throws IOException {
        Map<Integer, List<ByteBuffer>> framesByNode = new TreeMap<>();
        Map<Integer, Node> nodes = new TreeMap<>();
        byte[] value = value();
        leaders.forEach((partition, leader) -> {
            nodes.put(leader.id(), leader);
            framesByNode
                    .computeIfAbsent(leader.id(), id -> new ArrayList<>())
                    .add(PreparedRequests.frame(topic, partition, settings.batchRecords(), value));
        });
        List<Connection> connections = new ArrayList<>();
        for (int i = 0; i < settings.connections(); i++) {
            for (Node node : nodes.values()) {
                connections.add(new Connection(node, framesByNode.get(node.id()), i, settings.inFlight(), selector));
            }
        }
        return connections;
    }

    /** Round by round, so that each connection has its share of what is left. */
    private static void send(Selector selector, List<Connection> connections, long requests) throws IOException {
        Budget budget = new Budget(requests);
        for (Connection connection : connections) {
            connection.go(budget);
        }
        long lastNs = System.nanoTime();
        while (budget.unanswered > 0) {
            if (selector.select(TimeUnit.SECONDS.toMillis(1)) == 0) {
                if (System.nanoTime() - lastNs > TimeUnit.SECONDS.toNanos(SILENCE_S)) {
                    throw new IllegalStateException(
                            "no answer for " + SILENCE_S + " s; " + budget.unanswered + " requests are on the way");
                }
                continue;
            }
            lastNs = System.nanoTime();
            Iterator<SelectionKey> keys = selector.selectedKeys().iterator();
            while (keys.hasNext()) {
                SelectionKey key = keys.next();
                keys.remove();
                Connection connection = (Connection) key.attachment();
                if (key.isReadable()) {
                    connection.read(budget);
                }
                connection.go(budget);
            }
        }
    }

    /** How many requests may still be begun, and how many want their answer. */
    private static final class Budget {
        private long toSend;
        private long unanswered;

        Budget(long requests) {
            toSend = requests;
            unanswered = requests;
        }
    }

    private static final class Connection {
        private static final int HEAD = PreparedRequests.CORRELATION_POSITION + Integer.BYTES;
        private static final int RECEIVE_BYTES = 256 * 1024;

        private final SocketChannel channel;
        private final SelectionKey key;
        private final List<ByteBuffer> frames;
        private final int inFlight;
        /** Frames are shared between connections, but for their first bytes. */
        private final ByteBuffer head = ByteBuffer.allocateDirect(HEAD);

        private final ByteBuffer received = ByteBuffer.allocateDirect(RECEIVE_BYTES);
        private ByteBuffer[] writing = {};
        private int nextFrame;
        private int begun;
        private int answered;

        Connection(Node node, List<ByteBuffer> frames, int number, int inFlight, Selector selector) throws IOException {
            this.frames = frames;
            this.inFlight = inFlight;
            nextFrame = number % frames.size();
            channel = SocketChannel.open(new InetSocketAddress(node.host(), node.port()));
            channel.socket().setTcpNoDelay(true);
            channel.configureBlocking(false);
            key = channel.register(selector, SelectionKey.OP_READ, this);
        }

        /** Writes until the socket is full or enough is on the way. */
        void go(Budget budget) throws IOException {
            while (true) {
                if (writing.length == 0 && !begin(budget)) {
                    break;
                }
                channel.write(writing);
                if (writing[1].hasRemaining()) {
                    key.interestOps(SelectionKey.OP_READ | SelectionKey.OP_WRITE);
                    return;
                }
                writing = new ByteBuffer[0];
            }
            key.interestOps(SelectionKey.OP_READ);
        }

        private boolean begin(Budget budget) {
            if (budget.toSend == 0 || begun - answered >= inFlight) {
                return false;
            }
            budget.toSend--;
            ByteBuffer frame = frames.get(nextFrame).duplicate();
            nextFrame = (nextFrame + 1) % frames.size();
            head.clear().put(frame.slice(0, HEAD)).putInt(PreparedRequests.CORRELATION_POSITION, begun++);
            writing = new ByteBuffer[] {head.flip(), frame.position(HEAD)};
            return true;
        }

        void read(Budget budget) throws IOException {
            if (channel.read(received) < 0) {
                throw new IllegalStateException("the broker closed a connection");
            }
            received.flip();
            while (received.remaining() >= Integer.BYTES) {
                int length = received.getInt(received.position());
                if (length > RECEIVE_BYTES - Integer.BYTES) {
                    throw new IllegalStateException("an answer of " + length + " bytes");
                }
                if (received.remaining() < Integer.BYTES + length) {
                    break;
                }
                int start = received.position() + Integer.BYTES;
                PreparedRequests.check(received.slice(start, length), answered++);
                budget.unanswered--;
                received.position(start + length);
            }
            received.compact();
        }
    }
}
