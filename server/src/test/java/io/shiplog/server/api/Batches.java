// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.server.api;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.RecordBatch;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Record batches as producers make them. */
final class Batches {
    private Batches() {}

    static MemoryRecords of(String... values) {
        return of(Compression.NONE, values);
    }

    static MemoryRecords of(Compression compression, String... values) {
        SimpleRecord[] records = new SimpleRecord[values.length];
        for (int i = 0; i < values.length; i++) {
            records[i] = new SimpleRecord(values[i].getBytes(StandardCharsets.UTF_8));
        }
        return MemoryRecords.withRecords(compression, records);
    }

    static MemoryRecords ofMagic(byte magic, String value) {
        return MemoryRecords.withRecords(
                magic, Compression.NONE, new SimpleRecord(value.getBytes(StandardCharsets.UTF_8)));
    }

    static MemoryRecords two() {
        ByteBuffer first = of("a").buffer();
        ByteBuffer second = of("b").buffer();
        ByteBuffer both = ByteBuffer.allocate(first.remaining() + second.remaining());
        return MemoryRecords.readableRecords(both.put(first).put(second).flip());
    }

    static byte magicOf(MemoryRecords records) {
        return records.batches().iterator().next().magic();
    }

    static final byte V1 = RecordBatch.MAGIC_VALUE_V1;
}
