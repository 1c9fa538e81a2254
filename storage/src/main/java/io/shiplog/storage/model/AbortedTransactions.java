// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.storage.model;

import java.util.Arrays;

/**
 * A growing list of aborted transactions, in the order of their ends. Kafka: {@code AbortedTxn}. Reused from call to call by its
 * owner; filling it again allocates nothing. One thread.
 */
public final class AbortedTransactions {
    private static final int FIELDS = 4;
    private static final long[] NONE = {};

    private long[] fields = NONE;
    private int size;

    public int size() {
        return size;
    }

    public long producerId(int i) {
        return fields[i * FIELDS];
    }

    /** Where its first batch begins. */
    public long firstOffset(int i) {
        return fields[i * FIELDS + 1];
    }

    /** Offset of the marker that ended it. */
    public long lastOffset(int i) {
        return fields[i * FIELDS + 2];
    }

    /**
     * Every transaction that began below this offset had ended by then: who looks for transactions of offsets below it need not look at later
     * ends. -1 when that is not known.
     */
    public long lastStableOffset(int i) {
        return fields[i * FIELDS + 3];
    }

    public void add(long producerId, long firstOffset, long lastOffset, long lastStableOffset) {
        int at = size * FIELDS;
        if (at == fields.length) fields = Arrays.copyOf(fields, Math.max(4 * FIELDS, at * 2));
        fields[at] = producerId;
        fields[at + 1] = firstOffset;
        fields[at + 2] = lastOffset;
        fields[at + 3] = lastStableOffset;
        size++;
    }

    /** Adds one of another list. */
    public void add(AbortedTransactions other, int i) {
        add(other.producerId(i), other.firstOffset(i), other.lastOffset(i), other.lastStableOffset(i));
    }

    public void clear() {
        size = 0;
    }

    /** Keeps so many, from the first on. */
    public void truncateTo(int count) {
        size = Math.min(size, count);
    }

    /** Drops so many, from the first on, and the memory that they took. */
    public void removeFirst(int count) {
        fields = Arrays.copyOfRange(fields, count * FIELDS, size * FIELDS);
        size -= count;
    }

    /** Those from one index up to another, in a list of their own. */
    public AbortedTransactions part(int from, int to) {
        AbortedTransactions part = new AbortedTransactions();
        part.fields = Arrays.copyOfRange(fields, from * FIELDS, to * FIELDS);
        part.size = to - from;
        return part;
    }

    /** Index of the first one that ended at or behind the offset. */
    public int firstEndedFrom(long offset) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (lastOffset(middle) < offset) low = middle + 1;
            else high = middle;
        }
        return low;
    }

    @Override
    public String toString() {
        StringBuilder words = new StringBuilder("[");
        for (int i = 0; i < size; i++) {
            if (i > 0) words.append(", ");
            words.append(producerId(i)).append(": ").append(firstOffset(i)).append("..");
            words.append(lastOffset(i)).append(" stable ").append(lastStableOffset(i));
        }
        return words.append(']').toString();
    }
}
