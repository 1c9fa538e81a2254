// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.node;

import io.shiplog.replication.runtime.RateLimit;
import io.shiplog.replication.runtime.ReplicationThrottles;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Finds throttles that nobody needs any more: a rate is set, topics name replicas of this node, and for a whole interval nothing passed through it. Such
 * a throttle does nothing until a replica falls behind, and then it keeps it there. On the loop.
 */
final class LeftOverThrottles {
    private final ReplicationThrottles throttles;
    private final Consumer<String> out;
    private long passedBefore = -1;

    LeftOverThrottles(ReplicationThrottles throttles, Consumer<String> out) {
        this.throttles = throttles;
        this.out = out;
    }

    /**
     * Called once an interval.
     *
     * @param named how many replicas of this node a throttle names
     */
    void check(LongSupplier named) {
        RateLimit asLeader = throttles.asLeader();
        RateLimit asFollower = throttles.asFollower();
        if (!asLeader.isLimited() && !asFollower.isLimited()) {
            passedBefore = -1;
            return;
        }
        long passed = asLeader.passedBytes() + asFollower.passedBytes();
        long count = passed == passedBefore ? named.getAsLong() : 0;
        if (count > 0) {
            out.accept("a replication throttle may be left over: it names " + count
                    + " replicas here, none of which needs it; rates " + text(asLeader) + " as leader, "
                    + text(asFollower) + " as follower");
        }
        passedBefore = passed;
    }

    private static String text(RateLimit limit) {
        return limit.isLimited() ? limit.rate() + " bytes/s" : "not set";
    }
}
