// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.BitSet;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.utils.ByteBufferOutputStream;

/**
 * Writes a batch anew with some of its records. Base offset, last offset, leader epoch, producer, sequence and codec stay, and so
 * does every record that is kept, with its offset and timestamp; what changes is the number of records, the largest timestamp, the
 * delete horizon and the CRC. As Kafka's {@code MemoryRecords.filterTo} does it, but record by record. One instance per thread.
 */
public final class BatchRewriter {
    private static final long NO_TIMESTAMP = -1;

    private final RecordStream records = new RecordStream();
    private final BatchCrc crc = new BatchCrc();
    private final ByteBuffer head = ByteBuffer.allocate(2 * Varints.MAX_LONG_BYTES + 1);

    /**
     * The batch with those records only that are marked.
     *
     * @param kept marks, by the records' places in the batch; at least one
     * @param maxTimestampMs the largest timestamp of those, not looked at when the topic has LogAppendTime
     * @param deleteHorizonMs when tombstones and markers of the batch may go, -1: what the batch says already
     * @param maxBytes how many bytes the batch may unpack to
     * @return the new batch, from position to limit of a buffer of its own
     * @throws KafkaException when the records cannot be read or written
     */
    public ByteBuffer rewrite(
            ByteBuffer b, int at, int size, BitSet kept, long maxTimestampMs, long deleteHorizonMs, long maxBytes) {
        ByteBufferOutputStream target = new ByteBufferOutputStream(size + 64);
        target.position(RecordBatchHeader.SIZE);
        int codec = RecordBatchHeader.attributes(b, at) & RecordBatchHeader.CODEC_MASK;
        long oldBaseMs = RecordBatchHeader.baseTimestamp(b, at);
        long newBaseMs = deleteHorizonMs >= 0 ? deleteHorizonMs : oldBaseMs;
        records.open(b, at, size, maxBytes);
        try (records;
                OutputStream out = Compression.of(CompressionType.forId(codec))
                        .build()
                        .wrapForOutput(target, RecordBatch.MAGIC_VALUE_V2)) {
            for (int i = 0; records.next(); i++) {
                if (kept.get(i)) copyRecord(out, oldBaseMs - newBaseMs);
            }
        } catch (IOException e) {
            throw new KafkaException(e);
        }
        if (records.problem() != null) throw new KafkaException(records.problem());
        return finish(b, at, target.buffer(), kept.cardinality(), maxTimestampMs, deleteHorizonMs);
    }

    /** The batch without any record: what is left is who wrote it, up to which sequence and offset. */
    public ByteBuffer empty(ByteBuffer b, int at) {
        ByteBuffer header = copyHeader(b, at, ByteBuffer.allocate(RecordBatchHeader.SIZE));
        int attributes = RecordBatchHeader.attributes(b, at);
        attributes &= ~(RecordBatchHeader.CODEC_MASK | RecordBatchHeader.DELETE_HORIZON_BIT);
        RecordBatchHeader.setAttributes(header, 0, attributes);
        RecordBatchHeader.setBaseTimestamp(header, 0, NO_TIMESTAMP);
        RecordBatchHeader.setRecordCount(header, 0, 0);
        return seal(header, RecordBatchHeader.SIZE);
    }

    /**
     * The batch with all its records, compressed otherwise. Nothing else of it changes but its length and CRC.
     *
     * @param b must have been found valid, with every record
     * @param maxBytes how many bytes the batch may unpack to
     * @param maxSize how large the new batch may be
     * @return the new batch, from position to limit of a buffer of its own; null when it would be too large
     * @throws KafkaException when the records cannot be read or written
     */
    public ByteBuffer repack(ByteBuffer b, int at, int size, StoredCompression kept, long maxBytes, int maxSize) {
        BoundedSink target = new BoundedSink(size + 64, maxSize);
        if (maxSize < RecordBatchHeader.SIZE) return null;
        target.position(RecordBatchHeader.SIZE);
        records.open(b, at, size, maxBytes);
        try (records;
                OutputStream out = kept.compression().wrapForOutput(target, RecordBatch.MAGIC_VALUE_V2)) {
            while (!target.isOverfull() && records.next()) copyRecord(out, 0);
        } catch (IOException e) {
            throw new KafkaException(e);
        }
        if (records.problem() != null) throw new KafkaException(records.problem());
        if (target.isOverfull()) return null;
        int end = target.position();
        ByteBuffer batch = copyHeader(b, at, target.buffer());
        int attributes = RecordBatchHeader.attributes(b, at) & ~RecordBatchHeader.CODEC_MASK;
        RecordBatchHeader.setAttributes(batch, 0, attributes | kept.codec());
        return seal(batch, end);
    }

    private void copyRecord(OutputStream out, long timestampShift) throws IOException {
        ByteBuffer body = records.body();
        head.clear();
        if (timestampShift == 0) {
            Varints.putLong(head, body.remaining());
        } else {
            long delta = records.timestampDelta() + timestampShift;
            int from = records.offsetDeltaFrom();
            byte attributes = body.get(body.position());
            body.position(body.position() + from);
            Varints.putLong(head, 1L + Varints.sizeOfLong(delta) + body.remaining());
            head.put(attributes);
            Varints.putLong(head, delta);
        }
        out.write(head.array(), 0, head.position());
        write(out, body);
    }

    private static void write(OutputStream out, ByteBuffer bytes) throws IOException {
        if (bytes.hasArray()) {
            out.write(bytes.array(), bytes.arrayOffset() + bytes.position(), bytes.remaining());
            return;
        }
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        out.write(copy);
    }

    private ByteBuffer finish(
            ByteBuffer b, int at, ByteBuffer target, int count, long maxTimestampMs, long deleteHorizonMs) {
        int end = target.position();
        copyHeader(b, at, target);
        int attributes = RecordBatchHeader.attributes(b, at);
        boolean appendTime = (attributes & RecordBatchHeader.LOG_APPEND_TIME_BIT) != 0;
        if (deleteHorizonMs >= 0) {
            RecordBatchHeader.setAttributes(target, 0, attributes | RecordBatchHeader.DELETE_HORIZON_BIT);
            RecordBatchHeader.setBaseTimestamp(target, 0, deleteHorizonMs);
        }
        if (!appendTime) RecordBatchHeader.setMaxTimestamp(target, 0, maxTimestampMs);
        RecordBatchHeader.setRecordCount(target, 0, count);
        return seal(target, end);
    }

    private static ByteBuffer copyHeader(ByteBuffer b, int at, ByteBuffer target) {
        for (int i = 0; i < RecordBatchHeader.SIZE; i++) target.put(i, b.get(at + i));
        return target;
    }

    private ByteBuffer seal(ByteBuffer batch, int size) {
        batch.clear().limit(size);
        RecordBatchHeader.setBatchLength(batch, 0, size - RecordBatchHeader.LENGTH_OVERHEAD);
        RecordBatchHeader.setCrc(batch, 0, crc.of(batch, RecordBatchHeader.CRC_COVERS_FROM, size));
        return batch;
    }
}
