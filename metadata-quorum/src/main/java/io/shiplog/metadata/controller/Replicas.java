// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.metadata.controller;

import java.util.Arrays;
import java.util.function.IntPredicate;

/** Small sets of broker ids as arrays. */
final class Replicas {
    static final int[] NONE = {};

    private Replicas() {}

    static boolean contains(int[] ids, int id) {
        for (int each : ids) {
            if (each == id) {
                return true;
            }
        }
        return false;
    }

    /** Those of {@code ids} that pass, in their order. */
    static int[] filter(int[] ids, IntPredicate passes) {
        int count = 0;
        for (int id : ids) {
            count += passes.test(id) ? 1 : 0;
        }
        if (count == 0) {
            return NONE;
        }
        int[] passed = new int[count];
        int next = 0;
        for (int id : ids) {
            if (passes.test(id)) {
                passed[next++] = id;
            }
        }
        return passed;
    }

    static int[] concat(int[] some, int[] others) {
        if (others.length == 0) {
            return some;
        }
        int[] all = Arrays.copyOf(some, some.length + others.length);
        System.arraycopy(others, 0, all, some.length, others.length);
        return all;
    }

    /** Those of {@code ids} that are not among {@code others}, in their order. */
    static int[] without(int[] ids, int[] others) {
        return filter(ids, id -> !contains(others, id));
    }

    /** The first of {@code ids} that passes; {@code otherwise} when none does. */
    static int first(int[] ids, IntPredicate passes, int otherwise) {
        for (int id : ids) {
            if (passes.test(id)) {
                return id;
            }
        }
        return otherwise;
    }

    static boolean hasDuplicates(int[] ids) {
        int[] sorted = ids.clone();
        Arrays.sort(sorted);
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i] == sorted[i - 1]) {
                return true;
            }
        }
        return false;
    }

    static boolean sameMembers(int[] some, int[] others) {
        int[] a = some.clone();
        int[] b = others.clone();
        Arrays.sort(a);
        Arrays.sort(b);
        return Arrays.equals(a, b);
    }
}
