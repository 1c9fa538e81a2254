// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.BatchValidator;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.model.InvariantViolation;
import io.shiplog.storage.model.NoRoom;
import io.shiplog.storage.model.StorageException;
import io.shiplog.storage.producer.ProducerStates;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;

/** How batches come to the end of a log: judged, numbered, written, and taken note of. Under the lock of the log. */
final class LogAppender {
    private static final String OFFLINE = "the data directory is offline";
    private static final String FULL = "the disk is full";

    private final LogState state;
    private final LogFlush flush;
    private final LogTruncation truncation;
    private final LogStart start;
    private final BatchValidator validator = new BatchValidator();
    /** Null until something is refused, or comes from within the node. */
    private TransactionChecks checks;

    private final AppendOutcome outcome = new AppendOutcome();

    /** Where the last gap in the batches ends that were looked at last, 0 when there is none. */
    private long lastGapEnd;

    /** Where the first batch from the leader begins, when the log is empty and begins within it; −1 when it does not. */
    private long straddlingBase;

    LogAppender(LogState state, LogFlush flush, LogTruncation truncation, LogStart start) {
        this.state = state;
        this.flush = flush;
        this.truncation = truncation;
        this.start = start;
    }

    /** As {@link PartitionLog#appendAsLeader(ByteBuffer, int, long, AppendOrigin)}. */
    AppendOutcome appendAsLeader(ByteBuffer batches, int leaderEpoch, long wallClockMs, AppendOrigin origin) {
        if (state.isUnusable()) return outcome.refused(Errors.KAFKA_STORAGE_ERROR, OFFLINE);
        if (leaderEpoch < state.epochs.latest()) {
            throw new InvariantViolation(
                    "append to " + state + " in epoch " + leaderEpoch + " after epoch " + state.epochs.latest());
        }
        boolean inTransaction = origin == AppendOrigin.TRANSACTION;
        Errors error = origin.isClient()
                ? validator.validateFromClient(batches, state.batchLimits(), wallClockMs, inTransaction)
                : validateInternal(batches);
        if (error != Errors.NONE) return outcome.refused(error, validator.problem(), validator.recordErrors());
        if (origin.isClient()) return appendFromClient(batches, leaderEpoch, wallClockMs);
        error = checks().check(batches, origin, state);
        if (error != Errors.NONE) return outcome.refused(error, checks.problem());
        return assignAndWrite(batches, leaderEpoch, wallClockMs);
    }

    /** As {@link PartitionLog#appendAsFollower(ByteBuffer, int, long)}. */
    AppendOutcome appendAsFollower(ByteBuffer batches, int maxLeaderEpoch, long leaderGapsBelow) {
        if (state.isUnusable()) return outcome.refused(Errors.KAFKA_STORAGE_ERROR, OFFLINE);
        long gapsBelow = state.gapsBelow;
        Errors error = validateFromLeader(batches, maxLeaderEpoch, leaderGapsBelow);
        if (error != Errors.NONE) return outcome;
        if (lastGapEnd > gapsBelow && !markGaps()) return outcome;
        if (straddlingBase >= 0) return appendStraddling(batches);
        return write(batches, state.context.clock().wallClockMs(), -1);
    }

    /**
     * Records were deleted up to the middle of a batch, and an empty log begins there: it takes the whole batch, so its file begins with it,
     * and its readers where they did (Kafka: {@code UnexpectedAppendOffsetException}).
     */
    private AppendOutcome appendStraddling(ByteBuffer batches) {
        if (state.context.space().isFull()) return outcome.refused(Errors.KAFKA_STORAGE_ERROR, FULL);
        long logStart = state.logStartOffset;
        truncation.awaitQuiet();
        if (state.isUnusable()) return outcome.refused(Errors.KAFKA_STORAGE_ERROR, OFFLINE);
        try {
            truncation.truncateFullyAndStartAt(straddlingBase);
        } catch (IOException | StorageException e) {
            return offline(e);
        }
        // Those of the batches that come now; the log forgot all of its own.
        state.gapsBelow = lastGapEnd;
        AppendOutcome written = write(batches, state.context.clock().wallClockMs(), -1);
        if (written.error() == Errors.NONE) start.moveTo(logStart, List.of(), "The batch that holds it");
        return written;
    }

    private AppendOutcome appendFromClient(ByteBuffer batch, int leaderEpoch, long wallClockMs) {
        int at = batch.position();
        if (batch.remaining() > state.settings.segmentBytes()) {
            return outcome.refused(Errors.RECORD_LIST_TOO_LARGE, "the batch is larger than segment.bytes");
        }
        long producerId = RecordBatchHeader.producerId(batch, at);
        if (producerId >= 0) {
            ProducerStates producers = state.producers;
            ProducerStates.Verdict verdict = producers.check(
                    producerId,
                    RecordBatchHeader.producerEpoch(batch, at),
                    RecordBatchHeader.baseSequence(batch, at),
                    RecordBatchHeader.lastOffsetDelta(batch, at),
                    state.logTimeMs,
                    state.logStartOffset == 0);
            if (verdict == ProducerStates.Verdict.ACCEPTED) {
                verdict = producers.checkTransaction(producerId, RecordBatchHeader.isTransactional(batch, at));
            }
            if (verdict != ProducerStates.Verdict.ACCEPTED) return refusedOrDuplicate(verdict);
        }
        return assignAndWrite(batch, leaderEpoch, wallClockMs);
    }

    private TransactionChecks checks() {
        if (checks == null) checks = new TransactionChecks();
        return checks;
    }

    private AppendOutcome refusedOrDuplicate(ProducerStates.Verdict verdict) {
        Errors error = checks().refusal(verdict);
        if (error != Errors.NONE) return outcome.refused(error, checks.problem());
        ProducerStates p = state.producers;
        boolean appendTime = state.settings.timestampType() == TimestampType.LOG_APPEND_TIME;
        return outcome.duplicateOf(
                p.duplicateBaseOffset(),
                p.duplicateLastOffset(),
                p.duplicateTimestampMs(),
                appendTime ? p.duplicateTimestampMs() : -1);
    }

    private Errors validateInternal(ByteBuffer batches) {
        int at = batches.position();
        if (at == batches.limit()) return validator.validateTrusted(batches, at, batches.limit());
        while (at < batches.limit()) {
            Errors error = validator.validateTrusted(batches, at, batches.limit());
            if (error != Errors.NONE) return error;
            at += (int) RecordBatchHeader.sizeInBytes(batches, at);
        }
        return Errors.NONE;
    }

    /** It must be on the disk that gaps are as they should be, before the first one can be. */
    private boolean markGaps() {
        state.awaitSwap();
        if (state.isUnusable()) {
            outcome.refused(Errors.KAFKA_STORAGE_ERROR, OFFLINE);
            return false;
        }
        try {
            if (markGapsBelow(lastGapEnd)) return true;
            outcome.refused(Errors.KAFKA_STORAGE_ERROR, FULL);
        } catch (StorageException e) {
            outcome.refused(Errors.KAFKA_STORAGE_ERROR, e.getMessage());
        }
        return false;
    }

    /** Returns false when the disk has no room to note it. */
    boolean markGapsBelow(long offset) {
        try {
            state.markGaps();
        } catch (IOException e) {
            if (!state.context.space().isOutOfSpace(e, 1))
                throw state.context.failure().fail("noting gaps of " + state, e);
            state.context.space().noSpace(e);
            return false;
        }
        state.gapsBelow = offset;
        return true;
    }

    private Errors validateFromLeader(ByteBuffer batches, int maxLeaderEpoch, long leaderGapsBelow) {
        straddlingBase = straddlingBase(batches);
        long expected = straddlingBase >= 0 ? straddlingBase : state.logEndOffset;
        lastGapEnd = 0;
        int epoch = state.epochs.latest();
        Errors error = validateInternal(batches);
        if (error != Errors.NONE)
            return outcome.refused(error, validator.problem()).error();
        for (int at = batches.position(); at < batches.limit(); ) {
            long base = RecordBatchHeader.baseOffset(batches, at);
            if (base > expected && base <= leaderGapsBelow) lastGapEnd = base;
            else if (base != expected) {
                return outcome.refused(
                                Errors.OFFSET_OUT_OF_RANGE, "a batch at " + base + " where the log is at " + expected)
                        .error();
            }
            int batchEpoch = RecordBatchHeader.leaderEpoch(batches, at);
            if (batchEpoch > maxLeaderEpoch) {
                return outcome.refused(
                                Errors.FENCED_LEADER_EPOCH,
                                "a batch of epoch " + batchEpoch + " from a leader in epoch " + maxLeaderEpoch)
                        .error();
            }
            if (batchEpoch < epoch) {
                return outcome.refused(
                                Errors.INVALID_RECORD, "a batch of epoch " + batchEpoch + " after epoch " + epoch)
                        .error();
            }
            epoch = batchEpoch;
            expected = RecordBatchHeader.lastOffset(batches, at) + 1;
            at += (int) RecordBatchHeader.sizeInBytes(batches, at);
        }
        return Errors.NONE;
    }

    private long straddlingBase(ByteBuffer batches) {
        boolean empty = state.logStartOffset == state.logEndOffset;
        if (!empty || batches.remaining() < RecordBatchHeader.SIZE) return -1;
        long base = RecordBatchHeader.baseOffset(batches, batches.position());
        long last = RecordBatchHeader.lastOffset(batches, batches.position());
        return base >= 0 && base < state.logEndOffset && last >= state.logEndOffset ? base : -1;
    }

    private AppendOutcome assignAndWrite(ByteBuffer batches, int leaderEpoch, long wallClockMs) {
        long next = state.logEndOffset;
        for (int at = batches.position(); at < batches.limit(); ) {
            RecordBatchHeader.setBaseOffset(batches, at, next);
            RecordBatchHeader.setLeaderEpoch(batches, at, leaderEpoch);
            next = RecordBatchHeader.lastOffset(batches, at) + 1;
            at += (int) RecordBatchHeader.sizeInBytes(batches, at);
        }
        boolean appendTime = state.settings.timestampType() == TimestampType.LOG_APPEND_TIME;
        return write(batches, wallClockMs, appendTime ? wallClockMs : -1);
    }

    /** Writes batches that were judged, in as few writes as rolling allows. */
    private AppendOutcome write(ByteBuffer batches, long wallClockMs, long logAppendTimeMs) {
        if (state.context.space().isFull()) return outcome.refused(Errors.KAFKA_STORAGE_ERROR, FULL);
        int position = batches.position();
        int limit = batches.limit();
        long beganMs = state.context.clock().nowMs();
        long baseOffset = state.logEndOffset;
        long maxTimestampMs = -1;
        try {
            for (int run = position; run < limit; ) {
                int end = endOfRun(batches, run, limit, wallClockMs);
                batches.limit(end).position(run);
                Segment active = state.segments.active();
                active.file.open().write(batches, active.sizeInBytes);
                batches.limit(limit).position(position);
                maxTimestampMs = Math.max(maxTimestampMs, apply(batches, run, end));
                run = end;
            }
        } catch (NoRoom e) {
            batches.limit(limit).position(position);
            return outcome.refused(Errors.KAFKA_STORAGE_ERROR, e.getMessage());
        } catch (IOException | StorageException e) {
            batches.limit(limit).position(position);
            return failed(e, baseOffset, limit - position);
        }
        state.context.space().appended(limit - position);
        state.context.syncTimes().appended(state.context.clock().nowMs() - beganMs);
        flush.dueInTime();
        return outcome.appended(baseOffset, state.logEndOffset - 1, limit - position, maxTimestampMs, logAppendTimeMs);
    }

    /** A disk without room is no broken one: what was written of the batches is cut off, and the log is as it was. */
    private AppendOutcome failed(Exception e, long baseOffset, int bytes) {
        DiskSpace space = state.context.space();
        if (!(e instanceof IOException refusal) || !space.isOutOfSpace(refusal, bytes)) {
            return offline(e);
        }
        space.noSpace(refusal);
        try {
            Segment active = state.segments.active();
            active.file.open().truncate(active.sizeInBytes);
            if (state.logEndOffset > baseOffset) {
                truncation.awaitQuiet();
                if (state.isUnusable()) return outcome.refused(Errors.KAFKA_STORAGE_ERROR, OFFLINE);
                boolean unused = truncation.truncateTo(baseOffset);
            }
        } catch (IOException | StorageException second) {
            return offline(second);
        }
        return outcome.refused(Errors.KAFKA_STORAGE_ERROR, FULL);
    }

    private AppendOutcome offline(Exception e) {
        return outcome.refused(
                Errors.KAFKA_STORAGE_ERROR,
                state.context.failure().fail("appending to " + state, e).getMessage());
    }

    /** Rolls if the batch at {@code from} does not fit, then finds how many batches go into the active segment at once. */
    private int endOfRun(ByteBuffer batches, int from, int limit, long wallClockMs) throws IOException {
        if (isFullFor(batches, from, 0, wallClockMs)) rollNow();
        int at = from + (int) RecordBatchHeader.sizeInBytes(batches, from);
        while (at < limit && !isFullFor(batches, at, at - from, wallClockMs)) {
            at += (int) RecordBatchHeader.sizeInBytes(batches, at);
        }
        return at;
    }

    private boolean isFullFor(ByteBuffer b, int at, int before, long wallClockMs) {
        return state.segments
                .active()
                .isFullFor(
                        before,
                        (int) RecordBatchHeader.sizeInBytes(b, at),
                        RecordBatchHeader.lastOffset(b, at),
                        RecordBatchHeader.maxTimestamp(b, at),
                        wallClockMs,
                        state.settings);
    }

    private long apply(ByteBuffer b, int from, int end) {
        long maxTimestampMs = -1;
        for (int at = from; at < end; ) {
            int size = (int) RecordBatchHeader.sizeInBytes(b, at);
            long last = RecordBatchHeader.lastOffset(b, at);
            maxTimestampMs = Math.max(maxTimestampMs, RecordBatchHeader.maxTimestamp(b, at));
            state.applied(b, at, true);
            state.logEndOffset = last + 1;
            at += size;
        }
        return maxTimestampMs;
    }

    /** Returns false when the disk has no room for another file. */
    boolean roll() {
        try {
            rollNow();
            return true;
        } catch (IOException e) {
            if (!state.context.space().isOutOfSpace(e, 1))
                throw state.context.failure().fail("rolling " + state, e);
            state.context.space().noSpace(e);
            return false;
        }
    }

    private void rollNow() throws IOException {
        state.addSegment(state.logEndOffset);
        flush.request();
    }
}
