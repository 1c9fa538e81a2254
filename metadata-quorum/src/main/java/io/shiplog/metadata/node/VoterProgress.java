// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.node;

import io.shiplog.metadata.ratis.LeaderProgress;
import java.util.TreeMap;

/**
 * When each voter last had all that the leader had. Looks at the leader's knowledge from time to time: a voter that has what the leader had at
 * the look before was caught up then (Kafka counts it the same way, from fetch to fetch). Times are monotonic milliseconds. Thread-safe.
 */
final class VoterProgress {
    static final long NEVER = Long.MIN_VALUE;

    private final TreeMap<String, Long> caughtUpAtMs = new TreeMap<>();
    private long previousLastIndex = Long.MAX_VALUE;
    private long previousAtMs;

    /** What the leader knows now. */
    synchronized void observe(LeaderProgress progress, long nowMs) {
        TreeMap<String, Long> known = new TreeMap<>();
        for (LeaderProgress.Peer peer : progress.peers()) {
            long atMs = caughtUpAtMs.getOrDefault(peer.peerId(), NEVER);
            if (peer.matchIndex() >= progress.lastIndex()) {
                atMs = Math.max(atMs, nowMs - peer.silentMs());
            } else if (peer.matchIndex() >= previousLastIndex) {
                atMs = Math.max(atMs, previousAtMs);
            }
            known.put(peer.peerId(), atMs);
        }
        caughtUpAtMs.clear();
        caughtUpAtMs.putAll(known);
        previousLastIndex = progress.lastIndex();
        previousAtMs = nowMs;
    }

    /** This node does not lead any more: what it knew is forgotten. */
    synchronized void forget() {
        caughtUpAtMs.clear();
        previousLastIndex = Long.MAX_VALUE;
    }

    /** {@link #NEVER} when it never was, as far as this leader knows. */
    synchronized long caughtUpAtMs(String peerId) {
        return caughtUpAtMs.getOrDefault(peerId, NEVER);
    }
}
