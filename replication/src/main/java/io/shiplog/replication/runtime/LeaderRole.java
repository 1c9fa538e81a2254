// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.replication.core.LeaderEffects;
import io.shiplog.replication.core.PartitionLeader;
import io.shiplog.replication.core.ReplicaView;
import io.shiplog.replication.port.IsrProposal;
import io.shiplog.replication.port.IsrProposals;
import io.shiplog.replication.port.PartitionState;
import io.shiplog.storage.log.AppendOrigin;
import io.shiplog.storage.log.AppendOutcome;
import io.shiplog.storage.log.PartitionLog;
import java.nio.ByteBuffer;
import org.apache.kafka.common.protocol.Errors;

/** Carries out what the leader core wants, for one leader epoch of one partition. */
final class LeaderRole implements LeaderEffects {
    private static final String LEASE_IS_OVER =
            "this leader has not heard from the controller for too long: its lease is over";

    /** acks of a produce that waits for all replicas in sync. */
    private static final short ALL = -1;

    private final Replica replica;
    private final PartitionLog log;
    private final EventLoop loop;
    private final IsrProposals proposals;
    private final Watchers watchers;
    private final PendingProduces produces;
    private final PendingDeletions deletions;
    private final IsrLog isrLog;
    private final PartitionLeader core;

    private Cancellable timer;
    private long timerAtMs = Long.MAX_VALUE;
    private boolean over;

    LeaderRole(
            Replica replica,
            PartitionState state,
            long highWatermark,
            Watchers watchers,
            PendingProduces produces,
            PendingDeletions deletions,
            IsrLog isrLog,
            ReplicaContext context) {
        this.replica = replica;
        this.log = replica.log();
        this.loop = context.loop();
        this.proposals = context.proposals();
        this.watchers = watchers;
        this.produces = produces;
        this.deletions = deletions;
        this.isrLog = isrLog;
        this.core = new PartitionLeader(
                context.settings().nodeId(),
                state,
                new StorageReplicatedLog(log),
                highWatermark,
                this,
                context.settings().core(),
                loop.nowMs());
    }

    PartitionLeader core() {
        return core;
    }

    void start() {
        core.start(loop.nowMs());
    }

    void onMetadata(PartitionState state) {
        PartitionState before = core.state();
        core.onMetadata(state, loop.nowMs());
        isrLog.changed(replica.id().topicPartition(), before, core.state(), this::whyItLags);
    }

    /** Whether a record is not committed without this follower. */
    boolean waitsFor(int followerId) {
        return core.waitsFor(followerId, loop.nowMs());
    }

    private String whyItLags(int replicaId) {
        for (ReplicaView view : core.followers(loop.nowMs())) {
            if (view.id() == replicaId) {
                return view.lag().sentence(loop.nowMs());
            }
        }
        return "unknown";
    }

    private void onIsrOutcome(long attempt, Errors error, PartitionState state) {
        PartitionState before = core.state();
        core.onIsrOutcome(attempt, error, state, loop.nowMs());
        isrLog.changed(replica.id().topicPartition(), before, core.state(), this::whyItLags);
    }

    void produce(
            ByteBuffer batches,
            AppendOrigin origin,
            short acks,
            boolean leaseValid,
            int timeoutMs,
            ProduceCallback callback) {
        int token = produces.add(batches, origin, acks, loop.nowMs(), Math.max(0, timeoutMs), callback);
        if (!leaseValid && (acks == 0 || acks == 1)) {
            produces.refused(token, LEASE_IS_OVER);
        }
        core.onProduce(token, acks, leaseValid);
        scheduleTimeouts();
    }

    void deleteRecords(long offset, int timeoutMs, DeleteCallback callback) {
        core.onDeleteRecords(deletions.add(callback), offset, loop.nowMs() + Math.max(0, timeoutMs));
        scheduleTimeouts();
    }

    /** Nothing of this role counts any more: late outcomes and timers find it over. */
    void stepDown(Errors answer) {
        core.onStepDown(answer);
        over = true;
        if (timer != null) {
            timer.cancel();
        }
    }

    /** One timer for the earliest deadline; it stays when that produce is answered, and finds the next one then. */
    private void scheduleTimeouts() {
        long deadline = core.nextDeadlineMs();
        if (deadline >= timerAtMs) {
            return;
        }
        if (timer != null) {
            timer.cancel();
        }
        timerAtMs = deadline;
        timer = loop.schedule(this::onTimer, Math.max(1, deadline - loop.nowMs()));
    }

    private void onTimer() {
        timer = null;
        timerAtMs = Long.MAX_VALUE;
        if (!over) {
            replica.tick();
            scheduleTimeouts();
        }
    }

    @Override
    public void assignEpochStart(int epoch, long startOffset) {
        log.assignEpochStart(epoch, startOffset);
    }

    @Override
    public void append(long token) {
        int slot = (int) token;
        AppendOutcome outcome = log.appendAsLeader(
                produces.takeBatches(slot), core.leaderEpoch(), loop.wallClockMs(), produces.origin(slot));
        if (outcome.error() != Errors.NONE) {
            produces.refused(slot, outcome);
            core.onAppendRefused(token, outcome.error());
            if (log.isOffline()) {
                replica.goOffline(outcome.message());
            }
            return;
        }
        produces.appended(slot, outcome);
        core.onAppended(
                token,
                produces.acks(slot),
                outcome.baseOffset(),
                outcome.lastOffset(),
                outcome.duplicate(),
                produces.deadlineMs(slot),
                loop.nowMs());
    }

    @Override
    public void respond(long token, Errors error) {
        if (error == Errors.NONE && produces.acks((int) token) == ALL) {
            replica.clientLoad().acknowledged(loop.nowMs() - produces.beganMs((int) token));
        }
        produces.answer((int) token, error);
    }

    @Override
    public void advanceLogStart(long offset) {
        log.advanceLogStart(offset);
        watchers.logStartMoved();
    }

    @Override
    public void respondToDelete(long token, Errors error, long lowWatermark) {
        deletions.answer(token, error, lowWatermark);
    }

    @Override
    public void requestFlush() {
        log.requestFlush();
    }

    @Override
    public void proposeIsr(long attempt, IsrProposal proposal) {
        proposals.propose(replica.id(), proposal, (error, state) -> {
            if (!over) {
                replica.event(() -> onIsrOutcome(attempt, error, state));
            }
        });
    }

    @Override
    public void logEndAdvanced() {
        watchers.logEndMoved();
    }

    @Override
    public void highWatermarkAdvanced(long highWatermark) {
        log.updateHighWatermark(highWatermark);
        watchers.highWatermarkMoved();
    }
}
