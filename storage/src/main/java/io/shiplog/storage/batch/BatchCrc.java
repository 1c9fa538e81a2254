// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.nio.ByteBuffer;
import java.util.zip.CRC32C;

/** CRC-32C of batches without garbage: one instance per thread of use. */
final class BatchCrc {
    private final CRC32C crc = new CRC32C();

    /** The CRC of bytes [from, to) of the buffer; its position and limit are left as they were. */
    int of(ByteBuffer b, int from, int to) {
        crc.reset();
        update(b, from, to);
        return (int) crc.getValue();
    }

    void reset() {
        crc.reset();
    }

    void update(ByteBuffer b, int from, int to) {
        int position = b.position();
        int limit = b.limit();
        b.limit(to).position(from);
        crc.update(b);
        b.limit(limit).position(position);
    }

    int value() {
        return (int) crc.getValue();
    }

    /** Whether the batch of {@code size} bytes at {@code at} has the CRC that it carries. */
    boolean matches(ByteBuffer b, int at, int size) {
        return of(b, at + RecordBatchHeader.CRC_COVERS_FROM, at + size) == RecordBatchHeader.crc(b, at);
    }
}
