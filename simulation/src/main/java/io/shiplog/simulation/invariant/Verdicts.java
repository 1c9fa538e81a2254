// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.invariant;

import java.util.ArrayList;
import java.util.List;

/** What was found to be wrong, in the order in which it was found. */
public final class Verdicts {
    private final List<Violation> found = new ArrayList<>();

    void add(Invariant invariant, PartitionTruth partition, String what) {
        found.add(new Violation(invariant.id(), partition == null ? "" : partition.toString(), what));
    }

    public List<Violation> found() {
        return found;
    }

    public boolean isEmpty() {
        return found.isEmpty();
    }
}
