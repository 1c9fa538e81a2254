// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.targets;

import io.shiplog.fuzz.Finding;
import io.shiplog.fuzz.Meter;
import io.shiplog.fuzz.Target;
import io.shiplog.fuzz.bytes.BatchBytes;
import io.shiplog.fuzz.bytes.Dice;
import io.shiplog.fuzz.bytes.Mutation;
import io.shiplog.storage.batch.BatchLimits;
import io.shiplog.storage.batch.BatchValidator;
import io.shiplog.storage.batch.RecordBatchHeader;
import io.shiplog.storage.batch.RecordStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * Compressed batches that are looked into: each of the four decompressors. What a batch really unpacks to may be held, one record at a time and
 * within the limit; what it only says it unpacks to may not.
 */
public final class RecordsTarget implements Target {
    private static final BatchLimits STRICT =
            new BatchLimits(1 << 20, TimestampType.CREATE_TIME, Long.MAX_VALUE, 3_600_000, false, true);
    /** While a record is put together its room doubles: the last one is less than twice what arrived, and those before it together as much again. */
    private static final int ROOM = 4;
    /** A chunk of snappy says first how long it is unpacked, and is believed within this ratio (SnappyFraming). */
    private static final int SNAPPY_RATIO = 32;

    private static final int PIECE_BYTES = 4_096;
    private static final long MAX_RECORD_BYTES = 16L << 20;

    private final BatchValidator validator = new BatchValidator();
    private final RecordStream records = new RecordStream();

    @Override
    public String name() {
        return "records";
    }

    @Override
    public byte[] generate(Dice dice) {
        byte[] batch = BatchBytes.compressed(dice);
        return dice.oneIn(6) ? Mutation.of(batch, dice) : batch;
    }

    @Override
    public void execute(byte[] input) throws Finding {
        if (input.length < RecordBatchHeader.SIZE) {
            return;
        }
        // A record that breaks off was put together as far as it went.
        long most = longestRecord(input);
        long more = ROOM * (records.problem() == null ? most : Math.max(most, unpacked(input)))
                + (long) SNAPPY_RATIO * input.length;
        Meter.bounded("the unpacking of a batch", input.length, more, () -> longestRecord(input));
        byte[] bytes = input.clone();
        Meter.bounded("the judging of records", 2L * input.length, 2 * more, () -> judge(input, bytes));
    }

    /** What the batch really unpacks to, as far as one record may go. */
    private static long unpacked(byte[] input) {
        int codec = RecordBatchHeader.attributes(ByteBuffer.wrap(input), 0) & RecordBatchHeader.CODEC_MASK;
        if (codec == CompressionType.SNAPPY.id) {
            return (long) SNAPPY_RATIO * input.length; // the library would believe a length that is not there
        }
        long bytes = 0;
        byte[] piece = new byte[PIECE_BYTES];
        ByteBuffer packed = ByteBuffer.wrap(input, RecordBatchHeader.SIZE, input.length - RecordBatchHeader.SIZE);
        try (InputStream in = Compression.of(CompressionType.forId(codec))
                .build()
                .wrapForInput(packed, RecordBatch.MAGIC_VALUE_V2, BufferSupplier.NO_CACHING)) {
            for (int read = 0; read >= 0 && bytes < MAX_RECORD_BYTES; read = in.read(piece)) {
                bytes += read;
            }
        } catch (IOException | RuntimeException e) {
            return bytes;
        }
        return bytes;
    }

    private long longestRecord(byte[] input) throws Finding {
        long longest = 0;
        long all = 0;
        long limit = RecordStream.limitFor(STRICT.maxMessageBytes());
        try (records) {
            records.open(ByteBuffer.wrap(input), 0, input.length, limit);
            while (records.next()) {
                int length = records.body().remaining();
                longest = Math.max(longest, length);
                all += length;
            }
        } catch (RuntimeException | Error e) {
            throw Finding.escaped("the reader of records", e);
        }
        if (all > limit) {
            throw new Finding("a batch unpacks beyond its limit", "unpacked to " + all + " bytes, allowed " + limit);
        }
        return longest;
    }

    private void judge(byte[] input, byte[] bytes) throws Finding {
        Errors error;
        System.arraycopy(input, 0, bytes, 0, input.length);
        try {
            error = validator.validateFromClient(ByteBuffer.wrap(bytes), STRICT, BatchBytes.NOW_MS);
        } catch (RuntimeException | Error e) {
            throw Finding.escaped("the strict judge of a client's batch", e);
        }
        if (error != Errors.NONE && !Arrays.equals(bytes, input)) {
            throw new Finding("a refused batch was changed", "changed, and refused: " + validator.problem());
        }
    }
}
