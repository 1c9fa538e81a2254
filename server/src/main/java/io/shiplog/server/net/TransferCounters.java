// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.net;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/**
 * How many bytes of records went out by sendfile and how many from buffers, per consumer (by client id) and per follower (by
 * node id). Safe for use from any thread. Only record bytes count, headers do not.
 */
public final class TransferCounters {
    /** Client ids are the clients' own choice: beyond this many, the further ones share an entry. */
    static final int MAX_CONSUMERS = 512;

    static final String OTHER_CONSUMERS = "(other)";

    private final Map<Integer, PeerTransfer> followers = new ConcurrentHashMap<>();
    private final Map<String, PeerTransfer> consumers = new ConcurrentHashMap<>();

    /** The counts of one peer. They only grow. */
    public static final class PeerTransfer {
        private final String peer;
        private final LongAdder sendfileBytes = new LongAdder();
        private final LongAdder bufferBytes = new LongAdder();

        PeerTransfer(String peer) {
            this.peer = peer;
        }

        /** Who it is, for people to read. */
        public String peer() {
            return peer;
        }

        public long sendfileBytes() {
            return sendfileBytes.sum();
        }

        public long bufferBytes() {
            return bufferBytes.sum();
        }

        void sentByFile(long bytes) {
            sendfileBytes.add(bytes);
        }

        void sentFromBuffer(long bytes) {
            bufferBytes.add(bytes);
        }
    }

    /** The counts of a follower, which is a node of this cluster: their number is bounded by the cluster. */
    public PeerTransfer follower(int nodeId) {
        return followers.computeIfAbsent(nodeId, id -> new PeerTransfer("follower " + id));
    }

    /** The counts of the consumers with this client id. */
    public PeerTransfer consumer(String clientId) {
        PeerTransfer known = consumers.get(clientId);
        if (known != null) {
            return known;
        }
        String name = consumers.size() < MAX_CONSUMERS ? clientId : OTHER_CONSUMERS;
        return consumers.computeIfAbsent(name, id -> new PeerTransfer("consumer " + id));
    }

    /** By node id. */
    public Map<Integer, PeerTransfer> followers() {
        return Map.copyOf(followers);
    }

    /** By client id. */
    public Map<String, PeerTransfer> consumers() {
        return Map.copyOf(consumers);
    }
}
