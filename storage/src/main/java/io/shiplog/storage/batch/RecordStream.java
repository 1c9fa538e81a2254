// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.io.IOException;
import java.io.InputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.BufferSupplier;

/**
 * Goes over the records of one batch, decompressing as it goes. Never holds more than one record, allocates only for bytes that
 * have arrived, and stops when the batch unpacks to more than is allowed: a batch that was made to unpack to a thousand times its
 * size costs no more than that. One instance per thread; layout of a record: {@link RecordWalker}.
 */
public final class RecordStream implements AutoCloseable {
    private static final int FIRST_ROOM_BYTES = 4 * 1024;
    private static final byte[] NO_ROOM = {};
    private static final ByteBuffer NO_RECORD = ByteBuffer.wrap(NO_ROOM);
    private static final int LARGEST_KEPT_ROOM_BYTES = 1 << 20;
    private static final long LEAST_LIMIT_BYTES = 128L << 20;
    private static final long LEAST_RECORD_LIMIT_BYTES = 16L << 20;

    /**
     * The decompressors' buffers and a record's room, up to some megabytes, by thread: every log has such a stream, and whoever writes to
     * many logs must not make each of them keep its own.
     */
    private static final ThreadLocal<BufferSupplier> BUFFERS = ThreadLocal.withInitial(BufferSupplier::create);

    private static final ThreadLocal<byte[]> ROOM = ThreadLocal.withInitial(() -> NO_ROOM);

    /** Nothing but while a compressed batch is open. */
    private byte[] room = NO_ROOM;

    private ByteBuffer record = NO_RECORD;

    private InputStream unpacked;
    private ByteBuffer plain;
    private int plainAt;
    private int plainEnd;
    private long bytesLeft;
    private int recordLimit;
    private String problem;

    /** The current record without the length before it: [start, end) of {@link #record}. */
    private int start;

    private int end;
    private int at;
    private long timestampDelta;
    private int offsetDeltaFrom;
    private int offsetDelta;
    private int keyAt;
    private int keyLength;
    private int valueLength;

    /** How many bytes a batch may unpack to: far more than an honest producer makes, and bounded. */
    public static long limitFor(int maxMessageBytes) {
        return Math.max(LEAST_LIMIT_BYTES, 64L * maxMessageBytes);
    }

    /** Begins with the batch of {@code size} bytes at {@code from}; the first {@link #next} stands on its first record. */
    public void open(ByteBuffer batch, int from, int size, long maxBytes) {
        close();
        problem = null;
        bytesLeft = maxBytes;
        recordLimit = (int) Math.min(Integer.MAX_VALUE - 64, Math.max(LEAST_RECORD_LIMIT_BYTES, maxBytes / 8));
        int first = from + RecordBatchHeader.SIZE;
        int codec = RecordBatchHeader.attributes(batch, from) & RecordBatchHeader.CODEC_MASK;
        if (codec == 0) {
            plain = batch;
            plainAt = first;
            plainEnd = from + size;
            return;
        }
        plain = null;
        if (codec == CompressionType.SNAPPY.id && !SnappyFraming.isHonest(batch, first, from + size)) {
            problem = "the compressed bytes declare more than they can hold";
            return;
        }
        ByteBuffer packed = batch.duplicate();
        packed.limit(from + size).position(first);
        try {
            unpacked = Compression.of(CompressionType.forId(codec))
                    .build()
                    .wrapForInput(packed, RecordBatch.MAGIC_VALUE_V2, BUFFERS.get());
            room = ROOM.get();
            ROOM.set(NO_ROOM);
        } catch (KafkaException | IllegalArgumentException e) {
            problem = "the batch cannot be decompressed";
        }
    }

    /** Goes to the next record; false behind the last one, or when the bytes make no sense ({@link #problem}). */
    public boolean next() {
        if (problem != null) return false;
        try {
            boolean more = plain == null ? nextUnpacked() : nextPlain();
            if (!more) return false;
        } catch (IOException | KafkaException | IndexOutOfBoundsException | BufferUnderflowException e) {
            return broken("the batch cannot be decompressed");
        }
        return parse() || broken("the fields of a record do not fill it");
    }

    /** Why the walk ended early; null when it did not. */
    public String problem() {
        return problem;
    }

    public int offsetDelta() {
        return offsetDelta;
    }

    public long timestampDelta() {
        return timestampDelta;
    }

    public boolean hasKey() {
        return keyLength >= 0;
    }

    public boolean hasValue() {
        return valueLength >= 0;
    }

    /** The key as a view that is valid until the next step; only if there is one. */
    public ByteBuffer key() {
        ByteBuffer key = record.duplicate();
        key.limit(keyAt + keyLength).position(keyAt);
        return key;
    }

    /** The bytes of the record behind its length, as a view that is valid until the next step. */
    public ByteBuffer body() {
        ByteBuffer body = record.duplicate();
        body.limit(end).position(start);
        return body;
    }

    /** Where in {@link #body} the offset delta begins: before it stand the attributes and the timestamp delta. */
    int offsetDeltaFrom() {
        return offsetDeltaFrom;
    }

    @Override
    public void close() {
        if (unpacked == null) return;
        try {
            unpacked.close();
        } catch (IOException e) {
            problem = "the batch cannot be decompressed";
        }
        unpacked = null;
        if (room.length <= LARGEST_KEPT_ROOM_BYTES) {
            ROOM.set(room);
        }
        room = NO_ROOM;
        record = NO_RECORD;
    }

    private boolean broken(String why) {
        if (problem == null) problem = why;
        return false;
    }

    private boolean nextPlain() {
        if (plainAt == plainEnd) return false;
        record = plain;
        at = plainAt;
        end = plainEnd;
        long length = readVarlong();
        if (length < 0 || length > plainEnd - at) return broken("a record does not fit into its batch");
        start = at;
        end = at + (int) length;
        plainAt = end;
        return true;
    }

    private boolean nextUnpacked() throws IOException {
        long length = readUnpackedLength();
        if (length == -1) return false;
        bytesLeft -= length;
        if (length < 0) return broken("a record does not fit into its batch");
        if (bytesLeft < 0 || length > recordLimit) return broken("the batch unpacks to more bytes than are allowed");
        fillRoom((int) length);
        start = 0;
        end = (int) length;
        return problem == null;
    }

    /** The length of the next record, -1 at the end of the batch, -2 when it makes no sense. */
    private long readUnpackedLength() throws IOException {
        long raw = 0;
        for (int shift = 0; shift < 35; shift += 7) {
            int next = unpacked.read();
            if (next < 0) return shift == 0 ? -1 : -2;
            raw |= (long) (next & 0x7f) << shift;
            if (next < 0x80) {
                long length = (raw >>> 1) ^ -(raw & 1);
                return length < 0 ? -2 : length;
            }
        }
        return -2;
    }

    /** Room grows as bytes arrive, whatever the length says. */
    private void fillRoom(int length) throws IOException {
        int filled = 0;
        while (filled < length) {
            if (filled == room.length) {
                room = Arrays.copyOf(room, (int) Math.max(FIRST_ROOM_BYTES, Math.min(length, 2L * room.length)));
            }
            int count = unpacked.read(room, filled, Math.min(length, room.length) - filled);
            if (count <= 0) {
                broken("the batch ends within a record");
                break;
            }
            filled += count;
        }
        record = ByteBuffer.wrap(room);
    }

    private boolean parse() {
        at = start + 1;
        if (at > end) return false;
        timestampDelta = readVarlong();
        offsetDeltaFrom = at - start;
        offsetDelta = readVarint();
        keyLength = readVarint();
        keyAt = at;
        skip(keyLength);
        valueLength = readVarint();
        skip(valueLength);
        int headers = readVarint();
        if (headers < 0 || headers > end - at) return false;
        for (int i = 0; i < headers && problem == null; i++) {
            int length = readVarint();
            if (length < 0) return false;
            skip(length);
            skip(readVarint());
        }
        return problem == null && at == end;
    }

    private void skip(int length) {
        if (length < -1 || length > end - at) broken("the fields of a record do not fill it");
        else if (length > 0) at += length;
    }

    private int readVarint() {
        long value = readVarlong();
        if (value != (int) value) broken("a number of a record is out of range");
        return (int) value;
    }

    private long readVarlong() {
        long raw = 0;
        for (int shift = 0; shift < 70 && at < end; shift += 7) {
            byte next = record.get(at++);
            raw |= (long) (next & 0x7f) << shift;
            if (next >= 0) return (raw >>> 1) ^ -(raw & 1);
        }
        broken("a number of a record has no end");
        return 0;
    }
}
