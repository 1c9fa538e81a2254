// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.nio.ByteBuffer;

/** Zigzag varints, as the fields of records are written. */
final class Varints {
    static final int MAX_LONG_BYTES = 10;

    private Varints() {}

    /** Bytes that {@link #putLong} takes. */
    static int sizeOfLong(long value) {
        long left = (value << 1) ^ (value >> 63);
        int bytes = 1;
        while ((left & ~0x7fL) != 0) {
            bytes++;
            left >>>= 7;
        }
        return bytes;
    }

    static void putLong(ByteBuffer target, long value) {
        long left = (value << 1) ^ (value >> 63);
        while ((left & ~0x7fL) != 0) {
            target.put((byte) (left | 0x80));
            left >>>= 7;
        }
        target.put((byte) left);
    }
}
