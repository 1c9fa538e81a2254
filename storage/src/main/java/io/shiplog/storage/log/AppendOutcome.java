// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.batch.RecordError;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;

/**
 * What became of an append. Each log has one of these and fills it anew: read it before the next append to the same
 * log, on the same thread.
 */
public final class AppendOutcome {
    private Errors error = Errors.NONE;
    private String message = "";
    private long baseOffset = -1;
    private long lastOffset = -1;
    private int sizeInBytes;
    private long maxTimestampMs = -1;
    private long logAppendTimeMs = -1;
    private boolean duplicate;
    private List<RecordError> recordErrors = List.of();

    AppendOutcome() {}

    /** {@link Errors#NONE}, or why nothing was appended. */
    public Errors error() {
        return error;
    }

    /** The reason of a refusal in words, empty otherwise. */
    public String message() {
        return message;
    }

    /** Offset of the first record: the original one for a duplicate, -1 when that is not known any more, and when refused. */
    public long baseOffset() {
        return baseOffset;
    }

    /** Offset of the last record: the original one for a duplicate, or the last that it may have; -1 when refused. */
    public long lastOffset() {
        return lastOffset;
    }

    /** Bytes that were written: 0 for a duplicate or a refusal. */
    public int sizeInBytes() {
        return sizeInBytes;
    }

    public long maxTimestampMs() {
        return maxTimestampMs;
    }

    /** The time of the append for a topic with LogAppendTime, otherwise -1; as a produce response carries it. */
    public long logAppendTimeMs() {
        return logAppendTimeMs;
    }

    /** The batch of an idempotent producer that is in the log already; its offsets may not be committed yet. */
    public boolean duplicate() {
        return duplicate;
    }

    /** Which records are the reason of a refusal, where it is not the batch as such; otherwise empty. */
    public List<RecordError> recordErrors() {
        return recordErrors;
    }

    AppendOutcome refused(Errors refusal, String reason) {
        return set(refusal, reason, -1, -1, 0, -1, -1, false);
    }

    AppendOutcome refused(Errors refusal, String reason, List<RecordError> records) {
        set(refusal, reason, -1, -1, 0, -1, -1, false);
        recordErrors = records;
        return this;
    }

    AppendOutcome appended(long base, long last, int bytes, long maxMs, long appendTimeMs) {
        return set(Errors.NONE, "", base, last, bytes, maxMs, appendTimeMs, false);
    }

    AppendOutcome duplicateOf(long base, long last, long maxMs, long appendTimeMs) {
        return set(Errors.NONE, "", base, last, 0, maxMs, appendTimeMs, true);
    }

    private AppendOutcome set(
            Errors newError, String reason, long base, long last, int bytes, long maxMs, long appendMs, boolean known) {
        error = newError;
        message = reason;
        baseOffset = base;
        lastOffset = last;
        sizeInBytes = bytes;
        maxTimestampMs = maxMs;
        logAppendTimeMs = appendMs;
        duplicate = known;
        recordErrors = List.of();
        return this;
    }
}
