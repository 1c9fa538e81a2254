// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.image.MetadataImage;
import io.shiplog.metadata.metrics.ControllerMetrics;
import io.shiplog.metadata.ratis.RatisQuorum;

/** Where the numbers of a quorum node come from. */
final class QuorumFigures implements ControllerMetrics.Source {
    private static final long NONE = -1;

    private final QuorumNode node;
    private final Clock clock;

    QuorumFigures(QuorumNode node, Clock clock) {
        this.node = node;
        this.clock = clock;
    }

    @Override
    public MetadataImage image() {
        return node.image();
    }

    @Override
    public boolean isActiveController() {
        return node.isActiveController();
    }

    @Override
    public int raftState() {
        RatisQuorum quorum = node.quorum();
        return quorum == null ? 0 : quorum.role().number();
    }

    @Override
    public long term() {
        return node.term();
    }

    @Override
    public int leaderId() {
        return node.leaderNodeId();
    }

    @Override
    public int voters() {
        RatisQuorum quorum = node.quorum();
        return quorum == null ? 0 : quorum.peers().size();
    }

    @Override
    public long commitIndex() {
        RatisQuorum quorum = node.quorum();
        return quorum == null ? NONE : quorum.commitIndex();
    }

    @Override
    public long lastIndex() {
        RatisQuorum quorum = node.quorum();
        return quorum == null ? NONE : quorum.lastIndex();
    }

    @Override
    public long wallClockMs() {
        return clock.wallClockMs();
    }
}
