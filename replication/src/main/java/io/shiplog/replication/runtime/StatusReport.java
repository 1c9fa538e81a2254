// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.runtime.ReplicaStatus.Role;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/** Puts together what people are told of a replica. */
final class StatusReport {
    private StatusReport() {}

    static ReplicaStatus of(Replica replica, long nowMs) {
        LeaderRole leader = replica.leaderRole();
        return new ReplicaStatus(
                replica.id(),
                role(replica),
                replica.roleSinceMs(),
                leader != null ? leader.core().state() : replica.state(),
                replica.log().logStartOffset(),
                replica.highWatermark(),
                replica.log().logEndOffset(),
                flushedOffset(replica),
                problem(replica),
                replica.followerRole() == null ? null : replica.followerRole().shipment(),
                leader == null ? List.of() : leader.core().followers(nowMs));
    }

    private static long flushedOffset(Replica replica) {
        if (replica.leaderRole() != null) {
            return replica.leaderRole().core().flushedOffset();
        }
        return replica.followerRole() != null
                ? replica.followerRole().core().flushedOffset()
                : replica.log().flushedOffset();
    }

    private static Role role(Replica replica) {
        if (replica.isOffline() || stoppedBecause(replica) != null) {
            return Role.OFFLINE;
        }
        if (replica.isLeader()) {
            return Role.LEADER;
        }
        return replica.isFollower() ? Role.FOLLOWER : Role.IDLE;
    }

    private static String problem(Replica replica) {
        if (!replica.isOffline() && replica.repair().isNeeded()) {
            return "something in the log is not sound";
        }
        if (replica.isOffline() || !replica.isFollower()) {
            return replica.offlineBecause();
        }
        if (stoppedBecause(replica) != null) {
            return stoppedBecause(replica);
        }
        Errors last = replica.followerRole().core().lastError();
        return last == Errors.NONE ? null : last.name();
    }

    private static String stoppedBecause(Replica replica) {
        return replica.isFollower() ? replica.followerRole().core().stoppedBecause() : null;
    }
}
