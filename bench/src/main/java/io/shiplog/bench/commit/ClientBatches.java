// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.commit;

import java.nio.ByteBuffer;
import java.util.Random;
import org.apache.kafka.common.compress.Compression;
import org.apache.kafka.common.record.internal.MemoryRecords;
import org.apache.kafka.common.record.internal.SimpleRecord;

/** Batches as different clients send them. */
final class ClientBatches {
    private static final int SEED = 8;
    private static final long PRODUCER_ID = 4_711;
    /** Distinct letters of values: they can be compressed, to about half. */
    private static final int LETTERS = 16;

    private ClientBatches() {}

    /**
     * In a direct buffer, as from the network.
     *
     * @param shape records, an x, bytes of each value
     */
    static ByteBuffer of(String shape, Compression compression, boolean keys, boolean idempotent) {
        int times = shape.indexOf('x');
        int count = Integer.parseInt(shape.substring(0, times));
        int valueBytes = Integer.parseInt(shape.substring(times + 1));
        Random random = new Random(SEED);
        SimpleRecord[] records = new SimpleRecord[count];
        for (int i = 0; i < count; i++) {
            byte[] value = new byte[valueBytes];
            for (int b = 0; b < valueBytes; b++) {
                value[b] = (byte) ('a' + random.nextInt(LETTERS));
            }
            byte[] key = keys ? new byte[] {(byte) i, (byte) (i >> 8)} : null;
            records[i] = new SimpleRecord(System.currentTimeMillis(), key, value);
        }
        MemoryRecords heap = idempotent
                ? MemoryRecords.withIdempotentRecords(compression, PRODUCER_ID, (short) 0, 0, records)
                : MemoryRecords.withRecords(compression, records);
        ByteBuffer bytes = heap.buffer();
        return ByteBuffer.allocateDirect(bytes.remaining()).put(bytes).flip();
    }
}
