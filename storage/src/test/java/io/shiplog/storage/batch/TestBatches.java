// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Batches made and read by Kafka's own classes. */
public final class TestBatches {
    private TestBatches() {}

    /** One uncompressed batch with a record per value, at offset 0 as a producer sends it. */
    public static ByteBuffer batch(long timestampMs, String... values) {
        return MemoryRecords.withRecords(Compression.NONE, records(timestampMs, values))
                .buffer();
    }

    public static ByteBuffer compressed(long timestampMs, String... values) {
        return MemoryRecords.withRecords(Compression.gzip().build(), records(timestampMs, values))
                .buffer();
    }

    /** A batch of an idempotent producer. */
    public static ByteBuffer idempotent(long producerId, int epoch, int sequence, String... values) {
        return MemoryRecords.withIdempotentRecords(
                        Compression.NONE, producerId, (short) epoch, sequence, records(1000, values))
                .buffer();
    }

    /** A batch of a transaction. */
    public static ByteBuffer transactional(long producerId, int epoch, int sequence, String... values) {
        return MemoryRecords.withTransactionalRecords(
                        Compression.NONE, producerId, (short) epoch, sequence, records(1000, values))
                .buffer();
    }

    /** The batch that ends a transaction. */
    public static ByteBuffer marker(long producerId, int epoch, boolean commit, int coordinatorEpoch) {
        ControlRecordType type = commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        EndTransactionMarker marker = new EndTransactionMarker(type, coordinatorEpoch);
        return MemoryRecords.withEndTransactionMarker(1000, producerId, (short) epoch, marker)
                .buffer();
    }

    /** A batch as a leader stored it. */
    public static ByteBuffer stored(long baseOffset, int leaderEpoch, String... values) {
        ByteBuffer b = batch(1000 + baseOffset, values);
        RecordBatchHeader.setBaseOffset(b, b.position(), baseOffset);
        RecordBatchHeader.setLeaderEpoch(b, b.position(), leaderEpoch);
        return b;
    }

    /** Makes a batch whose bytes were changed one that arrived so. */
    public static void renewCrc(ByteBuffer batch) {
        int crc = new BatchCrc().of(batch, RecordBatchHeader.CRC_COVERS_FROM, batch.limit());
        RecordBatchHeader.setCrc(batch, 0, crc);
    }

    /** A batch with one record of so many bytes of value. */
    public static ByteBuffer ofSize(long timestampMs, int valueBytes) {
        return batch(timestampMs, "x".repeat(valueBytes));
    }

    public static ByteBuffer concat(ByteBuffer... parts) {
        int size = 0;
        for (ByteBuffer part : parts) size += part.remaining();
        ByteBuffer whole = ByteBuffer.allocate(size);
        for (ByteBuffer part : parts) whole.put(part.duplicate());
        return whole.flip();
    }

    public static ByteBuffer direct(ByteBuffer heap) {
        return ByteBuffer.allocateDirect(heap.remaining()).put(heap.duplicate()).flip();
    }

    /** "offset:value" of all records of some batches. */
    public static List<String> read(ByteBuffer batches) {
        List<String> found = new ArrayList<>();
        for (Record record : MemoryRecords.readableRecords(batches.duplicate()).records()) {
            byte[] value = new byte[record.valueSize()];
            record.value().get(value);
            found.add(record.offset() + ":" + new String(value, java.nio.charset.StandardCharsets.UTF_8));
        }
        return found;
    }

    private static SimpleRecord[] records(long timestampMs, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(timestampMs + i, values[i].getBytes(java.nio.charset.StandardCharsets.UTF_8));
        }
        return records;
    }
}
