// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.mutant;

import java.util.List;

/**
 * A bug that can be put into our code.
 *
 * @param number as in the list that it comes from, with a letter for a variant
 * @param name in a few words
 * @param origin where it was found first: a KIP, an issue, a paper
 * @param trips invariants of which at least one has to notice, the likeliest first
 * @param about what it does, in a sentence or two; for one that cannot be expressed, why not
 * @param changes of our sources; none when our design leaves no place for the bug
 */
record Mutant(String number, String name, String origin, List<String> trips, String about, List<SourceChange> changes) {
    Mutant {
        trips = List.copyOf(trips);
        changes = List.copyOf(changes);
    }

    /** Whether there is a place in our code where it could be. */
    boolean isExpressible() {
        return !changes.isEmpty();
    }

    @Override
    public String toString() {
        return number + "-" + name;
    }
}
