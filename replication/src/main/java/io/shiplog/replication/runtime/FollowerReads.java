// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.core.FetchCheck;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.model.DamageException;
import io.shiplog.storage.model.StorageException;
import org.apache.kafka.common.protocol.Errors;

/** What a leader does with the fetches of its followers: takes their positions, checks their history, gives them records. Its event loop. */
final class FollowerReads {
    private final Replica replica;
    private final PartitionLog log;
    private final ReplicaReads reads;
    private final EventLoop loop;

    FollowerReads(Replica replica, ReplicaReads reads, EventLoop loop) {
        this.replica = replica;
        this.log = replica.log();
        this.reads = reads;
        this.loop = loop;
    }

    /** See {@link Replica#readForFollower}. */
    void read(FollowerRead read, FetchOutcome out) {
        try {
            if (take(read, out)) {
                reads.forFollower(read, out);
                replica.leaderRole()
                        .core()
                        .onSent(read.replicaId, out.records.sizeInBytes(), out.sealedBytes, loop.nowMs());
            }
        } catch (DamageException e) {
            out.refuse(Errors.KAFKA_STORAGE_ERROR);
        } catch (StorageException e) {
            replica.fail(out, e);
        }
    }

    /** See {@link Replica#updateFollower}. */
    void update(FollowerRead read, FetchOutcome out) {
        try {
            take(read, out);
        } catch (StorageException e) {
            replica.fail(out, e);
        }
    }

    /** See {@link Replica#holdBackFollower}. */
    boolean holdBack(FollowerRead read, FetchOutcome out) {
        try {
            boolean waits = take(read, out) && read.fetchOffset < log.logEndOffset();
            if (waits) {
                replica.leaderRole().core().onHeldBack(read.replicaId, loop.nowMs());
            }
            return waits;
        } catch (StorageException e) {
            replica.fail(out, e);
            return false;
        }
    }

    /** Returns whether the follower may be given records. */
    private boolean take(FollowerRead read, FetchOutcome out) {
        out.clear();
        out.currentLeaderId = replica.leaderId();
        out.currentLeaderEpoch = replica.leaderEpoch();
        LeaderRole leader = replica.leaderRole();
        if (leader == null) {
            out.error = replica.isOffline() ? Errors.KAFKA_STORAGE_ERROR : Errors.NOT_LEADER_OR_FOLLOWER;
            return false;
        }
        FetchCheck check = leader.core().onFollowerFetch(read, loop.nowMs());
        out.error = check.error();
        out.logStartOffset = log.logStartOffset();
        out.highWatermark = replica.highWatermark();
        out.lastStableOffset = log.lastStableOffset(out.highWatermark);
        out.divergingEpoch = check.divergingEpoch();
        out.divergingEndOffset = check.divergingEndOffset();
        return check.error() == Errors.NONE && !check.diverges();
    }
}
