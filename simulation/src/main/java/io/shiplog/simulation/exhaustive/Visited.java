// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.exhaustive;

import java.util.Arrays;

/** All states that were found, by their digests, and how each was reached first: 14 to 22 bytes a state. */
final class Visited {
    private static final int FIRST_SLOTS = 1 << 16;

    private long[] slots = new long[FIRST_SLOTS];
    private int[] parents = new int[FIRST_SLOTS / 2];
    private short[] steps = new short[FIRST_SLOTS / 2];
    private int size;

    int size() {
        return size;
    }

    /**
     * Notes a state.
     *
     * @param parent number of the state before; −1 for the first
     * @return false when it is known
     */
    boolean add(long digest, int parent, int step) {
        long key = digest == 0 ? 1 : digest;
        if (!put(slots, key)) {
            return false;
        }
        if (size == parents.length) {
            grow();
        }
        parents[size] = parent;
        steps[size] = (short) step;
        size++;
        if (size > slots.length / 10 * 7) {
            spread();
        }
        return true;
    }

    private static boolean put(long[] slots, long key) {
        int at = (int) (key ^ (key >>> 32)) & (slots.length - 1);
        while (slots[at] != 0) {
            if (slots[at] == key) {
                return false;
            }
            at = (at + 1) & (slots.length - 1);
        }
        slots[at] = key;
        return true;
    }

    private void grow() {
        int capacity = size + size / 2;
        parents = Arrays.copyOf(parents, capacity);
        steps = Arrays.copyOf(steps, capacity);
    }

    private void spread() {
        long[] more = new long[2 * slots.length];
        for (long key : slots) {
            if (key != 0) {
                put(more, key);
            }
        }
        slots = more;
    }

    /** The steps from the first state to this one. */
    int[] path(int state) {
        int length = 0;
        for (int at = state; parents[at] >= 0; at = parents[at]) {
            length++;
        }
        int[] path = new int[length];
        for (int at = state; parents[at] >= 0; at = parents[at]) {
            path[--length] = steps[at];
        }
        return path;
    }
}
