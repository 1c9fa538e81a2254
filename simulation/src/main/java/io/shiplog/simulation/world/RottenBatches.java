// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.simulation.disk.Rot;
import io.shiplog.simulation.disk.SimDisk;
import io.shiplog.storage.batch.RecordBatchHeader;
import java.nio.ByteBuffer;

/** What rotted in a segment, by the disk that knows what it did. */
final class RottenBatches {
    private static final int LENGTH_AT = 8;
    private static final int OVERHEAD = 12;
    private static final int HEADER = 61;

    private RottenBatches() {}

    /** The offset behind the last batch of a segment in which a bit rotted; −1 when there is none. */
    static long end(SimDisk disk, String directory, long segmentBase) {
        long[] end = {-1};
        disk.visitWritten(directory, (base, bytes, size, rot) -> {
            if (base == segmentBase) {
                end[0] = end(ByteBuffer.wrap(bytes, 0, size), size, rot);
            }
        });
        return end[0];
    }

    private static long end(ByteBuffer segment, int size, Rot rot) {
        long end = -1;
        for (int at = 0; at + HEADER <= size; ) {
            int length = OVERHEAD + segment.getInt(at + LENGTH_AT);
            if (length < HEADER || at + length > size) {
                return end;
            }
            if (rot.isWithin(at, at + length)) {
                end = RecordBatchHeader.lastOffset(segment, at) + 1;
            }
            at += length;
        }
        return end;
    }
}
