// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.port.ReplicatedLog;
import io.shiplog.storage.model.EpochEndOffset;
import io.shiplog.storage.model.InvariantViolation;
import java.util.List;
import java.util.function.IntPredicate;
import org.apache.kafka.common.protocol.Errors;

/**
 * The leader of one partition in one leader epoch. It decides what is committed: a record is, when every replica of the
 * maximal ISR holds it (on disk, under flush.policy=commit) and the ISR is not below min.insync.replicas.
 *
 * <p>Pure: events in, {@link LeaderEffects} out. A new leader epoch is a new object, so nothing that was learned about a
 * follower in an older epoch can count. Rules are those of Kafka 4.3 ({@code Partition}, KIP-101, 279, 497, 841, 903, 966)
 * unless {@code docs/replication-protocol.md} says otherwise.
 */
public final class PartitionLeader {
    private static final short ACKS_ALL = -1;
    private static final long UP_TO_HIGH_WATERMARK = -1;
    private static final long UNKNOWN = -1;

    private final int localId;
    private final ReplicatedLog log;
    private final LeaderEffects effects;
    private final CoreSettings settings;
    private final HighWatermark highWatermark;
    private final IsrNegotiation negotiation;
    private final InSyncRules rules;
    private final PendingAcks acks;
    private final PendingDeletes deletes = new PendingDeletes();
    private final FetchCheck check = new FetchCheck();
    private final PendingAcks.Answer acknowledge;
    private final PendingAcks.Answer timeOut;

    private PartitionState state;
    private int isrSize;
    private final Followers followers;
    private final long epochStartOffset;
    private long localFlushed;

    /**
     * Takes over leadership; {@link #start} comes next.
     *
     * @param localId this node, which the state names as leader
     * @param highWatermark as this replica knew it in its former role; the log bounds it
     */
    public PartitionLeader(
            int localId,
            PartitionState state,
            ReplicatedLog log,
            long highWatermark,
            LeaderEffects effects,
            CoreSettings settings,
            long nowMs) {
        if (state.leader() != localId || state.replica(localId) == null) {
            throw new InvariantViolation("node " + localId + " cannot lead " + state);
        }
        if (log.latestEpoch() >= state.leaderEpoch()) {
            // Also when it is equal: then a former life of this node led in this epoch and may have lost what it wrote.
            throw new InvariantViolation("log knows leader epoch " + log.latestEpoch() + ", elected in " + state);
        }
        this.localId = localId;
        this.log = log;
        this.effects = effects;
        this.settings = settings;
        this.epochStartOffset = log.logEndOffset();
        this.localFlushed = log.flushedOffset();
        this.highWatermark =
                new HighWatermark(Math.max(log.logStartOffset(), Math.min(highWatermark, log.logEndOffset())));
        this.negotiation = new IsrNegotiation(effects, settings);
        this.rules = new InSyncRules(localId, log, settings, this.highWatermark, epochStartOffset, negotiation);
        rules.onLocalFlush(localFlushed);
        this.acks = new PendingAcks(settings.maxPendingAcks());
        this.acknowledge = token -> effects.respond(token, Errors.NONE);
        this.timeOut = token -> effects.respond(token, Errors.REQUEST_TIMED_OUT);
        this.followers = new Followers(localId);
        adopt(state, nowMs);
        LogOffsets.check(log, this.highWatermark.value());
    }

    /** First event: the epoch gets its start, what is not on disk is flushed, and alone the leader can commit at once. */
    public void start(long nowMs) {
        effects.assignEpochStart(state.leaderEpoch(), epochStartOffset);
        if (state.flushBeforeCommit() && localFlushed < log.logEndOffset()) {
            effects.requestFlush();
        }
        maybeAdvanceHighWatermark(nowMs);
    }

    // ---- what others ask

    public int leaderEpoch() {
        return state.leaderEpoch();
    }

    public PartitionState state() {
        return state;
    }

    public long highWatermark() {
        return highWatermark.value();
    }

    /** So much of the log is on this node's disk, as far as this leader was told. */
    public long flushedOffset() {
        return localFlushed;
    }

    public long epochStartOffset() {
        return epochStartOffset;
    }

    /**
     * Whether the high watermark is as high as any former leader may have shown it (KIP-207). Before, offset look-ups
     * answer OFFSET_NOT_AVAILABLE.
     */
    public boolean highWatermarkIsCurrent() {
        return highWatermark.value() >= epochStartOffset;
    }

    /** The ISR proposal that the controller has not settled yet, or null. */
    public IsrProposal openProposal() {
        return negotiation.state().proposal();
    }

    /** Earliest deadline of a waiting produce or deletion, or {@code Long.MAX_VALUE}. */
    public long nextDeadlineMs() {
        return Math.min(acks.nextDeadlineMs(), deletes.nextDeadlineMs());
    }

    public int pendingAcks() {
        return acks.size();
    }

    /** Refuses a request that names another leader epoch; −1 (not said) passes. */
    public Errors checkEpoch(int requestLeaderEpoch) {
        if (requestLeaderEpoch < 0 || requestLeaderEpoch == state.leaderEpoch()) {
            return Errors.NONE;
        }
        return requestLeaderEpoch < state.leaderEpoch() ? Errors.FENCED_LEADER_EPOCH : Errors.UNKNOWN_LEADER_EPOCH;
    }

    // ---- produce

    /**
     * A produce wants to append.
     *
     * @param acks −1, 0 or 1 as the client said
     * @param leaseValid whether this node's lease holds; without it acks 0 and 1, which promise by leadership alone, are
     *     refused, while acks=all goes on: no follower would confirm a deposed leader
     */
    public void onProduce(long token, short acks, boolean leaseValid) {
        Errors refusal = refusalOfProduce(acks, leaseValid);
        if (refusal == Errors.NONE) {
            effects.append(token);
        } else {
            effects.respond(token, refusal);
        }
    }

    private Errors refusalOfProduce(short requiredAcks, boolean leaseValid) {
        if (requiredAcks == ACKS_ALL) {
            boolean enough = isrSize >= state.effectiveMinIsr() && !acks.isFull();
            return enough ? Errors.NONE : Errors.NOT_ENOUGH_REPLICAS;
        }
        if (requiredAcks != 0 && requiredAcks != 1) {
            return Errors.INVALID_REQUIRED_ACKS;
        }
        return leaseValid ? Errors.NONE : Errors.NOT_LEADER_OR_FOLLOWER;
    }

    /**
     * The log has taken the batches, or found them to be a retry of batches that it already has: those too are
     * acknowledged only once the original ones are committed.
     */
    public void onAppended(
            long token,
            short requiredAcks,
            long baseOffset,
            long lastOffset,
            boolean duplicate,
            long deadlineMs,
            long nowMs) {
        if (!duplicate) {
            followers.onLeaderAppend(baseOffset, state.flushBeforeCommit(), nowMs);
            effects.logEndAdvanced();
        }
        if (requiredAcks != ACKS_ALL) {
            effects.respond(token, Errors.NONE);
        } else if (lastOffset < highWatermark.value()) {
            effects.respond(
                    token, isrSize >= state.effectiveMinIsr() ? Errors.NONE : Errors.NOT_ENOUGH_REPLICAS_AFTER_APPEND);
        } else {
            acks.add(lastOffset + 1, deadlineMs, token);
        }
        maybeAdvanceHighWatermark(nowMs);
        if (!duplicate && state.flushBeforeCommit()) {
            effects.requestFlush();
        }
    }

    /** The log refused the batches and changed nothing. */
    public void onAppendRefused(long token, Errors error) {
        effects.respond(token, error);
    }

    /** The log is on disk up to the offset; a completion from before a truncation says nothing. */
    public void onFlushed(long flushedOffset, int truncationGeneration, long nowMs) {
        if (truncationGeneration != log.truncationGeneration() || flushedOffset <= localFlushed) {
            return;
        }
        if (flushedOffset > log.logEndOffset()) {
            throw new InvariantViolation("flushed " + flushedOffset + " beyond log end " + log.logEndOffset());
        }
        localFlushed = flushedOffset;
        rules.onLocalFlush(flushedOffset);
        maybeAdvanceHighWatermark(nowMs);
        rules.maybeSetFlags(nowMs);
    }

    // ---- deletion of records

    /**
     * Records below the offset are to be deleted (Kafka: DeleteRecords). The answer comes when every replica that may be elected has
     * the new log start on its disk, so that no failover brings deleted records back; the records themselves go at once.
     *
     * @param offset −1: up to the high watermark
     */
    public void onDeleteRecords(long token, long offset, long deadlineMs) {
        long wanted = offset == UP_TO_HIGH_WATERMARK ? highWatermark.value() : offset;
        if (wanted < 0 || wanted > highWatermark.value()) {
            effects.respondToDelete(token, Errors.OFFSET_OUT_OF_RANGE, UNKNOWN);
            return;
        }
        if (deletes.isFull()) {
            effects.respondToDelete(token, Errors.REQUEST_TIMED_OUT, UNKNOWN);
            return;
        }
        deletes.add(token, wanted, deadlineMs);
        if (wanted > log.logStartOffset()) {
            effects.advanceLogStart(wanted);
        }
        answerDeletes();
    }

    /** The log start moved, or became durable. */
    public void onLogStart() {
        answerDeletes();
    }

    private void answerDeletes() {
        if (deletes.isEmpty()) {
            return;
        }
        long lowWatermark = lowWatermark();
        deletes.reached(lowWatermark, token -> effects.respondToDelete(token, Errors.NONE, lowWatermark));
    }

    /** The least durable log start of all who may be elected: the eligible ones too, like those that must hold what is committed. */
    private long lowWatermark() {
        long lowest = log.durableLogStartOffset();
        for (ReplicaProgress follower : followers.all()) {
            if (negotiation.state().inMaximalIsr(follower.node())
                    || follower.node().inElr()) {
                lowest = Math.min(lowest, follower.logStartOffset());
            }
        }
        return lowest;
    }

    // ---- followers

    /**
     * A follower fetches: its epochs are checked, its log is compared with ours, and only then its positions count.
     *
     * @return the verdict; the object is reused by the next fetch
     */
    public FetchCheck onFollowerFetch(FollowerFetch fetch, long nowMs) {
        ReplicaProgress follower = followers.get(fetch.replicaId);
        Errors refusal = refusalOfFetch(fetch, follower);
        if (refusal != Errors.NONE) {
            return refuse(follower, refusal, nowMs);
        }
        if (fetch.lastFetchedEpoch >= 0 && diverges(fetch, follower)) {
            if (check.diverges()) {
                follower.stand(ReplicaStanding.DIVERGED, nowMs);
            } else {
                follower.onRefused(check.error(), nowMs);
            }
            return check;
        }
        if (fetch.fetchOffset < log.logStartOffset() || fetch.fetchOffset > log.logEndOffset()) {
            return refuse(follower, Errors.OFFSET_OUT_OF_RANGE, nowMs);
        }
        follower.onFetch(fetch, state.flushBeforeCommit(), log.logEndOffset(), nowMs);
        rules.maybeExpand(follower, nowMs);
        maybeAdvanceHighWatermark(nowMs);
        rules.maybeSetFlags(nowMs);
        answerDeletes();
        follower.stand(rules.standingOf(follower, nowMs), nowMs);
        return check.pass();
    }

    private FetchCheck refuse(ReplicaProgress follower, Errors error, long nowMs) {
        if (follower != null) {
            follower.onRefused(error, nowMs);
        }
        return check.refuse(error);
    }

    private Errors refusalOfFetch(FollowerFetch fetch, ReplicaProgress follower) {
        if (fetch.currentLeaderEpoch != state.leaderEpoch()) {
            return fetch.currentLeaderEpoch < state.leaderEpoch()
                    ? Errors.FENCED_LEADER_EPOCH
                    : Errors.UNKNOWN_LEADER_EPOCH;
        }
        if (follower == null) {
            return Errors.NOT_LEADER_OR_FOLLOWER;
        }
        return follower.isStale(fetch.brokerEpoch) ? Errors.STALE_BROKER_EPOCH : Errors.NONE;
    }

    /** Compares the follower's last epoch and end with our history; leaves the verdict in {@link #check}. */
    private boolean diverges(FollowerFetch fetch, ReplicaProgress follower) {
        if (fetch.lastFetchedEpoch == log.latestEpoch() && fetch.fetchOffset <= log.logEndOffset()) {
            return false;
        }
        EpochEndOffset end = log.endOffsetForEpoch(fetch.lastFetchedEpoch);
        if (end.isUndefined()) {
            check.refuse(Errors.OFFSET_OUT_OF_RANGE);
            return true;
        }
        if (end.leaderEpoch() < fetch.lastFetchedEpoch
                || end.endOffset() < fetch.fetchOffset
                || isBeforeOurs(fetch, end.endOffset(), follower)) {
            check.diverge(end.leaderEpoch(), end.endOffset());
            return true;
        }
        return false;
    }

    /**
     * Whether what the follower has below our log start is of epochs that we have forgotten, so that nobody can tell whether it is our history. Of
     * one in sync it is; who ends below our start is told so. Kafka goes on above it (decision 126).
     */
    private boolean isBeforeOurs(FollowerFetch fetch, long epochEnd, ReplicaProgress follower) {
        return epochEnd <= log.logStartOffset()
                && fetch.fetchOffset >= log.logStartOffset()
                && fetch.logStartOffset < log.logStartOffset()
                && !negotiation.state().inMaximalIsr(follower.node());
    }

    /**
     * Whether a record is not committed without this follower, so that nothing may hold its fetches back: it belongs to the maximal ISR, or
     * is caught up and about to join.
     */
    public boolean waitsFor(int replicaId, long nowMs) {
        ReplicaProgress follower = followers.get(replicaId);
        return follower != null
                && (negotiation.state().inMaximalIsr(follower.node())
                        || isAboutToJoin(follower, log.logEndOffset(), nowMs));
    }

    /** A follower was sent so many bytes of records, and told of so many in sealed segments that it may have shipped. */
    public void onSent(int replicaId, int bytes, long sealedBytes, long nowMs) {
        ReplicaProgress follower = followers.get(replicaId);
        if (follower != null) {
            follower.onSent(bytes, sealedBytes, nowMs);
        }
    }

    /** A throttle keeps a follower from being sent what it asked for. */
    public void onHeldBack(int replicaId, long nowMs) {
        ReplicaProgress follower = followers.get(replicaId);
        if (follower != null) {
            follower.onHeldBack(nowMs);
        }
    }

    // ---- reads from followers

    /**
     * The best replica for a consumer to read from (KIP-392): in sync, on a node that is neither fenced nor stopping (KAFKA-14372, 15390), and
     * known to hold what is at the offset. Of several the one with the longest log, then the first that was assigned.
     *
     * @param isNear whether the consumer is better off with the node of this id than with the leader
     * @return a node id; −1: the leader itself
     */
    public int readReplica(long offset, IntPredicate isNear) {
        return followers.readReplica(offset, isNear);
    }

    // ---- metadata, controller, time

    /** Metadata of the same leader epoch: nodes, settings, and the ISR when its version is newer. */
    public void onMetadata(PartitionState newState, long nowMs) {
        if (newState.leaderEpoch() != state.leaderEpoch() || newState.leader() != localId) {
            throw new InvariantViolation("leader of " + state + " was given " + newState);
        }
        if (newState.partitionEpoch() >= state.partitionEpoch()) {
            take(newState, nowMs);
        } else {
            // An image older than what the controller has told us since: its nodes and settings count, its membership
            // does not.
            take(newState.withMembershipOf(state), nowMs);
        }
    }

    /** The outcome of an ISR proposal; the state is what is in force now, null when the controller did not say. */
    public void onIsrOutcome(long attempt, Errors error, PartitionState newState, long nowMs) {
        IsrState open = negotiation.state();
        IsrNegotiation.Verdict verdict = negotiation.onOutcome(attempt, error, nowMs);
        if (verdict == IsrNegotiation.Verdict.DONE) {
            onIsrDone(newState, nowMs);
        } else if (verdict == IsrNegotiation.Verdict.REFUSED) {
            onIsrRefused(open, nowMs);
        }
    }

    private void onIsrRefused(IsrState refused, long nowMs) {
        if (refused instanceof IsrState.PendingExpand expand) {
            ReplicaProgress joiner = followers.get(expand.joiner());
            if (joiner != null) {
                joiner.refusedByController(nowMs + settings.replicaLagTimeMaxMs());
            }
        }
        maybeAdvanceHighWatermark(nowMs);
    }

    private void onIsrDone(PartitionState newState, long nowMs) {
        if (newState == null
                || newState.leader() != localId
                || newState.leaderEpoch() != state.leaderEpoch()
                || newState.partitionEpoch() < state.partitionEpoch()) {
            return;
        }
        if (newState.partitionEpoch() == state.partitionEpoch()) {
            negotiation.settleWithoutEffect(nowMs);
        }
        take(newState, nowMs);
    }

    /** Time passes: produces time out, laggards are found, proposals are repeated. Called at least twice a lag time. */
    public void onTick(long nowMs) {
        acks.expired(nowMs, timeOut);
        deletes.expired(nowMs, token -> effects.respondToDelete(token, Errors.REQUEST_TIMED_OUT, UNKNOWN));
        negotiation.onTick(nowMs);
        rules.maybeShrink(nowMs);
        for (ReplicaProgress follower : followers.all()) {
            rules.maybeExpand(follower, nowMs);
            follower.stand(rules.standingOf(follower, nowMs), nowMs);
        }
        rules.maybeSetFlags(nowMs);
        maybeAdvanceHighWatermark(nowMs);
    }

    /**
     * Leadership is over. What waits is answered with NOT_LEADER_OR_FOLLOWER: the records may survive, and an idempotent
     * producer finds out by its retry.
     */
    public void onStepDown(Errors answer) {
        negotiation.settle();
        acks.drain(token -> effects.respond(token, answer));
        deletes.drain(token -> effects.respondToDelete(token, answer, UNKNOWN));
    }

    // ---- what is committed

    /**
     * Minimum over all who must hold a record before it is committed: this node, the maximal ISR, and whoever is caught up
     * and about to join (else the high watermark could run away from it for ever).
     */
    private void maybeAdvanceHighWatermark(long nowMs) {
        if (isrSize < state.effectiveMinIsr()) {
            return;
        }
        boolean byFlushed = state.flushBeforeCommit();
        long logEnd = log.logEndOffset();
        long candidate = byFlushed ? localFlushed : logEnd;
        ReplicaProgress[] all = followers.all();
        for (int i = 0; i < all.length; i++) {
            ReplicaProgress follower = all[i];
            if (negotiation.state().inMaximalIsr(follower.node()) || isAboutToJoin(follower, logEnd, nowMs)) {
                candidate = Math.min(candidate, follower.position(byFlushed));
            }
        }
        if (highWatermark.advanceTo(candidate, log.logStartOffset(), logEnd)) {
            LogOffsets.check(log, highWatermark.value());
            effects.highWatermarkAdvanced(highWatermark.value());
            acks.reached(highWatermark.value(), acknowledge);
        }
    }

    private boolean isAboutToJoin(ReplicaProgress follower, long logEnd, long nowMs) {
        return follower.isEligible(nowMs)
                && follower.isCaughtUp(logEnd, state.flushBeforeCommit(), nowMs, settings.replicaLagTimeMaxMs());
    }

    // ---- the state of the partition

    private void take(PartitionState newState, long nowMs) {
        boolean flushFromNowOn = newState.flushBeforeCommit() && !state.flushBeforeCommit();
        if (newState.partitionEpoch() > state.partitionEpoch() || rules.openProposalIsVoid(newState)) {
            negotiation.settle();
        }
        adopt(newState, nowMs);
        if (flushFromNowOn && localFlushed < log.logEndOffset()) {
            effects.requestFlush();
        }
        maybeAdvanceHighWatermark(nowMs);
        answerDeletes();
    }

    private void adopt(PartitionState newState, long nowMs) {
        followers.adopt(newState, nowMs);
        isrSize = newState.isrSize();
        state = newState;
        rules.onState(newState, followers.all());
    }

    // ---- explain

    /** How this leader sees its followers, in assignment order. */
    public List<ReplicaView> followers(long nowMs) {
        return followers.views(log.logEndOffset(), state.flushBeforeCommit(), nowMs);
    }
}
