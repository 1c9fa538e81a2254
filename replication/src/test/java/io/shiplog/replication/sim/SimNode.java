// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.sim;

import io.shiplog.replication.core.CoreSettings;
import io.shiplog.replication.core.FetchCheck;
import io.shiplog.replication.core.FetchNext;
import io.shiplog.replication.core.FetchedPartition;
import io.shiplog.replication.core.FollowerEffects;
import io.shiplog.replication.core.FollowerFetch;
import io.shiplog.replication.core.FollowerPosition;
import io.shiplog.replication.core.LeaderEffects;
import io.shiplog.replication.core.PartitionFollower;
import io.shiplog.replication.core.PartitionLeader;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.common.protocol.Errors;

/** One node of the simulated cluster: the real cores on a log in memory. Everything that it does is seen by the world. */
final class SimNode {
    /** What a node does to the world around it. */
    interface World {
        long nowMs();

        void propose(SimNode leader, PartitionLeader core, long attempt, IsrProposal proposal);

        void acknowledged(SimNode leader, long offset, long value);

        void highWatermarkMoved(SimNode node, boolean asLeader, long highWatermark);

        void cutting(SimNode node, long fromOffset);

        void deleting(SimNode node, long belowOffset);

        void deleted(long belowOffset);

        void appended(SimNode leader, int epoch);
    }

    private static final CoreSettings SETTINGS = new CoreSettings(10_000, 100, 1_000);
    private static final short ALL = -1;

    final int id;
    final InMemoryLog log = new InMemoryLog();
    private final World world;

    boolean up = true;
    long brokerEpoch;
    int metadataVersion;
    private boolean flushWanted;

    /** Log end and truncation generation at the start of the flush that is going on; −1 for none. */
    private long flushingTo = -1;

    private int flushingGeneration;
    int fetchesInFlight;
    PartitionState state;
    PartitionLeader leader;
    PartitionFollower follower;
    private final Map<Long, Long> produced = new TreeMap<>();
    private long nextToken;
    private long highWatermark;
    private long checkpointedHighWatermark;

    SimNode(int id, long brokerEpoch, World world) {
        this.id = id;
        this.brokerEpoch = brokerEpoch;
        this.world = world;
    }

    long highWatermark() {
        return highWatermark;
    }

    void checkpoint() {
        checkpointedHighWatermark = Math.max(checkpointedHighWatermark, highWatermark);
    }

    // ---- life

    /** The process dies; of what was not flushed so many records survive. */
    void crash(int luckyRecords) {
        endRole();
        up = false;
        flushWanted = false;
        flushingTo = -1;
        log.losePower(luckyRecords);
    }

    void restart(long newBrokerEpoch, int version) {
        up = true;
        brokerEpoch = newBrokerEpoch;
        metadataVersion = version;
        fetchesInFlight = 0;
        highWatermark = Math.max(log.logStartOffset(), Math.min(checkpointedHighWatermark, log.logEndOffset()));
        state = null;
    }

    // ---- metadata

    void apply(PartitionState next) {
        if (state != null && next.leaderEpoch() < state.leaderEpoch()) {
            return;
        }
        boolean sameEpoch = state != null && next.leaderEpoch() == state.leaderEpoch();
        state = next;
        if (sameEpoch && leader != null) {
            leader.onMetadata(next, world.nowMs());
        } else if (sameEpoch && follower != null) {
            follower.onMetadata(next);
        } else {
            endRole();
            beginRole(next);
        }
    }

    private void beginRole(PartitionState next) {
        AssignedReplica self = next.replica(id);
        if (next.leader() == PartitionState.NO_LEADER) {
            return;
        }
        if (next.leader() != id) {
            Follower effects = new Follower();
            follower = new PartitionFollower(next, log, highWatermark, effects);
            follower.start();
        } else if (!self.fenced() && self.brokerEpoch() == brokerEpoch) {
            leader = new PartitionLeader(id, next, log, highWatermark, new Leader(), SETTINGS, world.nowMs());
            leader.start(world.nowMs());
        }
    }

    private void endRole() {
        if (leader != null) {
            PartitionLeader old = leader;
            leader = null;
            old.onStepDown(Errors.NOT_LEADER_OR_FOLLOWER);
        }
        follower = null;
        produced.clear();
    }

    // ---- events

    void produce(long value) {
        long token = nextToken++;
        produced.put(token, value);
        leader.onProduce(token, ALL, true);
    }

    /** Deletes what lies below the offset. */
    void deleteRecords(long offset) {
        leader.onDeleteRecords(offset, offset, world.nowMs() + 30_000);
    }

    void tick() {
        if (leader != null) {
            leader.onTick(world.nowMs());
        }
    }

    /** The disk begins to flush what is there now, or completes the flush that is going on. */
    void flush() {
        if (flushingTo < 0) {
            flushWanted = false;
            flushingTo = log.logEndOffset();
            flushingGeneration = log.truncationGeneration();
            return;
        }
        long flushed = flushingTo;
        flushingTo = -1;
        if (flushingGeneration == log.truncationGeneration()) {
            log.flushTo(flushed);
        }
        log.persistLogStart();
        if (leader != null) {
            leader.onFlushed(flushed, flushingGeneration, world.nowMs());
            leader.onLogStart();
        } else if (follower != null) {
            follower.onFlushed(flushed, flushingGeneration);
            follower.onLogStart();
        }
    }

    boolean mayFlush() {
        return up && (flushWanted || flushingTo >= 0);
    }

    boolean mayFetch() {
        return up && follower != null && fetchesInFlight < 2 && follower.next() != FetchNext.STOP;
    }

    FollowerFetch fetch() {
        fetchesInFlight++;
        FollowerPosition position = new FollowerPosition();
        follower.position(position);
        FollowerFetch fetch = new FollowerFetch();
        fetch.replicaId = id;
        fetch.brokerEpoch = brokerEpoch;
        fetch.currentLeaderEpoch = position.currentLeaderEpoch;
        fetch.fetchOffset = position.fetchOffset;
        fetch.lastFetchedEpoch = position.lastFetchedEpoch;
        fetch.flushedOffset = position.flushedOffset;
        fetch.highWatermark = position.highWatermark;
        fetch.logStartOffset = position.logStartOffset;
        return fetch;
    }

    /** Answers a fetch as leader with at most so many records. */
    FetchedPartition answer(FollowerFetch fetch, int maxRecords) {
        FetchedPartition answer = new FetchedPartition();
        answer.requestLeaderEpoch = fetch.currentLeaderEpoch;
        answer.requestFetchOffset = fetch.fetchOffset;
        answer.requestLastFetchedEpoch = fetch.lastFetchedEpoch;
        if (leader == null) {
            answer.error = Errors.NOT_LEADER_OR_FOLLOWER;
            return answer;
        }
        FetchCheck check = leader.onFollowerFetch(fetch, world.nowMs());
        answer.error = check.error();
        answer.divergingEpoch = check.divergingEpoch();
        answer.divergingEndOffset = check.divergingEndOffset();
        answer.logStartOffset = log.logStartOffset();
        answer.highWatermark = leader.highWatermark();
        if (check.error() == Errors.NONE && !check.diverges()) {
            answer.records = log.read(fetch.fetchOffset, maxRecords);
        }
        return answer;
    }

    void receive(FetchedPartition answer) {
        if (follower != null) {
            follower.onFetched(answer);
        }
    }

    private void startAt(long offset) {
        world.deleting(this, offset);
        log.moveLogStart(offset);
        flushWanted = true;
    }

    // ---- effects

    private final class Leader implements LeaderEffects {
        @Override
        public void assignEpochStart(int epoch, long startOffset) {
            log.assignEpochStart(epoch, startOffset);
        }

        @Override
        public void append(long token) {
            long value = produced.get(token);
            long offset = log.append(leader.leaderEpoch(), value);
            world.appended(SimNode.this, leader.leaderEpoch());
            produced.put(token, offset);
            leader.onAppended(token, ALL, offset, offset, false, world.nowMs() + 30_000, world.nowMs());
        }

        @Override
        public void respond(long token, Errors error) {
            Long offset = produced.get(token);
            if (error == Errors.NONE) {
                world.acknowledged(SimNode.this, offset, log.at(offset).value());
            }
        }

        @Override
        public void requestFlush() {
            flushWanted = true;
        }

        @Override
        public void proposeIsr(long attempt, IsrProposal proposal) {
            world.propose(SimNode.this, leader, attempt, proposal);
        }

        @Override
        public void advanceLogStart(long offset) {
            startAt(offset);
        }

        @Override
        public void respondToDelete(long token, Errors error, long lowWatermark) {
            if (error == Errors.NONE) {
                world.deleted(token);
            }
        }

        @Override
        public void logEndAdvanced() {}

        @Override
        public void highWatermarkAdvanced(long moved) {
            highWatermark = moved;
            world.highWatermarkMoved(SimNode.this, true, moved);
        }
    }

    private final class Follower implements FollowerEffects {
        @Override
        public void truncateTo(long offset) {
            world.cutting(SimNode.this, offset);
            log.truncateTo(offset);
            follower.onTruncated();
        }

        @Override
        public void truncateFullyAndStartAt(long offset) {
            world.cutting(SimNode.this, log.logStartOffset());
            log.truncateFullyAndStartAt(offset);
            follower.onTruncated();
        }

        @Override
        public void advanceLogStart(long offset) {
            startAt(offset);
        }

        @Override
        public void append(ByteBuffer batches, int maxLeaderEpoch, long gapsBelow) {
            Errors error = log.appendCopy(batches, maxLeaderEpoch);
            if (error == Errors.NONE) {
                follower.onAppended();
            } else {
                follower.onAppendRefused(error);
            }
        }

        @Override
        public void requestFlush() {
            flushWanted = true;
        }

        @Override
        public void highWatermarkMoved(long moved) {
            highWatermark = moved;
            world.highWatermarkMoved(SimNode.this, false, moved);
        }

        @Override
        public void positionChanged() {}

        @Override
        public void stop(String why) {
            throw new AssertionError("node " + id + " stopped: " + why);
        }
    }
}
