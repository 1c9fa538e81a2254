// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

/**
 * The replication throttles of one node: what it sends as leader and what it fetches as follower, by the settings of brokers (KIP-73) and by the jobs that move
 * replicas. They hold for the replicas that {@link ReplicaThrottle} says, and of these only while they are not in sync: nobody ever waits for a throttle to
 * commit a record.
 */
public final class ReplicationThrottles {
    private final RateLimit asLeader = new RateLimit();
    private final RateLimit asFollower = new RateLimit();
    private final JobThrottles jobs = new JobThrottles(this);
    private final ClientLoad clientLoad = new ClientLoad(AdaptivePace.LOOKS);

    /** leader.replication.throttled.rate: bytes to followers, and of segments to whoever is far behind. */
    public RateLimit asLeader() {
        return asLeader;
    }

    /** follower.replication.throttled.rate: bytes from leaders, by fetches and by whatever else brings a replica up to date. */
    public RateLimit asFollower() {
        return asFollower;
    }

    /** What clients meet with on this node. */
    ClientLoad clientLoad() {
        return clientLoad;
    }

    /** What the jobs of reassignments allow. */
    public JobThrottles jobs() {
        return jobs;
    }
}
