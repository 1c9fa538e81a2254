// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.report;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * Makes a list that has some property as short as it gets by leaving things out (Zeller's ddmin): first large pieces, then smaller ones,
 * until nothing can be left out any more or the tries are used up.
 */
public final class Shrinker<T> {
    private final Predicate<List<T>> stillFails;
    private int triesLeft;

    /**
     * @param stillFails whether a shortened list has the property still
     * @param maxTries how often it may be asked
     */
    public Shrinker(Predicate<List<T>> stillFails, int maxTries) {
        this.stillFails = stillFails;
        this.triesLeft = maxTries;
    }

    /** The shortened list; the list itself, which has the property, when nothing can be left out. */
    public List<T> shrink(List<T> failing) {
        List<T> current = List.copyOf(failing);
        int pieces = 2;
        while (current.size() >= 2 && triesLeft > 0) {
            List<T> shorter = withoutOnePiece(current, pieces);
            if (shorter != null) {
                current = shorter;
                pieces = Math.max(2, pieces - 1);
            } else if (pieces >= current.size()) {
                break;
            } else {
                pieces = Math.min(current.size(), pieces * 2);
            }
        }
        if (current.size() == 1 && fails(List.of())) {
            return List.of();
        }
        return current;
    }

    /** From the end: what comes late needs what came before less often than the other way round. */
    private List<T> withoutOnePiece(List<T> list, int pieces) {
        for (int piece = pieces - 1; piece >= 0 && triesLeft > 0; piece--) {
            int from = (int) ((long) list.size() * piece / pieces);
            int to = (int) ((long) list.size() * (piece + 1) / pieces);
            List<T> shorter = new ArrayList<>(list.subList(0, from));
            shorter.addAll(list.subList(to, list.size()));
            if (shorter.size() < list.size() && fails(shorter)) {
                return shorter;
            }
        }
        return null;
    }

    private boolean fails(List<T> list) {
        triesLeft--;
        return stillFails.test(list);
    }
}
