// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.formation;

import java.util.Collections;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * What a quorum node's disk says it is.
 *
 * @param peerId random per disk, {@code <node id>-<random>}; written before anything is said to anybody
 * @param clusterId empty while {@link Phase#EMPTY}
 * @param peerIds node id to peer id as of the first formation; empty unless {@link Phase#PREPARED} or {@link Phase#FORMED}
 */
public record Stamp(int nodeId, String peerId, Phase phase, String clusterId, SortedMap<Integer, String> peerIds) {
    public Stamp {
        peerIds = Collections.unmodifiableSortedMap(new TreeMap<>(peerIds));
    }

    /** The stamp of a new disk. */
    public static Stamp empty(int nodeId, String peerId) {
        return new Stamp(nodeId, peerId, Phase.EMPTY, "", Collections.emptySortedMap());
    }
}
