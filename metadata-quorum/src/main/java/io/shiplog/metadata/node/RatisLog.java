// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.image.QuorumVoter;
import io.shiplog.metadata.proto.MetadataEntry;
import io.shiplog.metadata.ratis.RatisQuorum;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** The Raft group as the controller's log. */
record RatisLog(RatisQuorum quorum) implements AgreedLog {
    @Override
    public CompletableFuture<Outcome> submit(MetadataEntry entry) {
        return quorum.submit(entry).thenApply(outcome -> new Outcome(outcome.applied()));
    }

    @Override
    public MetadataImage image() {
        return quorum.image();
    }

    @Override
    public boolean isLeaderReady() {
        return quorum.isLeaderReady();
    }

    @Override
    public List<QuorumVoter> voters() {
        if (quorum.isChangingPeers()) {
            return List.of();
        }
        return quorum.peers().stream()
                .map(peer -> new QuorumVoter(
                        peer.nodeId(), peer.peerId(), peer.host(), peer.raftPort(), peer.endpointPort()))
                .toList();
    }

    @Override
    public long term() {
        return quorum.term();
    }
}
