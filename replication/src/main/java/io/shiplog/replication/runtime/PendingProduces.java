// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.runtime;

import io.shiplog.storage.batch.RecordError;
import io.shiplog.storage.log.AppendOrigin;
import io.shiplog.storage.log.AppendOutcome;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.kafka.common.protocol.Errors;

/**
 * The produces of one partition that have no answer yet, by token, and those that have one which is still to be told. Slots
 * are reused, so a produce in steady state costs no allocation.
 */
final class PendingProduces {
    private static final int INITIAL = 4;
    private static final ProduceCallback[] NO_CALLBACKS = {};
    private static final ByteBuffer[] NO_BATCHES = {};
    private static final short[] NO_SHORTS = {};
    private static final int[] NO_INTS = {};
    private static final long[] NO_LONGS = {};
    private static final Errors[] NO_ERRORS = {};
    private static final String[] NO_STRINGS = {};
    private static final AppendOrigin[] NO_ORIGINS = {};

    // Most partitions of a node with many are followed or idle: there is room for nothing until somebody produces.
    private ProduceCallback[] callbacks = NO_CALLBACKS;
    private ByteBuffer[] batches = NO_BATCHES;
    private AppendOrigin[] origins = NO_ORIGINS;
    private short[] acks = NO_SHORTS;
    private long[] beganMs = NO_LONGS;
    private long[] deadlineMs = NO_LONGS;
    private long[] baseOffset = NO_LONGS;
    private long[] logAppendTimeMs = NO_LONGS;
    private Errors[] answer = NO_ERRORS;
    private String[] message = NO_STRINGS;

    /** Refused records of those that have an answer and were refused for them; null before the first. */
    private Map<Integer, List<RecordError>> refusedRecords;

    /** Tokens that are free, as a stack. */
    private int[] free = NO_INTS;

    private int freeCount;
    private int used;

    /** Tokens that have their answer, in that order. */
    private int[] answered = NO_INTS;

    private int answeredCount;
    private boolean telling;

    int add(
            ByteBuffer records,
            AppendOrigin origin,
            short requiredAcks,
            long nowMs,
            long timeoutMs,
            ProduceCallback callback) {
        int token = freeCount > 0 ? free[--freeCount] : next();
        callbacks[token] = callback;
        batches[token] = records;
        origins[token] = origin;
        acks[token] = requiredAcks;
        beganMs[token] = nowMs;
        deadlineMs[token] = nowMs + timeoutMs;
        baseOffset[token] = -1;
        logAppendTimeMs[token] = -1;
        return token;
    }

    /** The batches; they are let go of, since the produce may wait for long. */
    ByteBuffer takeBatches(int token) {
        ByteBuffer taken = batches[token];
        batches[token] = null;
        return taken;
    }

    AppendOrigin origin(int token) {
        return origins[token];
    }

    short acks(int token) {
        return acks[token];
    }

    /** When it came. */
    long beganMs(int token) {
        return beganMs[token];
    }

    long deadlineMs(int token) {
        return deadlineMs[token];
    }

    void appended(int token, AppendOutcome outcome) {
        baseOffset[token] = outcome.baseOffset();
        logAppendTimeMs[token] = outcome.logAppendTimeMs();
    }

    void refused(int token, String reason) {
        message[token] = reason.isEmpty() ? null : reason;
    }

    void refused(int token, AppendOutcome outcome) {
        refused(token, outcome.message());
        if (!outcome.recordErrors().isEmpty()) {
            if (refusedRecords == null) {
                refusedRecords = new HashMap<>();
            }
            refusedRecords.put(token, outcome.recordErrors());
        }
    }

    /** The produce has its answer; {@link #tell} passes it on. */
    void answer(int token, Errors error) {
        answer[token] = error;
        if (answeredCount == answered.length) {
            answered = Arrays.copyOf(answered, larger(answeredCount));
        }
        answered[answeredCount++] = token;
    }

    /** Calls back those that have an answer. They may produce again meanwhile. */
    void tell(long logStartOffset) {
        if (telling) {
            return;
        }
        telling = true;
        try {
            for (int i = 0; i < answeredCount; i++) {
                tell(answered[i], logStartOffset);
            }
        } finally {
            answeredCount = 0;
            telling = false;
        }
    }

    private void tell(int token, long logStartOffset) {
        ProduceCallback callback = callbacks[token];
        Errors error = toldTo(token);
        boolean good = error == Errors.NONE;
        long base = good ? baseOffset[token] : -1;
        long appendTime = good ? logAppendTimeMs[token] : -1;
        String reason = message[token];
        List<RecordError> records = refusedRecords == null ? null : refusedRecords.remove(token);
        release(token);
        if (records != null) {
            callback.refusedRecords(records);
        }
        callback.complete(error, base, appendTime, tellsLogStart(error) ? logStartOffset : -1, reason);
    }

    /** A batch that is in the log, nobody knows where any more: clients take this error for success, without an offset. */
    private Errors toldTo(int token) {
        boolean nowhere = answer[token] == Errors.NONE && baseOffset[token] < 0 && acks[token] != 0;
        return nowhere ? Errors.DUPLICATE_SEQUENCE_NUMBER : answer[token];
    }

    /** Refusals tell it too, but for those that Kafka's ReplicaManager.appendToLocalLog expects. */
    private static boolean tellsLogStart(Errors error) {
        return switch (error) {
            case NOT_LEADER_OR_FOLLOWER,
                    KAFKA_STORAGE_ERROR,
                    CORRUPT_MESSAGE,
                    MESSAGE_TOO_LARGE,
                    RECORD_LIST_TOO_LARGE -> false;
            default -> true;
        };
    }

    private void release(int token) {
        callbacks[token] = null;
        batches[token] = null;
        answer[token] = null;
        message[token] = null;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, larger(freeCount));
        }
        free[freeCount++] = token;
    }

    private int next() {
        if (used == callbacks.length) {
            int capacity = larger(used);
            callbacks = Arrays.copyOf(callbacks, capacity);
            batches = Arrays.copyOf(batches, capacity);
            origins = Arrays.copyOf(origins, capacity);
            acks = Arrays.copyOf(acks, capacity);
            beganMs = Arrays.copyOf(beganMs, capacity);
            deadlineMs = Arrays.copyOf(deadlineMs, capacity);
            baseOffset = Arrays.copyOf(baseOffset, capacity);
            logAppendTimeMs = Arrays.copyOf(logAppendTimeMs, capacity);
            answer = Arrays.copyOf(answer, capacity);
            message = Arrays.copyOf(message, capacity);
        }
        return used++;
    }

    private static int larger(int capacity) {
        return Math.max(INITIAL, capacity * 2);
    }
}
