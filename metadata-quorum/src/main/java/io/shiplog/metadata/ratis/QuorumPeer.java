// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

/**
 * A member of the Raft group.
 *
 * @param peerId {@code <node id>-<random>}, random per disk: a new disk is a new peer and cannot forget another one's votes
 * @param address host and port of its Raft listener
 */
public record QuorumPeer(String peerId, String address) {
    /** The quorum node that the peer id belongs to. */
    public int nodeId() {
        return nodeIdOf(peerId);
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
