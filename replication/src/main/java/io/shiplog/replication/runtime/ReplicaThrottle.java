// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/**
 * Which of the node's {@link ReplicationThrottles} hold for one replica: topics name it, and they hold only where no commit has to wait for
 * them. On the loop of the replica.
 */
public final class ReplicaThrottle {
    private final Replica replica;
    private boolean asLeader;
    private boolean asFollower;

    ReplicaThrottle(Replica replica) {
        this.replica = replica;
    }

    /** What the topic's settings say of this replica. */
    public void name(boolean leading, boolean following) {
        asLeader = leading;
        asFollower = following;
    }

    /** Whether a throttle names this replica, needed or not. */
    public boolean isNamed() {
        return asLeader || asFollower;
    }

    /** Whether a throttle of leaders names it. */
    public boolean isNamedAsLeader() {
        return asLeader;
    }

    /** Whether a throttle of followers names it. */
    public boolean isNamedAsFollower() {
        return asFollower;
    }

    /** Whether what this replica, as leader, sends to the follower is limited: no record waits for that follower. */
    public boolean limitsSendingTo(int followerId) {
        return asLeader && replica.isLeader() && !replica.leaderRole().waitsFor(followerId);
    }

    /** Whether what this replica ships of its segments is limited, whether it leads or not: no record ever waits for a segment. */
    public boolean limitsShipping() {
        return asLeader;
    }

    /** Whether what this replica, as follower, fetches is limited: it is not in sync. */
    public boolean limitsFetching() {
        return asFollower && replica.isFollower() && !replica.isInSync();
    }
}
