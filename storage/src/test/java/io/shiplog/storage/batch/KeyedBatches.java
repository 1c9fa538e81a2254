// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.CompressionType;
import org.apache.kafka.common.record.internal.ControlRecordType;
import org.apache.kafka.common.record.internal.EndTransactionMarker;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.MutableRecordBatch;
import org.apache.kafka.common.record.internal.Record;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Batches of records with keys, made and read by Kafka's own classes. "k=v" has a value, "k" is a tombstone, "=v" has no key. */
public final class KeyedBatches {
    private KeyedBatches() {}

    /** One batch as a producer sends it. */
    public static ByteBuffer batch(CompressionType codec, long timestampMs, String... records) {
        return MemoryRecords.withRecords(Compression.of(codec).build(), records(timestampMs, records))
                .buffer();
    }

    public static ByteBuffer batch(String... records) {
        return batch(CompressionType.NONE, 1000, records);
    }

    public static ByteBuffer idempotent(long producerId, int epoch, int sequence, String... records) {
        return MemoryRecords.withIdempotentRecords(
                        Compression.NONE, producerId, (short) epoch, sequence, records(1000, records))
                .buffer();
    }

    public static ByteBuffer transactional(long producerId, int sequence, String... records) {
        return MemoryRecords.withTransactionalRecords(
                        Compression.NONE, producerId, (short) 0, sequence, records(1000, records))
                .buffer();
    }

    public static ByteBuffer marker(long producerId, boolean commit) {
        ControlRecordType type = commit ? ControlRecordType.COMMIT : ControlRecordType.ABORT;
        return MemoryRecords.withEndTransactionMarker(1000, producerId, (short) 0, new EndTransactionMarker(type, 7))
                .buffer();
    }

    /** The same bytes as a leader stored them. */
    public static ByteBuffer at(long baseOffset, int leaderEpoch, ByteBuffer batch) {
        RecordBatchHeader.setBaseOffset(batch, batch.position(), baseOffset);
        RecordBatchHeader.setLeaderEpoch(batch, batch.position(), leaderEpoch);
        return batch;
    }

    /** "offset:k=v" of all records of some batches, after a check of their CRCs; tombstones "offset:k", markers "offset!". */
    public static List<String> read(ByteBuffer batches) {
        List<String> found = new ArrayList<>();
        for (MutableRecordBatch batch :
                MemoryRecords.readableRecords(batches.duplicate()).batches()) {
            batch.ensureValid();
            for (Record record : batch) {
                if (batch.isControlBatch()) found.add(record.offset() + "!");
                else
                    found.add(record.offset() + ":" + text(record.key())
                            + (record.hasValue() ? "=" + text(record.value()) : ""));
            }
        }
        return found;
    }

    /** "base-last/count" of all batches. */
    public static List<String> shapes(ByteBuffer batches) {
        List<String> found = new ArrayList<>();
        for (MutableRecordBatch batch :
                MemoryRecords.readableRecords(batches.duplicate()).batches()) {
            found.add(batch.baseOffset() + "-" + batch.lastOffset() + "/" + batch.countOrNull());
        }
        return found;
    }

    private static String text(ByteBuffer bytes) {
        if (bytes == null) return "";
        byte[] copy = new byte[bytes.remaining()];
        bytes.get(copy);
        return new String(copy, StandardCharsets.UTF_8);
    }

    private static SimpleRecord[] records(long timestampMs, String... texts) {
        SimpleRecord[] records = new SimpleRecord[texts.length];
        for (int i = 0; i < texts.length; i++) {
            int cut = texts[i].indexOf('=');
            String key = cut < 0 ? texts[i] : texts[i].substring(0, cut);
            byte[] value = cut < 0 ? null : texts[i].substring(cut + 1).getBytes(StandardCharsets.UTF_8);
            byte[] keyBytes = key.isEmpty() ? null : key.getBytes(StandardCharsets.UTF_8);
            records[i] = new SimpleRecord(timestampMs + i, keyBytes, value);
        }
        return records;
    }
}
