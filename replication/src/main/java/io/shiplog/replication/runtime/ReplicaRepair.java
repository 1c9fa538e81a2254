// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.PartitionState;
import org.apache.kafka.common.protocol.Errors;

/**
 * What becomes of a replica in whose log something is not sound. It first tells its leader that it ends before the damage, then the
 * controller lets it go, and only then is anything cut: at no time does anybody count on bytes that are gone. Whoever asks the controller
 * decides when; all methods on the loop of the replica.
 */
public final class ReplicaRepair {
    private static final long SOUND = -1;

    private final Replica replica;

    /** Base of the first segment in which something is not sound; {@link #SOUND} when nothing is known to be wrong. */
    private long damagedFrom = SOUND;

    /** The latest leader epoch at the time when that was found. */
    private int foundInEpoch;

    private boolean kept;

    ReplicaRepair(Replica replica) {
        this.replica = replica;
    }

    /**
     * Something in the segment with this base offset is not sound. A follower tells its leader from now on that it ends there; a leader goes
     * on with what is sound.
     */
    public void damaged(long segmentBase) {
        if (damagedFrom != SOUND && damagedFrom <= segmentBase) {
            return;
        }
        damagedFrom = segmentBase;
        foundInEpoch = replica.leaderEpoch();
        if (replica.isFollower()) {
            replica.event(this::onFollows);
        }
    }

    /** Whether something in the log is known not to be sound. */
    public boolean isNeeded() {
        return damagedFrom != SOUND;
    }

    /** Base of the first segment in which something is not sound; −1 when nothing is known to be wrong. */
    public long damagedFrom() {
        return damagedFrom;
    }

    /**
     * Whether no leader counts on what is going to be cut, so that the controller may be asked to let this replica go: it leads itself, or
     * its leader was told, or was elected since.
     */
    public boolean mayBeAskedFor() {
        return replica.isLeader()
                || (replica.isFollower()
                        && (replica.followerRole().core().isRepairKnown() || replica.leaderEpoch() > foundInEpoch));
    }

    /** Whether the metadata that this replica acts on, not older than the partition epoch, names it neither in sync nor eligible. */
    public boolean isLetGoBy(int partitionEpoch) {
        PartitionState state = replica.state();
        AssignedReplica self = self();
        return replica.isFollower()
                && self != null
                && state.partitionEpoch() >= partitionEpoch
                && !self.inIsr()
                && !self.inElr();
    }

    /** Whether the metadata that this replica acts on is as new as that. */
    public boolean knows(int partitionEpoch) {
        return replica.state() != null && replica.state().partitionEpoch() >= partitionEpoch;
    }

    /** Whether this replica is in sync with another one that leads, in an epoch that began without loss: it holds what was committed. */
    public boolean isOver() {
        AssignedReplica self = self();
        return !isNeeded()
                && replica.isFollower()
                && self != null
                && self.inIsr()
                && !replica.state().unclean();
    }

    /** Whether nobody else holds what is damaged here: then consumers are told so instead of being asked to wait. */
    public void keep(boolean nobodyElse) {
        kept = nobodyElse;
    }

    /** The records that were not sound are deleted: nothing is left to be repaired. */
    public void forget() {
        if (!isNeeded()) {
            return;
        }
        damagedFrom = SOUND;
        kept = false;
        if (replica.isFollower()) {
            replica.event(() -> replica.followerRole().core().onRepaired());
        }
    }

    /** Sets what is not sound aside and fetches it again. Only when {@link #isLetGoBy} says that nobody counts on it. */
    public void carryOut() {
        replica.event(() -> {
            replica.log().setAsideFrom(damagedFrom);
            damagedFrom = SOUND;
            kept = false;
            replica.followerRole().core().onRepaired();
            replica.logEndMoved();
        });
    }

    /**
     * The replica acts on newer metadata: in sync, it has again what a start may have cut off its log. They are acted on from the registration of
     * this process on, and that took a shortened log out of the ISR.
     */
    void onMetadata() {
        if (replica.isInSync() && replica.log().isShortened()) {
            replica.log().madeGood();
        }
    }

    /** The replica is about to follow: of an epoch in its log that is above the leader's, that one would say for ever that it knows nothing. */
    void beforeFollowing(int epoch) {
        long from = replica.log().reportEpochsAbove(epoch);
        if (from >= 0) {
            damaged(from);
        }
    }

    /** The replica follows, with a new core that knows of nothing yet, or has just been told of a damage. */
    void onFollows() {
        if (isNeeded()) {
            long end = Math.min(damagedFrom, replica.log().logEndOffset());
            replica.followerRole().core().beginRepair(Math.max(replica.log().logStartOffset(), end));
        }
    }

    Errors answerToConsumers() {
        return kept ? Errors.CORRUPT_MESSAGE : Errors.KAFKA_STORAGE_ERROR;
    }

    private AssignedReplica self() {
        PartitionState state = replica.state();
        return state == null ? null : state.replica(replica.nodeId());
    }
}
