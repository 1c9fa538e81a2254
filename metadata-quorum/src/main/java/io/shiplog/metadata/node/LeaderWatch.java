// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.client.MetadataClientSettings.Endpoint;
import io.shiplog.metadata.endpoint.EndpointWatch;
import io.shiplog.metadata.proto.HelloRequest;
import io.shiplog.metadata.ratis.QuorumPeer;
import io.shiplog.metadata.ratis.RatisQuorum;
import java.util.List;

/**
 * Begins an election as soon as the leader's process is surely gone, which its host tells within milliseconds, instead of waiting for Raft's
 * time-out. The members do not all begin at once: each waits its turn, and begins only if nothing has come of the ones before. A leader that
 * hangs or is cut off is left to the time-out, which can be patient for that.
 */
final class LeaderWatch implements AutoCloseable {
    /** Longer than a vote takes on a busy machine: two that stand at once split the vote, and then wait for the time-out after all. */
    private static final long TURN_MS = 200;

    private final QuorumNode node;
    private final int selfId;
    private final EndpointWatch watch;

    LeaderWatch(QuorumNode node, int selfId) {
        this.node = node;
        this.selfId = selfId;
        HelloRequest hello = HelloRequest.newBuilder()
                .setRole(HelloRequest.Role.QUORUM)
                .setNodeId(selfId)
                .build();
        this.watch = new EndpointWatch(hello, this::onGone);
    }

    /** Somebody else may lead now. */
    void look() {
        QuorumPeer leader = node.leader();
        boolean watchable = leader != null && leader.nodeId() != selfId && leader.endpointPort() > 0;
        watch.watch(watchable ? endpoint(leader) : null);
    }

    private static Endpoint endpoint(QuorumPeer peer) {
        return new Endpoint(peer.host(), peer.endpointPort());
    }

    private void onGone(Endpoint endpoint) {
        RatisQuorum quorum = node.quorum();
        QuorumPeer leader = node.leader();
        if (quorum != null && leader != null && endpoint(leader).equals(endpoint)) {
            quorum.onLeaderGone(leader.nodeId(), turn(node.members(), leader) * TURN_MS);
        }
    }

    /** How many of the other members go before this one. */
    private long turn(List<QuorumPeer> members, QuorumPeer leader) {
        return members.stream()
                .filter(member -> member.nodeId() != leader.nodeId() && member.nodeId() < selfId)
                .count();
    }

    @Override
    public void close() {
        watch.close();
    }
}
