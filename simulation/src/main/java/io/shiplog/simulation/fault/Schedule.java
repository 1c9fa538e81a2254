// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** All steps of a run, in the order of their times. */
public record Schedule(List<Step> steps) {
    public Schedule {
        List<Step> sorted = new ArrayList<>(steps);
        sorted.sort(Comparator.comparingLong(Step::atMs));
        steps = List.copyOf(sorted);
    }

    /** When the last step is done and the last fault is over, in ms. */
    public long endMs() {
        long end = 0;
        for (Step step : steps) {
            end = Math.max(end, step.atMs() + (step instanceof Fault fault ? fault.durationMs() : 0));
        }
        return end;
    }
}
