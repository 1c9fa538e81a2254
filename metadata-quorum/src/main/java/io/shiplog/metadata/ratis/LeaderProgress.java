// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

import java.util.List;

/**
 * What the Raft leader knows of its peers. Indexes are Raft's.
 *
 * @param lastIndex of the leader's own log; -1 when it is empty
 * @param commitIndex -1 when nothing is agreed on
 */
public record LeaderProgress(long lastIndex, long commitIndex, List<Peer> peers) {
    /**
     * A follower.
     *
     * @param matchIndex up to which its log is known to be the leader's, on its disk; -1: not at all
     * @param silentMs how long ago it last answered
     */
    public record Peer(String peerId, long matchIndex, long silentMs) {}
}
