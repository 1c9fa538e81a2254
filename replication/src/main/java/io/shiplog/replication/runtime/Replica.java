// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.core.FetchNext;
import io.shiplog.replication.core.FetchedPartition;
import io.shiplog.replication.core.FollowerPosition;
import io.shiplog.replication.core.PartitionLeader;
import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.storage.log.AppendOrigin;
import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.model.DamageException;
import io.shiplog.storage.model.NoRoom;
import io.shiplog.storage.model.StorageException;
import java.nio.ByteBuffer;
import java.util.function.Consumer;
import java.util.function.IntPredicate;
import org.apache.kafka.common.TopicIdPartition;
import org.apache.kafka.common.protocol.Errors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One partition on this node: it holds the core of its present role and carries out the effects on the log. All methods on
 * the loop that owns it.
 *
 * <p>Every event runs to its end, effects included, before anybody is told: then produces that have their answer are called
 * back, and then the watchers. Failed I/O takes the replica offline for good.
 */
public final class Replica {
    private static final Logger LOG = LoggerFactory.getLogger(Replica.class);

    private final TopicIdPartition id;
    private final PartitionLog log;
    private final ReplicaContext context;
    private final RoleLog roles;
    private final IsrLog isrLog;
    private final EventLoop loop;
    private final int nodeId;
    private final Watchers watchers = new Watchers(this);
    private final PendingProduces produces = new PendingProduces();
    private final PendingDeletions deletions = new PendingDeletions();
    private final ReplicaReads reads;
    private final FollowerReads followerReads;
    private final ReplicaRepair repair;
    private final ReplicaThrottle throttle;
    private final ClientLoad clientLoad;
    private final ReplicaSegments segments;
    private final Consumer<Replica> wentOffline;
    private FollowerListener followerListener;

    private PartitionState state;
    private LeaderRole leader;
    private FollowerRole follower;
    private long roleSinceMs;

    /** High watermark of the last role, while there is none. */
    private long idleHighWatermark;

    private String offlineBecause;
    private boolean closed;

    /** The log belongs to this replica from now on: nobody else appends, truncates or sets its listener. */
    Replica(
            TopicIdPartition id,
            PartitionLog log,
            ReplicaContext context,
            ReplicationThrottles throttles,
            RoleLog roles,
            IsrLog isrLog,
            Consumer<Replica> wentOffline) {
        this.wentOffline = wentOffline;
        this.id = id;
        this.log = log;
        this.context = context;
        this.roles = roles;
        this.isrLog = isrLog;
        this.loop = context.loop();
        this.nodeId = context.settings().nodeId();
        this.reads = new ReplicaReads(this, log);
        this.followerReads = new FollowerReads(this, reads, loop);
        this.repair = new ReplicaRepair(this);
        this.throttle = new ReplicaThrottle(this, throttles);
        this.clientLoad = throttles.clientLoad();
        this.segments = new ReplicaSegments(this);
        this.idleHighWatermark =
                Math.max(log.logStartOffset(), Math.min(log.highWatermarkCheckpoint(), log.logEndOffset()));
        this.roleSinceMs = loop.nowMs();
        log.setListener(new FlushRelay(loop, this::onDisk));
    }

    // ---- what it is

    public TopicIdPartition id() {
        return id;
    }

    public PartitionLog log() {
        return log;
    }

    public boolean isLeader() {
        return leader != null;
    }

    /** Whether this node follows a known leader: there is something to fetch. */
    public boolean isFollower() {
        return follower != null;
    }

    public boolean isOffline() {
        return offlineBecause != null;
    }

    /** Latest leader epoch from the metadata; −1 before the first. */
    public int leaderEpoch() {
        return state == null ? -1 : state.leaderEpoch();
    }

    /** Node id of the leader; −1 for nobody. */
    public int leaderId() {
        return state == null ? PartitionState.NO_LEADER : state.leader();
    }

    /** End of what is committed, as far as this replica knows. */
    public long highWatermark() {
        if (leader != null) {
            return leader.core().highWatermark();
        }
        return follower != null ? follower.core().highWatermark() : idleHighWatermark;
    }

    /** The ISR that this replica, as leader, has asked for and does not know whether the controller has agreed; null for none. */
    public IsrProposal openProposal() {
        return leader == null ? null : leader.core().openProposal();
    }

    /** What this replica acts on: a leader may have heard of it from the controller before the metadata; null before the first. */
    public PartitionState actsOn() {
        return leader != null ? leader.core().state() : state;
    }

    /** Where the epoch of this leader begins; −1 when it does not lead. */
    public long epochStartOffset() {
        return leader == null ? -1 : leader.core().epochStartOffset();
    }

    /** Why this follower fetches nothing any more, or null. */
    public String stoppedBecause() {
        return follower == null ? null : follower.core().stoppedBecause();
    }

    /** What becomes of this replica when something in its log is not sound. */
    public ReplicaRepair repair() {
        return repair;
    }

    /** What other replicas may have of this one's sealed segments. */
    public ReplicaSegments segments() {
        return segments;
    }

    /** Which replication throttles hold for this replica. */
    public ReplicaThrottle throttle() {
        return throttle;
    }

    /** Of the node. */
    ClientLoad clientLoad() {
        return clientLoad;
    }

    LeaderRole leaderRole() {
        return leader;
    }

    FollowerRole followerRole() {
        return follower;
    }

    /** Leader, ISR and nodes as this replica acts on them; null before the first. */
    PartitionState state() {
        return state;
    }

    int nodeId() {
        return nodeId;
    }

    void logEndMoved() {
        watchers.logEndMoved();
    }

    /** Why nothing works here until somebody looks; null while the log can be used. */
    String offlineBecause() {
        return offlineBecause;
    }

    /** When the present role began. */
    long roleSinceMs() {
        return roleSinceMs;
    }

    /** Whether the metadata that this replica acts on name it as in sync, on a node that is not fenced. */
    public boolean isInSync() {
        AssignedReplica self = state == null ? null : state.replica(nodeId);
        return self != null && self.inIsr() && !self.fenced();
    }

    /** How this replica stands, for people. */
    public ReplicaStatus status() {
        return StatusReport.of(this, loop.nowMs());
    }

    // ---- metadata

    /**
     * Metadata: leader, epochs, ISR, nodes, settings. An older leader epoch than the present one is passed over. A new one
     * ends the present role; what waits for acks is answered with NOT_LEADER_OR_FOLLOWER.
     */
    public void apply(PartitionState newState) {
        if (closed || (state != null && newState.leaderEpoch() < state.leaderEpoch())) {
            return;
        }
        event(() -> {
            boolean sameEpoch = state != null && newState.leaderEpoch() == state.leaderEpoch();
            if (sameEpoch && leader != null) {
                state = newState;
                leader.onMetadata(newState);
            } else if (sameEpoch && follower != null) {
                boolean wasInSync = isInSync();
                state = newState;
                follower.core().onMetadata(newState);
                if (isInSync() != wasInSync) {
                    watchers.stateChanged();
                }
            } else {
                changeRole(newState);
            }
            repair.onMetadata();
        });
    }

    private void changeRole(PartitionState newState) {
        boolean newEpoch = state == null || newState.leaderEpoch() != state.leaderEpoch();
        endRole(Errors.NOT_LEADER_OR_FOLLOWER);
        state = newState;
        if (newEpoch) {
            roleSinceMs = loop.nowMs();
            watchers.stateChanged();
        }
        AssignedReplica self = newState.replica(nodeId);
        if (offlineBecause != null || self == null) {
            return;
        }
        if (newState.leader() == PartitionState.NO_LEADER) {
            if (newEpoch) {
                roles.hasNoLeader(id.topicPartition(), newState.leaderEpoch());
            }
        } else if (newState.leader() != nodeId) {
            follow(newState);
        } else if (!self.fenced()) {
            lead(newState);
        }
        // Leader but fenced: the election belongs to a life of this node that is over; its end is on the way.
    }

    private void lead(PartitionState newState) {
        String ahead = log.mendEpochsFrom(newState.leaderEpoch());
        if (ahead != null) {
            goOffline(ahead
                    + ". Either more than a bit of it has rotted, or the metadata are older than it is, as after a"
                    + " restore from a copy");
            return;
        }
        leader = new LeaderRole(this, newState, idleHighWatermark, watchers, produces, deletions, isrLog, context);
        watchers.stateChanged();
        roles.leads(id.topicPartition(), newState.leaderEpoch(), log.logEndOffset());
        leader.start();
    }

    private void follow(PartitionState newState) {
        repair.beforeFollowing(newState.leaderEpoch());
        follower = new FollowerRole(this, newState, idleHighWatermark, watchers, context);
        roles.follows(id.topicPartition(), newState.leader(), newState.leaderEpoch(), log.logEndOffset());
        follower.core().start();
        repair.onFollows();
    }

    private void endRole(Errors answer) {
        idleHighWatermark = highWatermark();
        if (leader != null) {
            LeaderRole old = leader;
            leader = null;
            old.stepDown(answer);
        }
        if (follower != null) {
            FollowerRole old = follower;
            follower = null;
            old.close();
        }
    }

    /** The log can no longer be written: this replica is out until the node starts again. */
    void goOffline(String why) {
        if (offlineBecause != null) {
            return;
        }
        LOG.error("{}: offline: {}", id.topicPartition(), why);
        offlineBecause = why;
        endRole(Errors.KAFKA_STORAGE_ERROR);
        watchers.stateChanged();
        if (!closed) {
            wentOffline.accept(this);
        }
    }

    /** Somebody else found that the log can no longer be used: this replica is out until the node starts again. */
    public void takeOffline(String why) {
        event(() -> goOffline(why));
    }

    /** The replica leaves this node, or the node stops. */
    void close() {
        event(() -> {
            endRole(Errors.NOT_LEADER_OR_FOLLOWER);
            watchers.stateChanged();
            closed = true;
        });
    }

    // ---- produce

    /**
     * Appends batches as leader and calls back when the promise of the acks is kept or cannot be.
     *
     * @param batches v2 batches between position and limit; base offset and leader epoch are patched in place. They are
     *     written before this returns
     * @param acks −1, 0 or 1; with 0 the callback is called as well
     * @param leaseValid whether this node's lease holds now; only acks 0 and 1 depend on it
     */
    public void produce(ByteBuffer batches, short acks, boolean leaseValid, int timeoutMs, ProduceCallback callback) {
        produce(batches, AppendOrigin.CLIENT, acks, leaseValid, timeoutMs, callback);
    }

    /** The same for batches from elsewhere: of transactions, or of a component of this node, as the transaction coordinator is one. */
    public void produce(
            ByteBuffer batches,
            AppendOrigin origin,
            short acks,
            boolean leaseValid,
            int timeoutMs,
            ProduceCallback callback) {
        if (leader == null) {
            Errors error = offlineBecause != null ? Errors.KAFKA_STORAGE_ERROR : Errors.NOT_LEADER_OR_FOLLOWER;
            callback.complete(error, -1, -1, -1, null);
            return;
        }
        try {
            leader.produce(batches, origin, acks, leaseValid, timeoutMs, callback);
        } catch (StorageException e) {
            goOffline(e.getMessage());
        }
        tell();
    }

    /**
     * Deletes the records below the offset, as leader, and calls back when no replica that may be elected could bring them back.
     *
     * @param offset −1: up to the high watermark
     */
    public void deleteRecords(long offset, int timeoutMs, DeleteCallback callback) {
        if (leader == null) {
            callback.complete(offlineBecause != null ? Errors.KAFKA_STORAGE_ERROR : Errors.NOT_LEADER_OR_FOLLOWER, -1);
            return;
        }
        LeaderRole role = leader;
        event(() -> role.deleteRecords(offset, timeoutMs, callback));
    }

    // ---- reads

    /**
     * A read below the high watermark, by the leader or, if the read allows it, a follower (KIP-392). Fills the outcome,
     * whose records the caller releases.
     */
    public void readForConsumer(ConsumerRead read, FetchOutcome out) {
        try {
            reads.forConsumer(read, out);
        } catch (DamageException e) {
            // Only what was asked for is refused; who listens to the log's damages sees to the rest.
            out.refuse(repair.answerToConsumers());
        } catch (StorageException e) {
            fail(out, e);
        }
    }

    /** A read up to the log end by a follower; takes its positions first, as {@link #updateFollower} does. */
    public void readForFollower(FollowerRead read, FetchOutcome out) {
        followerReads.read(read, out);
        tell();
    }

    /**
     * Takes the positions of a follower's fetch and checks its epochs and history, without reading. Fills error, offsets and
     * divergence of the outcome.
     */
    public void updateFollower(FollowerRead read, FetchOutcome out) {
        followerReads.update(read, out);
        tell();
    }

    /**
     * As {@link #updateFollower}, for a follower that a throttle keeps from being sent anything now.
     *
     * @return whether there is something that it has to wait for
     */
    public boolean holdBackFollower(FollowerRead read, FetchOutcome out) {
        boolean waits = followerReads.holdBack(read, out);
        tell();
        return waits;
    }

    /** Where a consumer should rather read from, see {@link PartitionLeader#readReplica}; −1: here. */
    public int readReplica(long offset, IntPredicate isNear) {
        return leader == null ? PartitionState.NO_LEADER : leader.core().readReplica(offset, isNear);
    }

    void fail(FetchOutcome out, StorageException e) {
        if (!(e instanceof NoRoom)) {
            goOffline(e.getMessage());
        }
        out.refuse(Errors.KAFKA_STORAGE_ERROR);
        tell();
    }

    /**
     * Looks up an offset as ListOffsets does; leader only.
     *
     * @param timestampMs a time, or −1 latest, −2 earliest, −3 the record with the largest timestamp, −4 earliest local, −5
     *     latest tiered (there is none)
     * @param currentLeaderEpoch leader epoch that the client knows; −1 when it does not say
     */
    public OffsetLookup lookUpOffset(long timestampMs, int currentLeaderEpoch) {
        return lookUpOffset(timestampMs, currentLeaderEpoch, false);
    }

    /** The same for a consumer that sees only up to the last stable offset, if {@code readCommitted}. */
    public OffsetLookup lookUpOffset(long timestampMs, int currentLeaderEpoch, boolean readCommitted) {
        try {
            return reads.lookUp(timestampMs, currentLeaderEpoch, readCommitted);
        } catch (DamageException e) {
            return OffsetLookup.refused(Errors.KAFKA_STORAGE_ERROR);
        } catch (StorageException e) {
            goOffline(e.getMessage());
            tell();
            return OffsetLookup.refused(Errors.KAFKA_STORAGE_ERROR);
        }
    }

    /** Answers OffsetForLeaderEpoch; leader only. */
    public EpochEnd epochEnd(int currentLeaderEpoch, int epoch) {
        return reads.epochEnd(currentLeaderEpoch, epoch);
    }

    /** Answers DescribeProducers; leader only. */
    public ActiveProducers activeProducers() {
        return reads.activeProducers();
    }

    // ---- watchers

    /** Tells the watcher of every move from now on, until it is removed. */
    public void addWatcher(FetchWatcher watcher) {
        watchers.add(watcher);
    }

    public void removeWatcher(FetchWatcher watcher) {
        watchers.remove(watcher);
    }

    // ---- follower

    /** What the next fetch has to say; leader −1 when there is nobody to fetch from. */
    public void followerPosition(FollowerPosition out) {
        if (follower != null) {
            follower.core().position(out);
        } else {
            out.leaderId = PartitionState.NO_LEADER;
        }
    }

    /** The leader's answer; the records are appended before this returns. */
    public FetchNext onFetchedPartition(FetchedPartition fetched) {
        if (follower == null) {
            return FetchNext.STOP;
        }
        FollowerRole role = follower;
        try {
            role.core().onFetched(fetched);
        } catch (DamageException e) {
            LOG.warn("{}: waits for its repair: {}", id.topicPartition(), e.getMessage());
        } catch (StorageException e) {
            goOffline(e.getMessage());
        }
        tell();
        return follower == role ? role.core().next() : FetchNext.STOP;
    }

    /** Who is told that a flush completed; null for nobody. */
    public void setFollowerListener(FollowerListener listener) {
        followerListener = listener;
    }

    /** Nothing is shipped any more; in a turn of its own, since the fetcher may be what is running now. */
    void shippingEnded() {
        FollowerListener listener = followerListener;
        if (listener != null) {
            loop.execute(() -> listener.onShippingEnded(this));
        }
    }

    void followerPositionChanged() {
        if (followerListener != null) {
            followerListener.onPositionChanged(this);
        }
    }

    // ---- time and disk

    void tick() {
        if (leader != null) {
            leader.core().onTick(loop.nowMs());
            tell();
        }
    }

    private void onDisk() {
        if (leader != null) {
            leader.core().onFlushed(log.flushedOffset(), log.truncationGeneration(), loop.nowMs());
            leader.core().onLogStart();
        } else if (follower != null) {
            follower.core().onFlushed(log.flushedOffset(), log.truncationGeneration());
            follower.core().onLogStart();
        }
        tell();
    }

    /** Applies the topic's retention: segments that are too old, or too many, go. */
    public void deleteOldSegments() {
        if (offlineBecause != null) {
            return;
        }
        event(() -> {
            if (log.maybeDeleteOldSegments(loop.wallClockMs())) {
                watchers.logStartMoved();
            }
        });
    }

    // ---- the end of an event

    void event(Runnable event) {
        try {
            event.run();
        } catch (DamageException e) {
            LOG.warn("{}: waits for its repair: {}", id.topicPartition(), e.getMessage());
        } catch (NoRoom e) {
            LOG.warn("{}: waits for room: {}", id.topicPartition(), e.getMessage());
        } catch (StorageException e) {
            goOffline(e.getMessage());
        }
        tell();
    }

    Errors checkEpoch(int requestLeaderEpoch) {
        int epoch = leaderEpoch();
        if (requestLeaderEpoch < 0 || requestLeaderEpoch == epoch) {
            return Errors.NONE;
        }
        return requestLeaderEpoch < epoch ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
    }

    private void tell() {
        produces.tell(log.logStartOffset());
        deletions.tell();
        watchers.tell();
    }
}
