// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench;

import java.nio.ByteBuffer;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Batches to write. */
public final class Batches {
    private Batches() {}

    /** A batch as a client sends it, in a direct buffer as from the network. */
    public static ByteBuffer of(int records, int valueBytes) {
        SimpleRecord[] all = new SimpleRecord[records];
        byte[] value = new byte[valueBytes];
        for (int i = 0; i < records; i++) {
            all[i] = new SimpleRecord(System.currentTimeMillis(), value);
        }
        ByteBuffer heap = MemoryRecords.withRecords(Compression.NONE, all).buffer();
        return ByteBuffer.allocateDirect(heap.remaining()).put(heap).flip();
    }
}
