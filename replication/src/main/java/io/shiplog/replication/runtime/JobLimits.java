// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/**
 * What one open job of reassignments may send and fetch on this node. There as long as the job is open; bytes that are still on their way when it ends pass
 * freely. Changed on the loop; what it says is for any thread.
 */
public final class JobLimits {
    private final long jobId;
    private final RateLimit asLeader = new RateLimit();
    private final RateLimit asFollower = new RateLimit();
    /** Together with the throttles that topics name (KIP-73). */
    private final Limit asLeaderNamed;

    private final Limit asFollowerNamed;
    private volatile long minRate;
    private volatile boolean held;

    JobLimits(long jobId, ReplicationThrottles throttles) {
        this.jobId = jobId;
        asLeaderNamed = new BothLimits(asLeader, throttles.asLeader());
        asFollowerNamed = new BothLimits(asFollower, throttles.asFollower());
    }

    /** Which job. */
    public long jobId() {
        return jobId;
    }

    /** What goes to the replicas that the job brings, from leaders and from whoever ships segments. */
    public RateLimit asLeader() {
        return asLeader;
    }

    /** What the replicas here that the job brings are sent. */
    public RateLimit asFollower() {
        return asFollower;
    }

    /** Whether the node finds the rate itself. */
    public boolean isAdaptive() {
        return minRate > 0;
    }

    /** What an adaptive rate does not fall below, in bytes per second; 0 when the rate is fixed. */
    public long minRate() {
        return minRate;
    }

    /** Whether nothing is to pass at present, but for what is on its way. */
    public boolean isHeld() {
        return held;
    }

    /** For those who ask; whether anything passes is each replica's matter, {@link ReplicaThrottle#move}. */
    public void setHeld(boolean now) {
        held = now;
    }

    /** So much in each direction, in bytes per second; at least 1. */
    void fix(long rate, long nowMs) {
        minRate = 0;
        setRate(rate, nowMs);
    }

    /** As much as the node can spare, but no less than the minimum, in bytes per second. Until somebody says how much that is there is no limit. */
    void adapt(long minimum, long nowMs) {
        if (minRate == 0) {
            setRate(RateLimit.UNLIMITED, nowMs);
        }
        minRate = Math.max(1, minimum);
    }

    void setRate(long rate, long nowMs) {
        asLeader.setRate(rate, nowMs);
        asFollower.setRate(rate, nowMs);
    }

    Limit sending(boolean named) {
        return named ? asLeaderNamed : asLeader;
    }

    Limit fetching(boolean named) {
        return named ? asFollowerNamed : asFollower;
    }

    /** Bytes that passed in either direction since this was made. */
    long passedBytes() {
        return asLeader.passedBytes() + asFollower.passedBytes();
    }
}
