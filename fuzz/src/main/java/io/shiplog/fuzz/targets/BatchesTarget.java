// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.targets;

import io.shiplog.fuzz.Finding;
import io.shiplog.fuzz.Meter;
import io.shiplog.fuzz.Target;
import io.shiplog.fuzz.bytes.BatchBytes;
import io.shiplog.fuzz.bytes.Dice;
import io.shiplog.fuzz.bytes.Mutation;
import io.shiplog.storage.batch.ArrivingBatches;
import io.shiplog.storage.batch.BatchLimits;
import io.shiplog.storage.batch.BatchValidator;
import io.shiplog.storage.batch.RecordBatchHeader;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;

/**
 * Record batches as clients, leaders and shipped segments bring them. A batch that is refused stays as it was, byte for byte; of one that is taken
 * from a client and is not compressed Kafka's own reader must read as many records as it says.
 */
public final class BatchesTarget implements Target {
    private static final long DAY_MS = 86_400_000;
    private static final BatchLimits PLAIN =
            new BatchLimits(1 << 20, TimestampType.CREATE_TIME, Long.MAX_VALUE, 3_600_000);
    private static final BatchLimits TIMED = new BatchLimits(4_096, TimestampType.LOG_APPEND_TIME, DAY_MS, DAY_MS);
    private static final int PIECE = 37;

    private final BatchValidator validator = new BatchValidator();

    @Override
    public String name() {
        return "batches";
    }

    @Override
    public byte[] generate(Dice dice) {
        byte[] batch = BatchBytes.write(dice);
        return dice.oneIn(6) ? Mutation.of(batch, dice) : batch;
    }

    @Override
    public void execute(byte[] input) throws Finding {
        Meter.bounded("the judging of a batch", 3L * input.length, 0, () -> judge(input));
        if (fromClient(input, PLAIN) == Errors.NONE) {
            readAsKafka(input);
        }
    }

    private void judge(byte[] input) throws Finding {
        fromClient(input, PLAIN);
        fromClient(input, TIMED);
        try {
            validator.validateTrusted(ByteBuffer.wrap(input), 0, input.length);
            arrive(input);
        } catch (RuntimeException | Error e) {
            throw Finding.escaped("the judge of a leader's batch", e);
        }
    }

    private Errors fromClient(byte[] input, BatchLimits limits) throws Finding {
        byte[] bytes = input.clone();
        Errors error;
        try {
            error = validator.validateFromClient(ByteBuffer.wrap(bytes), limits, BatchBytes.NOW_MS);
        } catch (RuntimeException | Error e) {
            throw Finding.escaped("the judge of a client's batch", e);
        }
        if (error != Errors.NONE && !Arrays.equals(bytes, input)) {
            throw new Finding("a refused batch was changed", "changed, and refused: " + validator.problem());
        }
        return error;
    }

    private static void arrive(byte[] input) {
        ArrivingBatches arriving = new ArrivingBatches(input.length, (header, at) -> null);
        for (int at = 0; at < input.length; at += PIECE) {
            if (arriving.take(ByteBuffer.wrap(input, at, Math.min(PIECE, input.length - at))) != null) {
                return;
            }
        }
    }

    private static void readAsKafka(byte[] input) throws Finding {
        ByteBuffer bytes = ByteBuffer.wrap(input);
        if (RecordBatchHeader.isCompressed(bytes, 0)) {
            return;
        }
        int read = 0;
        try {
            for (MutableRecordBatch batch : MemoryRecords.readableRecords(bytes).batches()) {
                batch.ensureValid();
                for (var record : batch) {
                    record.ensureValid();
                    read++;
                }
            }
        } catch (RuntimeException e) {
            throw Finding.escaped("Kafka's reader of a batch that was taken", e);
        }
        if (read != RecordBatchHeader.recordCount(bytes, 0)) {
            throw new Finding(
                    "a batch was taken whose count Kafka does not see",
                    "Kafka reads " + read + " records of " + RecordBatchHeader.recordCount(bytes, 0));
        }
    }
}
