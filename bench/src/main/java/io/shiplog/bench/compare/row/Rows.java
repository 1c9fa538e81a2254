// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.compare.row;

import java.util.List;

/** All workloads, in the order in which they are measured and reported. */
public final class Rows {
    private static final List<Row> ALL = List.of(
            new ProduceRow(),
            new LatencyRow(),
            new ConsumeRow(),
            new IdleRow(),
            new FailoverRow(FailoverRow.Strike.KILL_LEADER),
            new FailoverRow(FailoverRow.Strike.PAUSE_LEADER),
            new FailoverRow(FailoverRow.Strike.KILL_CONTROLLER),
            new StartRow(),
            new MatrixRow(),
            new SoakRow());

    private Rows() {}

    public static List<Row> all() {
        return ALL;
    }

    /** The one of that name; {@link IllegalArgumentException} when there is none. */
    public static Row of(String name) {
        return ALL.stream()
                .filter(row -> row.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no row " + name));
    }
}
