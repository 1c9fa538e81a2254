// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.image;

import java.util.Arrays;
import java.util.BitSet;
import org.apache.kafka.common.Uuid;

/**
 * Which partition has which slot: 8 bytes for each, in chunks that successive versions share. Changed only between {@link #edit}
 * and {@link #freeze}, by whoever called them.
 */
final class SlotTable {
    static final SlotTable EMPTY = new SlotTable(new Uuid[0][], new int[0][], SlotSet.EMPTY, 0);

    private static final int CHUNK_SHIFT = 10;
    private static final int CHUNK = 1 << CHUNK_SHIFT;

    private Uuid[][] topics;
    private int[][] partitions;
    private final SlotSet used;
    private int firstFree;
    /** Chunks that no other version shares; null when frozen. */
    private BitSet owned;

    private SlotTable(Uuid[][] topics, int[][] partitions, SlotSet used, int firstFree) {
        this.topics = topics;
        this.partitions = partitions;
        this.used = used;
        this.firstFree = firstFree;
    }

    /** A copy to be changed. */
    SlotTable edit() {
        SlotTable copy = new SlotTable(topics.clone(), partitions.clone(), used.edit(), firstFree);
        copy.owned = new BitSet();
        return copy;
    }

    SlotTable freeze() {
        used.freeze();
        owned = null;
        return this;
    }

    int size() {
        return used.size();
    }

    Uuid topic(int slot) {
        return topics[slot >> CHUNK_SHIFT][slot & (CHUNK - 1)];
    }

    int partition(int slot) {
        return partitions[slot >> CHUNK_SHIFT][slot & (CHUNK - 1)];
    }

    /** Takes a slot for a partition. */
    int take(Uuid topic, int partition) {
        int slot = used.nextAbsent(firstFree);
        firstFree = slot + 1;
        used.set(slot, true);
        put(slot, topic, partition);
        return slot;
    }

    /** The partition is gone. */
    void free(int slot) {
        used.set(slot, false);
        firstFree = Math.min(firstFree, slot);
        put(slot, null, 0);
    }

    private void put(int slot, Uuid topic, int partition) {
        int chunk = slot >> CHUNK_SHIFT;
        if (chunk >= topics.length) {
            int length = Math.max(chunk + 1, topics.length + (topics.length >> 2));
            topics = Arrays.copyOf(topics, length);
            partitions = Arrays.copyOf(partitions, length);
        }
        if (!owned.get(chunk)) {
            topics[chunk] = topics[chunk] == null ? new Uuid[CHUNK] : topics[chunk].clone();
            partitions[chunk] = partitions[chunk] == null ? new int[CHUNK] : partitions[chunk].clone();
            owned.set(chunk);
        }
        topics[chunk][slot & (CHUNK - 1)] = topic;
        partitions[chunk][slot & (CHUNK - 1)] = partition;
    }
}
