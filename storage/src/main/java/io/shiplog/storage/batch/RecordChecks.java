// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;

/**
 * Looks at every record of a client's batch, compressed or not, where the topic asks for it: compacted topics need keys, the
 * strict mode wants offsets, counts and timestamps to be what the header says. Follows Kafka's {@code LogValidator}. One instance
 * per thread.
 */
final class RecordChecks {
    /** Further ones are not told: the producer fails the whole batch anyway. */
    private static final int MAX_ERRORS = 128;

    private final RecordStream records = new RecordStream();
    private List<RecordError> errors = List.of();
    private boolean badTimestamp;
    private String problem = "";
    private long maxTimestampMs;

    /** What is wrong with which record; empty when it is the batch as such, or nothing. */
    List<RecordError> errors() {
        return errors;
    }

    String problem() {
        return problem;
    }

    /** The largest timestamp that the last check met, -1 when none. */
    long maxTimestampMs() {
        return maxTimestampMs;
    }

    /** Judges the batch of {@code size} bytes at {@code at}, whose header was found in order. */
    Errors check(ByteBuffer b, int at, int size, BatchLimits limits, long wallClockMs) {
        errors = List.of();
        badTimestamp = false;
        problem = "";
        maxTimestampMs = -1;
        long baseMs = RecordBatchHeader.baseTimestamp(b, at);
        int declared = RecordBatchHeader.recordCount(b, at);
        records.open(b, at, size, RecordStream.limitFor(limits.maxMessageBytes()));
        int count = 0;
        try (records) {
            for (; records.next(); count++) {
                if (count == declared) return refuse("the batch has more records than it declares");
                if (records.offsetDelta() != count) return refuse("the offsets of the records are not consecutive");
                check(count, baseMs + records.timestampDelta(), limits, wallClockMs);
            }
        }
        if (records.problem() != null) return refuse(records.problem());
        if (count != declared) return refuse("the batch has fewer records than it declares");
        if (errors.isEmpty()) return Errors.NONE;
        problem = "one or more records have been rejected: " + errors.get(0).message();
        return badTimestamp ? Errors.INVALID_TIMESTAMP : Errors.INVALID_RECORD;
    }

    private void check(int index, long timestampMs, BatchLimits limits, long wallClockMs) {
        if (limits.keysRequired() && !records.hasKey()) {
            add(index, "a compacted topic takes no record without a key");
            return;
        }
        if (limits.timestampType() != TimestampType.CREATE_TIME) return;
        maxTimestampMs = Math.max(maxTimestampMs, timestampMs);
        if (timestampMs == -1) return;
        boolean late = timestampMs >= 0 && wallClockMs - timestampMs > limits.timestampBeforeMaxMs();
        boolean early = timestampMs - wallClockMs > limits.timestampAfterMaxMs();
        if (timestampMs < -1 || late || early) {
            badTimestamp = true;
            add(index, "the timestamp " + timestampMs + " is out of range");
        }
    }

    private void add(int index, String message) {
        if (errors.isEmpty()) errors = new ArrayList<>();
        if (errors.size() < MAX_ERRORS) errors.add(new RecordError(index, message));
    }

    private Errors refuse(String why) {
        errors = List.of();
        problem = why;
        return Errors.INVALID_RECORD;
    }
}
