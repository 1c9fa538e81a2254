// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.disk;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiConsumer;

/**
 * Which bits of a file are not as they were written, because they rotted. Nobody in the cluster knows; the observer has to, since a header
 * that rotted (no checksum of the batch covers its base offset and its epoch) looks like one that somebody wrote.
 */
public final class Rot {
    /** The bits that are turned round, by the position of their byte. */
    private final TreeMap<Integer, Integer> masks = new TreeMap<>();

    boolean isEmpty() {
        return masks.isEmpty();
    }

    void flip(int position, int mask) {
        int now = masks.getOrDefault(position, 0) ^ mask;
        if (now == 0) {
            masks.remove(position);
        } else {
            masks.put(position, now);
        }
    }

    void cutFrom(int position) {
        masks.tailMap(position, true).clear();
    }

    /**
     * Other bytes are written over those from one position to before another.
     *
     * @param carried what had rotted before it was written; null for nothing
     */
    void overwrite(int from, int to, Rot carried) {
        if (masks.isEmpty() && carried == null) {
            return;
        }
        masks.subMap(from, true, to, false).clear();
        if (carried != null) {
            masks.putAll(carried.masks.subMap(from, true, to, false));
        }
    }

    /** Of what has rotted: that which somebody who read it from {@code before} writes again at a position, as it is; null for nothing. */
    Rot carriedBy(byte[] bytes, int position, byte[] before) {
        Rot carried = null;
        for (Map.Entry<Integer, Integer> each :
                masks.subMap(position, true, position + bytes.length, false).entrySet()) {
            int at = each.getKey();
            if (bytes[at - position] == before[at]) {
                carried = carried == null ? new Rot() : carried;
                carried.masks.put(at, each.getValue());
            }
        }
        return carried;
    }

    void forEach(BiConsumer<Integer, Integer> positionAndMask) {
        masks.forEach(positionAndMask);
    }

    Rot copy() {
        Rot copy = new Rot();
        copy.masks.putAll(masks);
        return copy;
    }

    /** The bytes of the file as they were written. */
    byte[] undo(byte[] data, int size) {
        byte[] written = Arrays.copyOf(data, size);
        masks.forEach((position, mask) -> {
            if (position < size) {
                written[position] ^= mask.byteValue();
            }
        });
        return written;
    }

    /** Whether anything rotted from one position to before another. */
    public boolean isWithin(int from, int to) {
        Integer first = masks.ceilingKey(from);
        return first != null && first < to;
    }
}
