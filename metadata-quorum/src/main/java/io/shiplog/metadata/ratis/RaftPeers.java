// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import org.apache.ratis.protocol.RaftPeer;

/** Between our peers and Ratis'. The metadata endpoint travels in the field that Ratis keeps for its own clients, which we do not use. */
final class RaftPeers {
    private RaftPeers() {}

    static List<RaftPeer> toRaft(List<QuorumPeer> peers) {
        List<RaftPeer> result = new ArrayList<>();
        for (QuorumPeer peer : peers) {
            RaftPeer.Builder raft = RaftPeer.newBuilder().setId(peer.peerId()).setAddress(peer.raftAddress());
            if (peer.endpointPort() > 0) {
                raft.setClientAddress(peer.host() + ":" + peer.endpointPort());
            }
            result.add(raft.build());
        }
        return result;
    }

    /** By node id. */
    static List<QuorumPeer> ofRaft(Collection<RaftPeer> peers) {
        List<QuorumPeer> result = new ArrayList<>();
        for (RaftPeer peer : peers) {
            String address = peer.getAddress();
            int colon = address.lastIndexOf(':');
            result.add(new QuorumPeer(
                    peer.getId().toString(),
                    address.substring(0, Math.max(0, colon)),
                    port(address),
                    port(peer.getClientAddress())));
        }
        result.sort(Comparator.comparingInt(QuorumPeer::nodeId));
        return result;
    }

    private static int port(String address) {
        int colon = address == null ? -1 : address.lastIndexOf(':');
        try {
            return colon < 0 ? 0 : Integer.parseInt(address.substring(colon + 1));
        } catch (NumberFormatException e) {
            return 0;
        }
    }
}
