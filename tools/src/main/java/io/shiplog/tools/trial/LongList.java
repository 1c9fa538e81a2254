// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.trial;

import java.util.Arrays;

/** A growing list of longs without boxes; one writer. */
final class LongList {
    private long[] elements = new long[1024];
    private int size;

    int size() {
        return size;
    }

    long get(int index) {
        if (index >= size) {
            throw new IndexOutOfBoundsException(index + " of " + size);
        }
        return elements[index];
    }

    void add(long element) {
        if (size == elements.length) {
            elements = Arrays.copyOf(elements, Math.addExact(size, size / 2));
        }
        elements[size++] = element;
    }

    /** Sets an element, and all between the old end and it to {@code filler}. */
    void set(int index, long element, long filler) {
        while (size <= index) {
            add(filler);
        }
        elements[index] = element;
    }
}
