// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.replication.fetch;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Record batches as a producer sends them. */
final class Batches {
    private Batches() {}

    /** One batch of one record. */
    static ByteBuffer of(String value) {
        return of(value.getBytes(StandardCharsets.UTF_8));
    }

    static ByteBuffer of(byte[] value) {
        ByteBuffer built = MemoryRecords.withRecords(
                        Compression.NONE, new SimpleRecord(1_700_000_000_000L, null, value))
                .buffer();
        return ByteBuffer.allocate(built.remaining()).put(built).flip();
    }
}
