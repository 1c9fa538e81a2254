// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.run;

import io.shiplog.simulation.fault.FaultKind;
import io.shiplog.simulation.history.Outage;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** How long clients waited for writes, by what was wrong. */
final class OutageTable {
    private final Map<FaultKind, List<Long>> waits = new TreeMap<>();

    void add(Outage outage) {
        waits.computeIfAbsent(outage.kind(), any -> new ArrayList<>()).add(outage.waitMs());
    }

    /** A line for each kind: how many there were, the median and the most, in ms. */
    List<String> lines() {
        List<String> lines = new ArrayList<>();
        waits.forEach((kind, each) -> {
            each.sort(null);
            lines.add(String.format(
                    "longest wait for a write, %-20s alone %6d times: median %5d ms, 99 %% %5d ms, max %5d ms",
                    kind,
                    each.size(),
                    each.get(each.size() / 2),
                    each.get((int) (each.size() * 0.99)),
                    each.get(each.size() - 1)));
        });
        return lines;
    }
}
