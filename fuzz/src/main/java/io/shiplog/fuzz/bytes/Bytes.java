// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.fuzz.bytes;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes that are written one behind the other, big-endian, as Kafka has them. */
public final class Bytes {
    private byte[] bytes = new byte[256];
    private int size;

    public int size() {
        return size;
    }

    public byte[] toArray() {
        return Arrays.copyOf(bytes, size);
    }

    public Bytes int8(long value) {
        if (size == bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * size);
        }
        bytes[size++] = (byte) value;
        return this;
    }

    public Bytes int16(long value) {
        return int8(value >> 8).int8(value);
    }

    public Bytes int32(long value) {
        return int16(value >> 16).int16(value);
    }

    public Bytes int64(long value) {
        return int32(value >> 32).int32(value);
    }

    /** Up to ten bytes, low ones first, seven bits each. */
    public Bytes unsignedVarint(long value) {
        long left = value;
        while ((left & ~0x7fL) != 0) {
            int8((left & 0x7f) | 0x80);
            left >>>= 7;
        }
        return int8(left);
    }

    public Bytes zigzag(long value) {
        return unsignedVarint((value << 1) ^ (value >> 63));
    }

    public Bytes raw(byte[] more) {
        int needed = size + more.length;
        if (needed > bytes.length) {
            bytes = Arrays.copyOf(bytes, Math.max(needed, 2 * bytes.length));
        }
        System.arraycopy(more, 0, bytes, size, more.length);
        size = needed;
        return this;
    }

    public Bytes text(String value) {
        return raw(value.getBytes(StandardCharsets.UTF_8));
    }

    /** Puts an int32 where one was written before. */
    public void int32At(int at, int value) {
        for (int i = 0; i < 4; i++) {
            bytes[at + i] = (byte) (value >> (24 - 8 * i));
        }
    }
}
