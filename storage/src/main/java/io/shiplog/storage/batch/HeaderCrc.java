// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.batch;

import java.nio.ByteBuffer;

/**
 * A CRC-32C that goes on from header to header, over the bytes of a batch that its own CRC leaves out: index 0 to 20, that is
 * base offset, length, partition leader epoch, magic, and the CRC field itself. Its state is one {@code int}, so that it is
 * kept in an index entry and gone on with at any time; nothing is allocated.
 *
 * <p>The state is the register of the CRC before its final inversion. It is never 0, which stands for "not known".
 */
public final class HeaderCrc {
    /** Bytes of a header that are taken in. */
    public static final int BYTES = RecordBatchHeader.CRC_COVERS_FROM;

    /** No headers yet. */
    public static final int INITIAL = 0xFFFFFFFF;

    /** It is not known which headers arrived. */
    public static final int UNKNOWN = 0;

    /** The polynomial of CRC-32C with its bits reversed. */
    private static final int POLYNOMIAL = 0x82F63B78;

    /** {@code TABLES[256 * n + b]}: what byte {@code b} with {@code n} zero bytes behind it does to the register. */
    private static final int[] TABLES = tables();

    private HeaderCrc() {}

    /** Takes in the header of the batch that begins at index {@code at} of a big-endian buffer. */
    public static int extend(int state, ByteBuffer b, int at) {
        if (state == UNKNOWN) return UNKNOWN;
        int register = eightBytes(state, Long.reverseBytes(b.getLong(at)));
        register = eightBytes(register, Long.reverseBytes(b.getLong(at + 8)));
        for (int i = at + 16; i < at + BYTES; i++) {
            register = (register >>> 8) ^ TABLES[(register ^ b.get(i)) & 0xff];
        }
        return register == UNKNOWN ? 1 : register;
    }

    private static int eightBytes(int register, long bytes) {
        int low = (int) bytes ^ register;
        int high = (int) (bytes >>> 32);
        return TABLES[7 * 256 + (low & 0xff)]
                ^ TABLES[6 * 256 + (low >>> 8 & 0xff)]
                ^ TABLES[5 * 256 + (low >>> 16 & 0xff)]
                ^ TABLES[4 * 256 + (low >>> 24)]
                ^ TABLES[3 * 256 + (high & 0xff)]
                ^ TABLES[2 * 256 + (high >>> 8 & 0xff)]
                ^ TABLES[256 + (high >>> 16 & 0xff)]
                ^ TABLES[high >>> 24];
    }

    private static int[] tables() {
        int[] tables = new int[8 * 256];
        for (int b = 0; b < 256; b++) {
            int register = b;
            for (int bit = 0; bit < 8; bit++) {
                register = (register & 1) != 0 ? (register >>> 1) ^ POLYNOMIAL : register >>> 1;
            }
            tables[b] = register;
        }
        for (int i = 256; i < tables.length; i++) {
            tables[i] = (tables[i - 256] >>> 8) ^ tables[tables[i - 256] & 0xff];
        }
        return tables;
    }
}
