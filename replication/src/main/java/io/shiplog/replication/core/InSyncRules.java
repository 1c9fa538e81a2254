// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.core;

import io.shiplog.replication.port.AssignedReplica;
import io.shiplog.replication.port.IsrMember;
import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.replication.port.ReplicatedLog;
import java.util.ArrayList;
import java.util.List;

/** Who joins and who leaves the ISR of one leader epoch, and which flags of the partition are due; what of it is proposed. */
final class InSyncRules {
    private final int localId;
    private final ReplicatedLog log;
    private final CoreSettings settings;
    private final HighWatermark highWatermark;
    private final long epochStartOffset;
    private final IsrNegotiation negotiation;

    private PartitionState state;
    private ReplicaProgress[] followers;
    private long localFlushed;

    InSyncRules(
            int localId,
            ReplicatedLog log,
            CoreSettings settings,
            HighWatermark highWatermark,
            long epochStartOffset,
            IsrNegotiation negotiation) {
        this.localId = localId;
        this.log = log;
        this.settings = settings;
        this.highWatermark = highWatermark;
        this.epochStartOffset = epochStartOffset;
        this.negotiation = negotiation;
    }

    void onState(PartitionState newState, ReplicaProgress[] newFollowers) {
        state = newState;
        followers = newFollowers;
    }

    void onLocalFlush(long flushedOffset) {
        localFlushed = flushedOffset;
    }

    /**
     * KIP-497 with the start of the leader epoch as lower bound (KAFKA-7186, KIP-966): it holds all that is committed, and nothing that
     * was deleted: as a leader it would bring that back.
     */
    private boolean holdsAllCommitted(ReplicaProgress follower) {
        return follower.position(state.flushBeforeCommit()) >= Math.max(highWatermark.value(), epochStartOffset)
                && Math.max(0, follower.logStartOffset()) >= log.logStartOffset();
    }

    void maybeExpand(ReplicaProgress follower, long nowMs) {
        if (follower.node().inIsr()
                || !negotiation.mayPropose(nowMs)
                || !follower.isEligible(nowMs)
                || !holdsAllCommitted(follower)) {
            return;
        }
        IsrProposal proposal = proposal(follower.id(), false, nowMs);
        if (proposal != null) {
            negotiation.propose(new IsrState.PendingExpand(follower.id(), proposal));
        }
    }

    void maybeShrink(long nowMs) {
        if (!negotiation.mayPropose(nowMs) || !anyMemberLags(nowMs)) {
            return;
        }
        IsrProposal proposal = proposal(localId, true, nowMs);
        if (proposal != null) {
            negotiation.propose(new IsrState.PendingShrink(proposal));
        }
    }

    private boolean anyMemberLags(long nowMs) {
        for (int i = 0; i < followers.length; i++) {
            if (followers[i].node().inIsr() && lags(followers[i], nowMs)) {
                return true;
            }
        }
        return false;
    }

    private boolean lags(ReplicaProgress follower, long nowMs) {
        return !follower.isCaughtUp(
                log.logEndOffset(), state.flushBeforeCommit(), nowMs, settings.replicaLagTimeMaxMs());
    }

    void maybeSetFlags(long nowMs) {
        if (!negotiation.mayPropose(nowMs) || (!becameDurable() && !allReconciled())) {
            return;
        }
        IsrProposal proposal = proposal(localId, false, nowMs);
        if (proposal != null) {
            negotiation.propose(new IsrState.PendingFlags(proposal));
        }
    }

    /**
     * The ISR with one more member, or without its laggards, each under the registration that its position belongs to
     * (KIP-903). Null while it would hold a node that the controller must refuse (KIP-841): the controller is about to
     * take that one out itself. This node may be stopping and be the last one in sync: then it takes in who will follow it.
     */
    private IsrProposal proposal(int joiner, boolean withoutLaggards, long nowMs) {
        List<IsrMember> isr = new ArrayList<>();
        for (AssignedReplica replica : state.replicas()) {
            boolean local = replica.id() == localId;
            boolean member = replica.inIsr() || replica.id() == joiner;
            if (!member || (withoutLaggards && !local && lags(follower(replica.id()), nowMs))) {
                continue;
            }
            if (!replica.mayJoinIsr() && !(local && replica.mayStayInIsr())) {
                return null;
            }
            isr.add(new IsrMember(replica.id(), replica.brokerEpoch()));
        }
        return new IsrProposal(state.leaderEpoch(), state.partitionEpoch(), isr, becameDurable(), allReconciled());
    }

    /** Whether everything committed is on the disk of every in-sync replica, which the metadata do not say yet. */
    private boolean becameDurable() {
        if (state.durable() || !state.flushBeforeCommit()) {
            return false;
        }
        if (highWatermark.value() < epochStartOffset || localFlushed < highWatermark.value()) {
            return false;
        }
        for (int i = 0; i < followers.length; i++) {
            AssignedReplica node = followers[i].node();
            if (node.inElr() || (node.inIsr() && followers[i].position(true) < highWatermark.value())) {
                return false;
            }
        }
        return true;
    }

    /**
     * Whether nobody needs the unclean flag any more: every assigned replica, not only the in-sync ones, has our history.
     * (After an unclean election the ISR is the leader alone, which says nothing about those that have to truncate.)
     */
    private boolean allReconciled() {
        if (!state.unclean()) {
            return false;
        }
        for (int i = 0; i < followers.length; i++) {
            if (!followers[i].node().inIsr() || followers[i].position(false) < epochStartOffset) {
                return false;
            }
        }
        return true;
    }

    /** A proposed member has registered anew: no attempt can succeed any more, not even one that is still on its way. */
    boolean openProposalIsVoid(PartitionState newState) {
        IsrProposal open = negotiation.state().proposal();
        if (open == null) {
            return false;
        }
        for (IsrMember member : open.isr()) {
            AssignedReplica replica = newState.replica(member.id());
            if (replica == null || replica.brokerEpoch() > member.brokerEpoch()) {
                return true;
            }
        }
        return false;
    }

    ReplicaStanding standingOf(ReplicaProgress follower, long nowMs) {
        if (follower.position(false) < 0) {
            return follower.standing() == ReplicaStanding.DIVERGED ? ReplicaStanding.DIVERGED : ReplicaStanding.SILENT;
        }
        if (follower.node().inIsr()) {
            boolean close = follower.isCaughtUp(
                    log.logEndOffset(), state.flushBeforeCommit(), nowMs, settings.replicaLagTimeMaxMs() / 4);
            return close ? ReplicaStanding.IN_SYNC : ReplicaStanding.LAGGING;
        }
        if (!holdsAllCommitted(follower)) {
            return ReplicaStanding.CATCHING_UP;
        }
        return follower.isEligible(nowMs) ? ReplicaStanding.JOINING : ReplicaStanding.NOT_ELIGIBLE;
    }

    private ReplicaProgress follower(int id) {
        for (int i = 0; i < followers.length; i++) {
            if (followers[i].id() == id) {
                return followers[i];
            }
        }
        return null;
    }
}
