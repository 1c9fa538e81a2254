// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import org.apache.kafka.common.Uuid;

/**
 * A member of the Raft group, or a node that waits to become one. Raft's own configuration carries all of this, so the members and where they
 * are reached change in one step.
 *
 * @param peerId {@code <node id>-<random>}, random per disk: a new disk is a new peer and cannot forget another one's votes
 * @param raftPort of its Raft listener
 * @param endpointPort of its metadata endpoint; 0 when it is not known
 */
public record QuorumPeer(String peerId, String host, int raftPort, int endpointPort) {
    /** The quorum node that the peer id belongs to. */
    public int nodeId() {
        return nodeIdOf(peerId);
    }

    /** The random part of the peer id, which Kafka calls the directory id; {@link Uuid#ZERO_UUID} when there is none. */
    public Uuid directoryId() {
        try {
            return Uuid.fromString(peerId.substring(peerId.indexOf('-') + 1));
        } catch (IllegalArgumentException e) {
            return Uuid.ZERO_UUID;
        }
    }

    /** Host and port of its Raft listener. */
    String raftAddress() {
        return host + ":" + raftPort;
    }

    /** The node id at the beginning of a peer id; -1 when there is none. */
    public static int nodeIdOf(String peerId) {
        int dash = peerId.indexOf('-');
        try {
            return dash > 0 ? Integer.parseInt(peerId.substring(0, dash)) : -1;
        } catch (NumberFormatException e) {
            return -1;
        }
    }
}
