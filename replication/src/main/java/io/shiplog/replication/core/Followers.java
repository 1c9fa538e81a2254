// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** The followers of one leader, in assignment order, and what it knows about each of them in its own epoch. */
final class Followers {
    private final int localId;
    private ReplicaProgress[] progress = new ReplicaProgress[0];

    Followers(int localId) {
        this.localId = localId;
    }

    /** The same array until the next {@link #adopt}. */
    ReplicaProgress[] all() {
        return progress;
    }

    /** The assigned replicas are these from now on; what is known of those that stay is kept. */
    void adopt(PartitionState state, long nowMs) {
        List<ReplicaProgress> kept = new ArrayList<>();
        for (AssignedReplica replica : state.replicas()) {
            if (replica.id() == localId) {
                continue;
            }
            ReplicaProgress known = get(replica.id());
            if (known == null) {
                known = new ReplicaProgress(replica, nowMs);
            } else {
                known.onNode(replica, nowMs);
            }
            kept.add(known);
        }
        progress = kept.toArray(new ReplicaProgress[0]);
    }

    /** The follower on this node, or null when the node is not assigned. */
    ReplicaProgress get(int id) {
        for (int i = 0; i < progress.length; i++) {
            if (progress[i].id() == id) {
                return progress[i];
            }
        }
        return null;
    }

    /** The leader appended; until now it ended at the offset. */
    void onLeaderAppend(long oldLogEndOffset, boolean byFlushed, long nowMs) {
        for (int i = 0; i < progress.length; i++) {
            progress[i].onLeaderAppend(oldLogEndOffset, byFlushed, nowMs);
        }
    }

    /** See {@link PartitionLeader#readReplica}. */
    int readReplica(long offset, IntPredicate isNear) {
        ReplicaProgress best = null;
        for (int i = 0; i < progress.length; i++) {
            ReplicaProgress follower = progress[i];
            AssignedReplica node = follower.node();
            if (node.inIsr()
                    && node.mayJoinIsr()
                    && follower.holds(offset)
                    && (best == null || follower.appendedOffset() > best.appendedOffset())
                    && isNear.test(node.id())) {
                best = follower;
            }
        }
        return best == null ? PartitionState.NO_LEADER : best.id();
    }

    List<ReplicaView> views(long logEndOffset, boolean byFlushed, long nowMs) {
        List<ReplicaView> views = new ArrayList<>();
        for (ReplicaProgress follower : progress) {
            views.add(follower.view(logEndOffset, byFlushed, nowMs));
        }
        return views;
    }
}
