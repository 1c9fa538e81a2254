// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.bytes;

import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * Writes a record batch of magic 2 (RecordBatchHeader of storage has the layout) with records by chance, in any compression. Header fields,
 * fields of records and compressed bytes may lie; mostly the CRC fits them all the same, for a lie with a bad CRC gets no further than that.
 */
public final class BatchBytes {
    private static final int CRC_AT = 17;
    private static final int CRC_COVERS_FROM = 21;
    private static final int LENGTH_AT = 8;
    private static final int LENGTH_OVERHEAD = 12;
    private static final int BOMB_BYTES = 512 * 1024;
    /** Near the clock that the targets show: 2026. */
    public static final long NOW_MS = 1_790_000_000_000L;

    private final Dice dice;
    private final boolean lying;

    private BatchBytes(Dice dice) {
        this.dice = dice;
        this.lying = dice.oneIn(2);
    }

    public static byte[] write(Dice dice) {
        return new BatchBytes(dice).batch(dice.oneIn(2) ? 0 : dice.below(5));
    }

    /** One that is compressed. */
    public static byte[] compressed(Dice dice) {
        return new BatchBytes(dice).batch(1 + dice.below(4));
    }

    private long or(long honest) {
        return lying && dice.oneIn(20) ? dice.number() : honest;
    }

    private byte[] batch(int codec) {
        int count = Math.max(1, dice.few());
        byte[] records = packed(codec, records(codec, count));
        boolean producer = dice.oneIn(3);
        Bytes out = new Bytes()
                .int64(or(0))
                .int32(0)
                .int32(or(-1))
                .int8(or(2))
                .int32(0)
                .int16(or(codec | (dice.oneIn(8) ? dice.below(128) & ~7 : 0)))
                .int32(or(count - 1))
                .int64(or(NOW_MS))
                .int64(or(NOW_MS + count))
                .int64(or(producer ? 1000 : -1))
                .int16(or(producer ? 0 : -1))
                .int32(or(producer ? 0 : -1))
                .int32(or(count))
                .raw(records);
        out.int32At(LENGTH_AT, (int) or(out.size() - LENGTH_OVERHEAD));
        if (!dice.oneIn(20)) {
            out.int32At(CRC_AT, crc(out.toArray()));
        }
        byte[] bytes = out.toArray();
        return lying && dice.oneIn(8) ? Mutation.of(bytes, dice) : bytes;
    }

    private static int crc(byte[] batch) {
        var crc = new java.util.zip.CRC32C();
        crc.update(batch, CRC_COVERS_FROM, batch.length - CRC_COVERS_FROM);
        return (int) crc.getValue();
    }

    private byte[] records(int codec, int count) {
        if (codec > 0 && dice.oneIn(64)) {
            return bomb();
        }
        Bytes all = new Bytes();
        for (int i = 0; i < count; i++) {
            Bytes record = new Bytes().int8(or(0)).zigzag(or(i)).zigzag(or(i));
            field(record, dice.oneIn(3) ? null : dice.bytes(dice.below(20)));
            field(record, dice.oneIn(6) ? null : dice.bytes(dice.oneIn(32) ? dice.below(5_000) : dice.below(40)));
            int headers = dice.oneIn(4) ? dice.few() : 0;
            record.zigzag(or(headers));
            for (int h = 0; h < headers; h++) {
                field(record, dice.bytes(dice.below(4)));
                field(record, dice.oneIn(3) ? null : dice.bytes(dice.below(8)));
            }
            all.zigzag(or(record.size())).raw(record.toArray());
        }
        return all.toArray();
    }

    /** One record with a long value of nothing. */
    private byte[] bomb() {
        int length = BOMB_BYTES + dice.below(BOMB_BYTES);
        Bytes record = new Bytes().int8(0).zigzag(0).zigzag(0).zigzag(-1).zigzag(length);
        record.raw(new byte[length]).zigzag(0);
        return new Bytes().zigzag(or(record.size())).raw(record.toArray()).toArray();
    }

    private void field(Bytes record, byte[] bytes) {
        record.zigzag(or(bytes == null ? -1 : bytes.length));
        if (bytes != null) {
            record.raw(bytes);
        }
    }

    private byte[] packed(int codec, byte[] records) {
        if (codec == 0) {
            return records;
        }
        try (ByteBufferOutputStream target = new ByteBufferOutputStream(512)) {
            try (OutputStream packing = Compression.of(CompressionType.forId(codec))
                    .build()
                    .wrapForOutput(target, RecordBatch.MAGIC_VALUE_V2)) {
                packing.write(records);
            }
            byte[] packed = new byte[target.position()];
            target.buffer().flip().get(packed);
            return lying && dice.oneIn(2) ? Mutation.of(packed, dice) : packed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
