// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.ratis;

/** Told on threads of Ratis; must not block. */
public interface LeadershipListener {
    /** This node leads, and has applied everything that was agreed on before its term. */
    void onLeaderReady(long term);

    /** This node does not lead any more; may come without {@link #onLeaderReady}, and more than once. */
    void onNotLeader();

    /**
     * Another node leads, or none.
     *
     * @param nodeId the quorum node that leads now; -1 when nobody is known to
     */
    void onLeaderChanged(int nodeId);

    /** This peer is no member of the group any more: it was removed, and Ratis has ended its part. */
    void onRemoved();
}
