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
    private ProduceCallback[] callbacks = new ProduceCallback[16];
    private ByteBuffer[] batches = new ByteBuffer[16];
    private AppendOrigin[] origins = new AppendOrigin[16];
    private short[] acks = new short[16];
    private long[] deadlineMs = new long[16];
    private long[] baseOffset = new long[16];
    private long[] logAppendTimeMs = new long[16];
    private Errors[] answer = new Errors[16];
    private String[] message = new String[16];

    /** Refused records of those that have an answer and were refused for them; mostly empty. */
    private final Map<Integer, List<RecordError>> refusedRecords = new HashMap<>();

    /** Tokens that are free, as a stack. */
    private int[] free = new int[16];

    private int freeCount;
    private int used;

    /** Tokens that have their answer, in that order. */
    private int[] answered = new int[16];

    private int answeredCount;
    private boolean telling;

    int add(ByteBuffer records, AppendOrigin origin, short requiredAcks, long deadline, ProduceCallback callback) {
        int token = freeCount > 0 ? free[--freeCount] : next();
        callbacks[token] = callback;
        batches[token] = records;
        origins[token] = origin;
        acks[token] = requiredAcks;
        deadlineMs[token] = deadline;
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
            refusedRecords.put(token, outcome.recordErrors());
        }
    }

    /** The produce has its answer; {@link #tell} passes it on. */
    void answer(int token, Errors error) {
        answer[token] = error;
        if (answeredCount == answered.length) {
            answered = Arrays.copyOf(answered, answeredCount * 2);
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
        Errors error = answer[token];
        boolean good = error == Errors.NONE;
        long base = good ? baseOffset[token] : -1;
        long appendTime = good ? logAppendTimeMs[token] : -1;
        String reason = message[token];
        List<RecordError> records = refusedRecords.isEmpty() ? null : refusedRecords.remove(token);
        release(token);
        if (records != null) {
            callback.refusedRecords(records);
        }
        callback.complete(error, base, appendTime, good ? logStartOffset : -1, reason);
    }

    private void release(int token) {
        callbacks[token] = null;
        batches[token] = null;
        answer[token] = null;
        message[token] = null;
        if (freeCount == free.length) {
            free = Arrays.copyOf(free, freeCount * 2);
        }
        free[freeCount++] = token;
    }

    private int next() {
        if (used == callbacks.length) {
            int capacity = used * 2;
            callbacks = Arrays.copyOf(callbacks, capacity);
            batches = Arrays.copyOf(batches, capacity);
            origins = Arrays.copyOf(origins, capacity);
            acks = Arrays.copyOf(acks, capacity);
            deadlineMs = Arrays.copyOf(deadlineMs, capacity);
            baseOffset = Arrays.copyOf(baseOffset, capacity);
            logAppendTimeMs = Arrays.copyOf(logAppendTimeMs, capacity);
            answer = Arrays.copyOf(answer, capacity);
            message = Arrays.copyOf(message, capacity);
        }
        return used++;
    }
}
