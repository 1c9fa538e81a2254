// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.ratis.QuorumPeer;
import io.shiplog.metadata.ratis.RatisQuorum;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a new disk in the place of the one that its node lost: on the active controller, one change of the Raft group at a time. A node whose
 * old peer still answers is not replaced; somebody else uses its id then.
 */
final class Membership {
    private static final Logger LOG = LoggerFactory.getLogger(Membership.class);
    private static final long GONE_MS = 3_000;

    private final AtomicBoolean changing = new AtomicBoolean();

    /** Adds the peer if it is not there yet. */
    @SuppressWarnings("FutureReturnValueIgnored") // both outcomes are logged
    void add(RatisQuorum quorum, QuorumPeer joiner) {
        List<QuorumPeer> next = new ArrayList<>();
        for (QuorumPeer peer : quorum.peers()) {
            if (peer.peerId().equals(joiner.peerId())) {
                return;
            }
            if (peer.nodeId() != joiner.nodeId()) {
                next.add(peer);
            } else if (quorum.millisSinceHeard(peer.peerId()) < GONE_MS) {
                return;
            }
        }
        if (quorum.isChangingPeers() || !changing.compareAndSet(false, true)) {
            return;
        }
        next.add(joiner);
        LOG.info("quorum node {} has a new disk: adding it as {}", joiner.nodeId(), joiner.peerId());
        quorum.setPeers(next).whenComplete((done, failure) -> {
            changing.set(false);
            if (failure == null) {
                LOG.info("quorum node {} is a member again, as {}", joiner.nodeId(), joiner.peerId());
            } else {
                LOG.warn("quorum node {} could not be added, trying again: {}", joiner.nodeId(), failure.toString());
            }
        });
    }
}
