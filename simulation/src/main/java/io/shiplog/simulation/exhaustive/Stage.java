// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import io.shiplog.replication.core.FollowerEffects;
import io.shiplog.replication.core.LeaderEffects;
import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.ReplicatedLog;
import io.shiplog.storage.model.EpochEndOffset;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;

/**
 * The state of which the cores are asked to do something now. Copies of a core are many, and what they see and call is one object for each replica:
 * these objects lead to the present state.
 */
final class Stage {
    private final Log[] logs = new Log[Bounds.REPLICAS];
    private final Leading[] leading = new Leading[Bounds.REPLICAS];
    private final Following[] following = new Following[Bounds.REPLICAS];
    private Cluster present;

    Stage() {
        for (int i = 0; i < Bounds.REPLICAS; i++) {
            logs[i] = new Log(i + 1);
            leading[i] = new Leading(i + 1);
            following[i] = new Following(i + 1);
        }
    }

    /** From now on it is this state in which the cores act. */
    void show(Cluster cluster) {
        present = cluster;
    }

    ReplicatedLog log(int id) {
        return logs[id - 1];
    }

    LeaderEffects leading(int id) {
        return leading[id - 1];
    }

    FollowerEffects following(int id) {
        return following[id - 1];
    }

    private final class Log implements ReplicatedLog, CoreGraph.Outside {
        private final int id;

        Log(int id) {
            this.id = id;
        }

        private TinyLog log() {
            return present.replica(id).log();
        }

        @Override
        public long logStartOffset() {
            return 0;
        }

        @Override
        public long durableLogStartOffset() {
            return 0;
        }

        @Override
        public long logEndOffset() {
            return log().end();
        }

        @Override
        public long flushedOffset() {
            return log().flushed();
        }

        @Override
        public int truncationGeneration() {
            return log().generation();
        }

        @Override
        public int latestEpoch() {
            return log().latestEpoch();
        }

        @Override
        public EpochEndOffset endOffsetForEpoch(int epoch) {
            return log().endOffsetFor(epoch);
        }
    }

    private final class Leading implements LeaderEffects, CoreGraph.Outside {
        private final int id;

        Leading(int id) {
            this.id = id;
        }

        @Override
        public void assignEpochStart(int epoch, long startOffset) {
            present.replica(id).log().assignEpochStart(epoch, startOffset);
        }

        @Override
        public void append(long token) {
            present.replica(id).appendAsLeader(token);
        }

        @Override
        public void respond(long token, Errors error) {
            if (error == Errors.NONE) {
                present.truth().acknowledged((int) token);
            }
        }

        @Override
        public void advanceLogStart(long offset) {
            throw new IllegalStateException("nobody deletes records here");
        }

        @Override
        public void respondToDelete(long token, Errors error, long lowWatermark) {
            throw new IllegalStateException("nobody deletes records here");
        }

        @Override
        public void requestFlush() {
            present.replica(id).log().wantFlush();
        }

        @Override
        public void proposeIsr(long attempt, IsrProposal proposal) {
            present.propose(id, attempt, proposal);
        }

        @Override
        public void logEndAdvanced() {
            // Followers fetch whenever they like.
        }

        @Override
        public void highWatermarkAdvanced(long highWatermark) {
            TinyReplica replica = present.replica(id);
            present.truth().committed(replica, replica.state().leaderEpoch(), (int) highWatermark);
        }
    }

    private final class Following implements FollowerEffects, CoreGraph.Outside {
        private final int id;

        Following(int id) {
            this.id = id;
        }

        @Override
        public void truncateTo(long offset) {
            TinyReplica replica = present.replica(id);
            present.truth().cutting(replica, (int) offset);
            replica.log().truncateTo((int) offset);
            replica.follower().onTruncated();
        }

        @Override
        public void truncateFullyAndStartAt(long offset) {
            throw new IllegalStateException("logs begin at 0 here, and replica " + id + " begins anew at " + offset);
        }

        @Override
        public void advanceLogStart(long offset) {
            throw new IllegalStateException("nobody deletes records here");
        }

        @Override
        public void append(ByteBuffer batches, int maxLeaderEpoch, long gapsBelow) {
            present.replica(id).appendAsFollower(batches, maxLeaderEpoch);
        }

        @Override
        public void requestFlush() {
            present.replica(id).log().wantFlush();
        }

        @Override
        public void highWatermarkMoved(long highWatermark) {
            // The core remembers it.
        }

        @Override
        public void positionChanged() {
            // A fetch may leave at any time.
        }

        @Override
        public void stop(String why) {
            throw Truth.broken("S11", "replica " + id + " was asked to cut what is committed: " + why);
        }
    }
}
