// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/**
 * Which of the node's {@link ReplicationThrottles} hold for one replica: topics name it, or a job moves its partition, and they hold only where no commit has to
 * wait for them. A job's hold only for what goes to the replicas that it brings: an old one that fell behind is not the job's. On the loop of the replica.
 */
public final class ReplicaThrottle {
    private static final int[] NOBODY = {};

    private final Replica replica;
    private final ReplicationThrottles throttles;
    private boolean asLeader;
    private boolean asFollower;
    private JobLimits job; // null when none moves the partition
    private boolean held;
    private int[] brought = NOBODY;

    ReplicaThrottle(Replica replica, ReplicationThrottles throttles) {
        this.replica = replica;
        this.throttles = throttles;
    }

    /** What the topic's settings say of this replica. */
    public void name(boolean leading, boolean following) {
        asLeader = leading;
        asFollower = following;
    }

    /**
     * A job moves the partition.
     *
     * @param limits the job's; null: none moves it any more
     * @param hold nothing is to pass at present; what is on its way may end
     * @param adding nodes whose replicas the job brings; not changed by the caller afterwards
     */
    public void move(JobLimits limits, boolean hold, int[] adding) {
        job = limits;
        held = limits != null && hold;
        brought = limits == null ? NOBODY : adding;
    }

    /** Whether a throttle of the settings names this replica, needed or not. */
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

    /** What bounds the bytes that this replica, as leader, sends to the follower; null for nothing, as when a record waits for that follower. */
    public Limit sendingTo(int followerId) {
        boolean bringsIt = bringsOn(followerId);
        if (!(asLeader || bringsIt)
                || !replica.isLeader()
                || replica.leaderRole().waitsFor(followerId)) {
            return null;
        }
        if (bringsIt && held) {
            return Limit.HELD;
        }
        return bringsIt ? job.sending(asLeader) : throttles.asLeader();
    }

    /** What bounds the segments that this replica ships to that node, whether it leads or not: no record ever waits for a segment. Null for nothing. */
    public Limit shippingTo(int nodeId) {
        if (bringsOn(nodeId)) {
            return job.sending(asLeader);
        }
        return asLeader ? throttles.asLeader() : null;
    }

    /** What bounds the bytes that this replica, as follower, fetches; null for nothing, as when it is in sync. */
    public Limit fetching() {
        boolean bringsThis = bringsOn(replica.nodeId());
        if (!(asFollower || bringsThis) || !replica.isFollower() || replica.isInSync()) {
            return null;
        }
        return bringsThis ? job.fetching(asFollower) : throttles.asFollower();
    }

    /** Whether no segments may be ordered for this replica. It goes on asking its leader, who sends nothing and knows why. */
    public boolean ordersNothing() {
        return held && bringsOn(replica.nodeId());
    }

    private boolean bringsOn(int nodeId) {
        for (int each : brought) {
            if (each == nodeId) {
                return true;
            }
        }
        return false;
    }
}
