// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.port.ReplicatedLog;
import io.shiplog.storage.model.EpochEndOffset;
import io.shiplog.storage.model.InvariantViolation;
import org.apache.kafka.common.protocol.Errors;

/**
 * A follower of one partition in one leader epoch: it makes its log a copy of the leader's. It asks for what comes after
 * its log end and says which epoch its last record has; where the histories part, the leader says so, the follower cuts
 * back to the common part and asks again (KIP-101, 279, 595).
 *
 * <p>Pure: events in, {@link FollowerEffects} out. Of the answers only the one to the present question counts: another
 * leader epoch, offset or last epoch in the request makes it stale.
 */
public final class PartitionFollower {
    private static final long NO_REPAIR = -1;
    /** One refusal may come from the wire. */
    private static final int REFUSALS_BEFORE_SUSPICION = 2;

    private final ReplicatedLog log;
    private final FollowerEffects effects;
    private final HighWatermark highWatermark;
    private final Shipping shipping;

    private PartitionState state;
    private FetchNext next = FetchNext.CONTINUE;
    private Errors lastError = Errors.NONE;
    private String stoppedBecause;
    private long flushedOffset;

    /** A truncation or append has been asked for and not come back yet. */
    private boolean busy;

    /** For when the append in progress has come back. */
    private long leaderHighWatermark = -1;

    private long leaderLogStart = -1;
    private long durableLogStart;

    /** Batches that the log refused in a row, at the same offset. */
    private int refusals;

    /** To this offset the log is going to be cut, since something behind it is not sound; −1: it is not. */
    private long repairOffset = NO_REPAIR;

    /** The leader has taken note that this replica ends at the repair offset. */
    private boolean repairKnown;

    /**
     * Becomes follower in the state's leader epoch; {@link #start} comes next.
     *
     * @param highWatermark as this replica knew it in its former role; the log bounds it
     */
    public PartitionFollower(PartitionState state, ReplicatedLog log, long highWatermark, FollowerEffects effects) {
        this(state, log, highWatermark, ShippingRules.NEVER, effects);
    }

    /** The same for a follower that may have segments shipped. */
    public PartitionFollower(
            PartitionState state,
            ReplicatedLog log,
            long highWatermark,
            ShippingRules shippingRules,
            FollowerEffects effects) {
        this.shipping = new Shipping(shippingRules);
        this.state = state;
        this.log = log;
        this.effects = effects;
        this.flushedOffset = log.flushedOffset();
        this.durableLogStart = log.durableLogStartOffset();
        this.highWatermark =
                new HighWatermark(Math.max(log.logStartOffset(), Math.min(highWatermark, log.logEndOffset())));
        LogOffsets.check(log, this.highWatermark.value());
    }

    /** First event: what is not on disk is flushed, since under commit nothing else counts. */
    public void start() {
        flushWhatIsNotOnDisk();
    }

    private void flushWhatIsNotOnDisk() {
        if (state.flushBeforeCommit() && flushedOffset < log.logEndOffset()) {
            effects.requestFlush();
        }
    }

    // ---- what others ask

    /** Whether something is missing here that the leader is known to have committed: then no commit waits for this replica. */
    public boolean isCatchingUp() {
        return log.logEndOffset() < leaderHighWatermark;
    }

    public PartitionState state() {
        return state;
    }

    public int leaderEpoch() {
        return state.leaderEpoch();
    }

    public int leaderId() {
        return state.leader();
    }

    public long highWatermark() {
        return highWatermark.value();
    }

    /** What the fetcher does next with this partition. */
    public FetchNext next() {
        return next;
    }

    /** Error of the latest answer, NONE when it was good. */
    public Errors lastError() {
        return lastError;
    }

    /** Why nothing is fetched any more, or null. */
    public String stoppedBecause() {
        return stoppedBecause;
    }

    /** Fills in what the next fetch has to say. */
    public void position(FollowerPosition out) {
        out.leaderId = state.leader();
        out.currentLeaderEpoch = state.leaderEpoch();
        out.suspectsLeader = refusals >= REFUSALS_BEFORE_SUSPICION;
        out.repairing = repairOffset != NO_REPAIR;
        if (repairOffset != NO_REPAIR) {
            repairPosition(out);
            return;
        }
        out.fetchOffset = log.logEndOffset();
        out.lastFetchedEpoch = log.latestEpoch();
        out.flushedOffset = Math.min(flushedOffset, log.logEndOffset());
        out.flushing = state.flushBeforeCommit() && flushedOffset < log.logEndOffset() && !isCatchingUp();
        out.highWatermark = highWatermark.value();
        out.logStartOffset = log.durableLogStartOffset();
    }

    // ---- repair

    /**
     * Something in the log at or behind the offset is not sound. From now on the leader is told that this replica ends there, and what it
     * sends is passed over, so that nobody counts on what is going to be cut. {@link #onRepaired} ends this.
     *
     * @param offset where the log will end; at or above its start
     */
    public void beginRepair(long offset) {
        if (repairOffset != NO_REPAIR && repairOffset <= offset) {
            return;
        }
        repairOffset = offset;
        repairKnown = false;
        if (shipping.isUnderWay()) {
            shipping.end();
            next = FetchNext.CONTINUE;
            effects.stopShipping();
        }
        effects.positionChanged();
    }

    /** Whether the leader of this epoch has taken note of where this replica ends. */
    public boolean isRepairKnown() {
        return repairKnown;
    }

    /** The log was cut to the repair offset or below; fetching goes on from its end. */
    public void onRepaired() {
        repairOffset = NO_REPAIR;
        repairKnown = false;
        refusals = 0;
        onTruncated();
        effects.positionChanged();
    }

    /** No epoch: a comparison of histories could keep the leader from taking the position. */
    private void repairPosition(FollowerPosition out) {
        out.fetchOffset = repairOffset;
        out.lastFetchedEpoch = -1;
        out.flushedOffset = Math.min(flushedOffset, repairOffset);
        out.flushing = false;
        out.highWatermark = highWatermark.value();
        out.logStartOffset = log.durableLogStartOffset();
    }

    private void onFetchedDuringRepair(FetchedPartition fetched) {
        if (fetched.requestLeaderEpoch != state.leaderEpoch() || fetched.requestFetchOffset != repairOffset) {
            return;
        }
        lastError = fetched.error;
        next = FetchNext.BACK_OFF;
        if (fetched.error == Errors.NONE) {
            repairKnown = true;
        } else if (fetched.error == Errors.OFFSET_OUT_OF_RANGE && fetched.logStartOffset > repairOffset) {
            // The leader has nothing below its start, so to end there is as good as to end before it.
            repairOffset = fetched.logStartOffset;
        } else if (fetched.error == Errors.OFFSET_OUT_OF_RANGE && fetched.logStartOffset >= 0) {
            // The leader ends before the damage: of what is here it can have no more than what is committed.
            repairOffset = Math.max(fetched.logStartOffset, Math.min(repairOffset, highWatermark.value()));
        }
    }

    // ---- the leader answers

    /** An answer of the leader; {@link #next()} tells how to go on. */
    public void onFetched(FetchedPartition fetched) {
        if (repairOffset != NO_REPAIR) {
            onFetchedDuringRepair(fetched);
            return;
        }
        if (busy || stoppedBecause != null || shipping.isUnderWay() || isStale(fetched)) {
            return;
        }
        lastError = fetched.error;
        next = FetchNext.CONTINUE;
        if (fetched.error != Errors.NONE) {
            onError(fetched);
        } else if (fetched.divergingEndOffset >= 0) {
            // The leader's high watermark belongs to its history, not yet to ours: it is left alone (KAFKA-14704).
            onDivergence(fetched.divergingEpoch, fetched.divergingEndOffset, fetched.logStartOffset);
        } else {
            leaderHighWatermark = fetched.highWatermark;
            leaderLogStart = fetched.logStartOffset;
            if (shipping.isWanted(state, fetched.sealedBytes)) {
                // What came with the answer is the beginning of the first segment, and comes once more with it.
                shipping.begin();
                next = FetchNext.SHIP;
                effects.ship(log.logEndOffset(), leaderHighWatermark);
            } else if (fetched.records != null && fetched.records.hasRemaining()) {
                busy = true;
                effects.append(fetched.records, state.leaderEpoch(), fetched.gapsBelow);
            } else {
                followOffsets();
            }
        }
    }

    private boolean isStale(FetchedPartition fetched) {
        return fetched.requestLeaderEpoch != state.leaderEpoch()
                || fetched.requestFetchOffset != log.logEndOffset()
                || fetched.requestLastFetchedEpoch != log.latestEpoch();
    }

    private void onError(FetchedPartition fetched) {
        if (fetched.error == Errors.OFFSET_OUT_OF_RANGE && fetched.logStartOffset >= 0) {
            onOutOfRange(fetched.logStartOffset);
        } else {
            // Fenced or ahead: metadata on one of the two sides is on its way. Anything else may pass by itself.
            next = FetchNext.BACK_OFF;
        }
    }

    /**
     * Kafka's rule for the common history: the leader's last epoch not above ours ends at the given offset there. When we
     * know that epoch, the smaller of the two ends is common; when we know only older ones, what we have of the newest of
     * those is, and the leader is asked again. Where all of that lies below the leader's log start nothing shows that it is common: there the log
     * begins anew (decision 126).
     */
    private void onDivergence(int leaderHas, long endsAt, long leaderStart) {
        if (endsAt <= leaderStart && log.durableLogStartOffset() < leaderStart) {
            truncate(leaderStart, true);
            return;
        }
        EpochEndOffset ours = log.endOffsetForEpoch(leaderHas);
        long common;
        if (ours.isUndefined()) {
            common = Math.min(endsAt, log.logEndOffset());
        } else if (ours.leaderEpoch() == leaderHas) {
            common = Math.min(endsAt, ours.endOffset());
        } else {
            common = Math.min(ours.endOffset(), log.logEndOffset());
        }
        truncate(common, common < log.logStartOffset());
    }

    private void truncate(long offset, boolean beginAnew) {
        if (offset < highWatermark.value() && !state.unclean()) {
            stop("leader " + state.leader() + " of epoch " + state.leaderEpoch() + " diverges at offset " + offset
                    + ", below the high watermark " + highWatermark.value()
                    + ": committed records would be cut, and no unclean election is recorded");
            return;
        }
        busy = true;
        if (beginAnew) {
            effects.truncateFullyAndStartAt(offset);
        } else {
            effects.truncateTo(offset);
        }
    }

    /**
     * The leader's log no longer reaches back to our end: start anew where it begins, high watermark with it (KAFKA-9491).
     * In any other case the leader lacks what we have, which only an unclean election excuses.
     */
    private void onOutOfRange(long leaderStart) {
        if (log.logEndOffset() >= leaderStart && !state.unclean()) {
            if (log.logEndOffset() > highWatermark.value()) {
                next = FetchNext.BACK_OFF;
                return;
            }
            stop("leader " + state.leader() + " of epoch " + state.leaderEpoch() + " ends below our high watermark "
                    + highWatermark.value() + ", and no unclean election is recorded");
            return;
        }
        busy = true;
        effects.truncateFullyAndStartAt(leaderStart);
    }

    private void stop(String why) {
        stoppedBecause = why;
        next = FetchNext.STOP;
        effects.stop(why);
    }

    // ---- the log answers

    /**
     * A truncation is done: the high watermark keeps inside the log, and the flushed position is what is left of it. What is left and not on
     * disk is flushed: the completion of a flush that was under way will be from before the truncation, and say nothing.
     */
    public void onTruncated() {
        busy = false;
        flushedOffset = log.flushedOffset();
        flushWhatIsNotOnDisk();
        long before = highWatermark.value();
        highWatermark.cutTo(log.logEndOffset());
        highWatermark.advanceTo(log.logStartOffset(), log.logStartOffset(), log.logEndOffset());
        LogOffsets.check(log, highWatermark.value());
        if (highWatermark.value() != before) {
            effects.highWatermarkMoved(highWatermark.value());
        }
    }

    /** A shipped segment, or its beginning, is in the log and moved its end. */
    public void onShipped() {
        shipping.progress();
        onAppended();
    }

    /** Nothing more is shipped; the leader is asked again. */
    public void onShippingEnded() {
        shipping.end();
        next = FetchNext.CONTINUE;
    }

    /** The batches are in the log; the leader's high watermark counts as far as our log goes. */
    public void onAppended() {
        busy = false;
        refusals = 0;
        if (log.latestEpoch() > state.leaderEpoch()) {
            throw new InvariantViolation(
                    "appended a batch of leader epoch " + log.latestEpoch() + " in epoch " + state.leaderEpoch());
        }
        if (state.flushBeforeCommit()) {
            effects.requestFlush();
        }
        followOffsets();
    }

    /** The log refused the batches (gap, epoch of the future, bad checksum) and changed nothing. */
    public void onAppendRefused(Errors error) {
        busy = false;
        refusals++;
        lastError = error;
        next = FetchNext.BACK_OFF;
        // A full disk is what records are deleted for.
        followLogStart();
    }

    /** The log start became durable. */
    public void onLogStart() {
        if (log.durableLogStartOffset() != durableLogStart) {
            durableLogStart = log.durableLogStartOffset();
            effects.positionChanged();
        }
    }

    /** The log is on disk up to the offset; a completion from before a truncation says nothing. */
    public void onFlushed(long offset, int truncationGeneration) {
        if (truncationGeneration != log.truncationGeneration() || offset <= flushedOffset) {
            return;
        }
        if (offset > log.logEndOffset()) {
            throw new InvariantViolation("flushed " + offset + " beyond log end " + log.logEndOffset());
        }
        flushedOffset = offset;
        effects.positionChanged();
    }

    /** So much of the log is on this node's disk, as far as this follower was told. */
    public long flushedOffset() {
        return flushedOffset;
    }

    /** Metadata of the same leader epoch: flags, settings, nodes. */
    public void onMetadata(PartitionState newState) {
        if (newState.leaderEpoch() != state.leaderEpoch() || newState.leader() != state.leader()) {
            throw new InvariantViolation("follower in " + state + " was given " + newState);
        }
        boolean flushFromNowOn = newState.flushBeforeCommit() && !state.flushBeforeCommit();
        state = newState;
        if (flushFromNowOn && flushedOffset < log.logEndOffset()) {
            effects.requestFlush();
        }
    }

    /** What the leader deleted goes here too, as far as this replica knows it to be committed. */
    private void followLogStart() {
        long start = Math.min(leaderLogStart, highWatermark.value());
        if (start > log.logStartOffset()) {
            effects.advanceLogStart(start);
        }
    }

    /**
     * The start goes first: nobody compares what lies below the leader's start, so what this replica has there may differ, and must not
     * be taken for committed.
     */
    private void followOffsets() {
        boolean moved = highWatermark.advanceTo(leaderHighWatermark, log.logStartOffset(), log.logEndOffset());
        followLogStart();
        if (moved) {
            LogOffsets.check(log, highWatermark.value());
            effects.highWatermarkMoved(highWatermark.value());
        }
    }
}
