// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.log;

import io.shiplog.storage.index.IndexStore;
import io.shiplog.storage.model.AbortedTransactions;
import io.shiplog.storage.model.PartitionKey;

/**
 * The aborted transactions whose markers stand in one segment, by the order of their markers: the latest in memory, the others in the index
 * store. Ordinals count from the first one of the segment.
 *
 * <pre>
 *   0 ............ stored ............ count       below stored: the store has them
 *        inMemoryFrom .................... count   from inMemoryFrom on: memory has them; never above stored, unless all is in memory
 * </pre>
 *
 * <p>Guarded by the lock of the log.
 */
final class AbortedIndex {
    /** So many of the active segment stay in memory although the store has them, for who reads at the tail. */
    static final int KEPT_IN_MEMORY = 1024;

    /** Largest row of the store. */
    private static final int ROW = 256;

    /** What is to be put into the store next. */
    record Part(AbortedIndex index, long segmentBase, boolean sealed, int firstOrdinal, AbortedTransactions entries) {
        void put(IndexStore store, PartitionKey partition) {
            for (int at = 0; at < entries.size(); at += ROW) {
                AbortedTransactions row = entries.part(at, Math.min(entries.size(), at + ROW));
                store.putAborted(partition, segmentBase, firstOrdinal + at, row);
            }
        }

        /** It is there. */
        void stored() {
            index.stored(firstOrdinal + entries.size(), sealed ? 0 : KEPT_IN_MEMORY);
        }
    }

    private AbortedTransactions memory = new AbortedTransactions();
    private int inMemoryFrom;
    private int stored;

    /** The markers of those that only the store has lie below this offset. */
    private long storedMarkersBelow;

    private long lowestFirstOffset = Long.MAX_VALUE;

    /** The store has something else, and is going to be told all anew. */
    private boolean replacing;

    AbortedIndex() {}

    /** Of a segment all of whose aborted transactions are in the store; their markers lie below the offset. */
    AbortedIndex(int count, long lowestFirstOffset, long markersBelow) {
        this.inMemoryFrom = count;
        this.stored = count;
        this.lowestFirstOffset = lowestFirstOffset;
        this.storedMarkersBelow = markersBelow;
    }

    int count() {
        return inMemoryFrom + memory.size();
    }

    /** Where the earliest of them began. */
    long lowestFirstOffset() {
        return lowestFirstOffset;
    }

    /** The latest, from {@link #inMemoryFrom} on. To be read only. */
    AbortedTransactions memory() {
        return memory;
    }

    int inMemoryFrom() {
        return inMemoryFrom;
    }

    /** Whether the store has to be asked for those that ended at or behind the offset. */
    boolean needsStore(long fromMarker) {
        return inMemoryFrom > 0 && fromMarker < storedMarkersBelow;
    }

    /** Adds the transaction that was aborted last. */
    void add(AbortedTransactions aborted) {
        for (int i = 0; i < aborted.size(); i++) {
            memory.add(aborted, i);
            lowestFirstOffset = Math.min(lowestFirstOffset, aborted.firstOffset(i));
        }
    }

    /** Whether nothing is to be put into the store by the next checkpoint. */
    boolean isStored() {
        return replacing || stored >= count();
    }

    /** What the store does not have yet; null when that is nothing. Of a sealed segment memory then need not have it either. */
    Part toStore(long segmentBase, boolean sealed) {
        if (!isStored()) return part(segmentBase, sealed, stored);
        if (sealed && !replacing) drop(0);
        return null;
    }

    /** Everything, all of which is in memory, to take the place of what the store has. */
    Part replacement(long segmentBase, boolean sealed) {
        return part(segmentBase, sealed, 0);
    }

    private Part part(long segmentBase, boolean sealed, int from) {
        return new Part(this, segmentBase, sealed, from, memory.part(from - inMemoryFrom, memory.size()));
    }

    private void stored(int upTo, int keep) {
        replacing = false;
        stored = Math.max(stored, Math.min(upTo, count()));
        drop(keep);
    }

    /** Gives the memory up of those that the store has, but for so many. */
    private void drop(int keep) {
        int drop = Math.min(stored - inMemoryFrom, memory.size() - keep);
        if (drop <= 0) return;
        storedMarkersBelow = memory.lastOffset(drop - 1) + 1;
        memory.removeFirst(drop);
        inMemoryFrom += drop;
    }

    /** All of them are known now. */
    void allInMemory(AbortedTransactions all) {
        memory = all;
        inMemoryFrom = 0;
        stored = Math.min(stored, all.size());
        lowestFirstOffset = Long.MAX_VALUE;
        for (int i = 0; i < all.size(); i++) lowestFirstOffset = Math.min(lowestFirstOffset, all.firstOffset(i));
    }

    /** The store is going to be told all anew, since what it has is wrong; false when that is under way. */
    boolean beginReplacement() {
        boolean first = !replacing;
        replacing = true;
        stored = 0;
        return first;
    }

    /** Drops those that end at or behind the offset; all are in memory, and the store is told them anew. Null when none is left. */
    AbortedIndex truncatedTo(long offset) {
        memory.truncateTo(memory.firstEndedFrom(offset));
        if (memory.size() == 0) return null;
        allInMemory(memory);
        stored = 0;
        replacing = false;
        return this;
    }
}
