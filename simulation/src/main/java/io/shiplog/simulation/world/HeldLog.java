// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.world;

import io.shiplog.simulation.disk.SimDisk;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/** What the segment files of a replica hold, as an observer reads them who does not disturb. */
public final class HeldLog {
    private static final int HEADER_BYTES = 61;

    private final List<HeldBatch> batches = new ArrayList<>();
    /** How far each segment was read. */
    private final TreeMap<Long, Integer> readTo = new TreeMap<>();

    /** Batches by offset. */
    public List<HeldBatch> batches() {
        return batches;
    }

    /** Offset behind the last batch; 0 for none. */
    public long endOffset() {
        return batches.isEmpty() ? 0 : batches.get(batches.size() - 1).lastOffset() + 1;
    }

    /** The batch that holds an offset, or null. */
    public HeldBatch at(long offset) {
        int at = indexAt(offset);
        if (at < 0) {
            return null;
        }
        HeldBatch batch = batches.get(at);
        return offset <= batch.lastOffset() ? batch : null;
    }

    /** Index of the last batch that begins at or before an offset; −1 for none. */
    public int indexAt(long offset) {
        int low = 0;
        int high = batches.size() - 1;
        while (low <= high) {
            int middle = (low + high) >>> 1;
            if (batches.get(middle).baseOffset() <= offset) {
                low = middle + 1;
            } else {
                high = middle - 1;
            }
        }
        return high;
    }

    void clear() {
        batches.clear();
        readTo.clear();
    }

    /** Reads what came since the last time; only when nothing was cut meanwhile. */
    void readOn(SimDisk disk, String directory) {
        long from = readTo.isEmpty() ? Long.MIN_VALUE : readTo.lastKey();
        disk.visitSegments(directory, (base, bytes, size) -> {
            if (base >= from) {
                read(base, bytes, size);
            }
        });
    }

    /** Reads everything anew. */
    void readAll(SimDisk disk, String directory) {
        clear();
        disk.visitSegments(directory, this::read);
    }

    private void read(long base, byte[] bytes, int size) {
        int at = readTo.getOrDefault(base, 0);
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        while (at + HEADER_BYTES <= size) {
            int length = 12 + buffer.getInt(at + 8);
            long baseOffset = buffer.getLong(at);
            boolean sound = length >= HEADER_BYTES && at + length <= size && baseOffset >= endOffset();
            if (!sound) {
                break;
            }
            batches.add(new HeldBatch(
                    baseOffset,
                    baseOffset + buffer.getInt(at + 23),
                    buffer.getInt(at + 12),
                    buffer.getInt(at + 17),
                    buffer.getLong(at + 43),
                    buffer.getShort(at + 51),
                    buffer.getInt(at + 53),
                    buffer.getInt(at + 57)));
            at += length;
        }
        readTo.put(base, at);
    }
}
