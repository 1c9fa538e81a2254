// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.storage.log.PartitionLog;
import io.shiplog.storage.model.EpochEndOffset;
import io.shiplog.storage.model.OffsetAndTimestamp;
import io.shiplog.storage.model.StorageException;
import org.apache.kafka.common.protocol.Errors;

/** The reading side of a replica: fetches and offset look-ups, each checked against epoch, history and range first. */
final class ReplicaReads {
    private static final long LATEST = -1;
    private static final long EARLIEST = -2;
    private static final long MAX_TIMESTAMP = -3;
    private static final long EARLIEST_LOCAL = -4;
    private static final long LATEST_TIERED = -5;
    private static final long EARLIEST_PENDING_UPLOAD = -6;

    /** So many aborted transactions are named in one answer; with more of them only few records are given. */
    private static final int MAX_ABORTED = 10_000;

    private static final int FEW_BYTES = 64 * 1024;

    private final Replica replica;
    private final PartitionLog log;

    ReplicaReads(Replica replica, PartitionLog log) {
        this.replica = replica;
        this.log = log;
    }

    void forConsumer(ConsumerRead read, FetchOutcome out) {
        out.clear();
        out.currentLeaderId = replica.leaderId();
        out.currentLeaderEpoch = replica.leaderEpoch();
        out.error = refusal(read.currentLeaderEpoch, read.allowFollower);
        if (out.error != Errors.NONE) {
            return;
        }
        out.highWatermark = replica.highWatermark();
        out.lastStableOffset = log.lastStableOffset(out.highWatermark);
        out.logStartOffset = log.logStartOffset();
        if (read.lastFetchedEpoch >= 0 && diverges(read, out)) {
            return;
        }
        if (read.fetchOffset < log.logStartOffset()) {
            out.error = Errors.OFFSET_OUT_OF_RANGE;
        } else if (read.fetchOffset > log.logEndOffset()) {
            // A follower may simply not have it yet: the consumer must not fall back to its reset policy (KIP-392).
            out.error = replica.isLeader() ? Errors.OFFSET_OUT_OF_RANGE : Errors.OFFSET_NOT_AVAILABLE;
        } else if (read.withoutRecords) {
            return;
        } else if (read.readCommitted) {
            readCommitted(read, out);
        } else if (read.fetchOffset < out.highWatermark) {
            log.find(read.fetchOffset, read.maxBytes, out.highWatermark, read.atLeastOneBatch, out.records);
        }
    }

    /** Few records when there were too many aborted transactions to name among many. */
    private void readCommitted(ConsumerRead read, FetchOutcome out) {
        if (read.fetchOffset >= out.lastStableOffset) {
            return;
        }
        log.find(read.fetchOffset, read.maxBytes, out.lastStableOffset, read.atLeastOneBatch, out.records);
        if (nameAborted(read.fetchOffset, MAX_ABORTED, out)) {
            return;
        }
        out.records.release();
        out.aborted.clear();
        int fewer = Math.min(read.maxBytes, FEW_BYTES);
        log.find(read.fetchOffset, fewer, out.lastStableOffset, read.atLeastOneBatch, out.records);
        nameAborted(read.fetchOffset, Integer.MAX_VALUE, out);
    }

    private boolean nameAborted(long from, int max, FetchOutcome out) {
        if (out.records.sizeInBytes() == 0) {
            return true;
        }
        try {
            return log.abortedTransactions(from, out.records.nextOffset(), max, out.aborted);
        } catch (StorageException e) {
            out.records.release();
            throw e;
        }
    }

    void forFollower(FollowerRead read, FetchOutcome out) {
        long gapsBelow = log.gapsBelow();
        if (gapsBelow > read.fetchOffset) {
            out.gapsBelow = gapsBelow;
        }
        if (read.fetchOffset < log.logEndOffset()) {
            if (read.suspectsLeader) {
                log.distrust(read.fetchOffset);
            }
            log.find(read.fetchOffset, read.maxBytes, log.logEndOffset(), read.atLeastOneBatch, out.records);
            out.sealedBytes = log.shipping().sealedBytesFrom(read.fetchOffset, out.highWatermark);
        }
    }

    private boolean diverges(ConsumerRead read, FetchOutcome out) {
        if (read.lastFetchedEpoch == log.latestEpoch() && read.fetchOffset <= log.logEndOffset()) {
            return false;
        }
        EpochEndOffset end = log.endOffsetForEpoch(read.lastFetchedEpoch);
        if (end.isUndefined()) {
            out.error = Errors.OFFSET_OUT_OF_RANGE;
            return true;
        }
        if (end.leaderEpoch() < read.lastFetchedEpoch || end.endOffset() < read.fetchOffset) {
            out.divergingEpoch = end.leaderEpoch();
            out.divergingEndOffset = end.endOffset();
            return true;
        }
        return false;
    }

    private Errors refusal(int requestLeaderEpoch, boolean allowFollower) {
        if (replica.isOffline()) {
            return Errors.KAFKA_STORAGE_ERROR;
        }
        Errors error = replica.checkEpoch(requestLeaderEpoch);
        if (error != Errors.NONE) {
            return error;
        }
        // Out of the ISR it may stay behind for as long as it likes; the consumer goes back to the leader (KIP-392,
        // KAFKA-14372).
        boolean serves = replica.isLeader() || (allowFollower && replica.isFollower() && replica.isInSync());
        return serves ? Errors.NONE : Errors.NOT_LEADER_OR_FOLLOWER;
    }

    OffsetLookup lookUp(long timestampMs, int requestLeaderEpoch, boolean readCommitted) {
        Errors error = refusal(requestLeaderEpoch, false);
        if (error != Errors.NONE) {
            return OffsetLookup.refused(error);
        }
        if (timestampMs == EARLIEST || timestampMs == EARLIEST_LOCAL) {
            return new OffsetLookup(Errors.NONE, log.logStartOffset(), -1, log.epochAt(log.logStartOffset()));
        }
        long committed = replica.highWatermark();
        long end = readCommitted ? log.lastStableOffset(committed) : committed;
        if (timestampMs == LATEST) {
            return isCurrent()
                    ? new OffsetLookup(Errors.NONE, end, -1, replica.leaderEpoch())
                    : OffsetLookup.refused(Errors.OFFSET_NOT_AVAILABLE);
        }
        if (timestampMs == MAX_TIMESTAMP) {
            return below(end, log.lookupMaxTimestamp());
        }
        if (timestampMs == LATEST_TIERED || timestampMs == EARLIEST_PENDING_UPLOAD) {
            return new OffsetLookup(Errors.NONE, -1, -1, -1);
        }
        return timestampMs >= 0
                ? below(end, log.lookupTimestamp(timestampMs))
                : OffsetLookup.refused(Errors.INVALID_REQUEST);
    }

    /** A record above what the reader may see is not there yet; while the high watermark may be too low, nobody knows. */
    private OffsetLookup below(long end, OffsetAndTimestamp found) {
        if (found != null && found.offset() < end) {
            return new OffsetLookup(Errors.NONE, found.offset(), found.timestampMs(), found.leaderEpoch());
        }
        return isCurrent()
                ? new OffsetLookup(Errors.NONE, -1, -1, -1)
                : OffsetLookup.refused(Errors.OFFSET_NOT_AVAILABLE);
    }

    private boolean isCurrent() {
        return replica.leaderRole().core().highWatermarkIsCurrent();
    }

    EpochEnd epochEnd(int requestLeaderEpoch, int epoch) {
        Errors error = refusal(requestLeaderEpoch, false);
        if (error != Errors.NONE) {
            return new EpochEnd(error, -1, -1);
        }
        EpochEndOffset end = log.endOffsetForEpoch(epoch);
        return new EpochEnd(Errors.NONE, end.leaderEpoch(), end.endOffset());
    }

    ActiveProducers activeProducers() {
        Errors error = refusal(-1, false);
        return error != Errors.NONE
                ? ActiveProducers.refused(error)
                : new ActiveProducers(Errors.NONE, log.activeProducers());
    }
}
