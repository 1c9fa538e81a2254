// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.bench.metadata;

import java.util.List;

/**
 * What to measure with.
 *
 * @param partitions with three replicas each, on three nodes
 * @param rounds commands of the latency phase, after as many to warm up
 * @param changeRounds how often the ISR of every partition shrinks and expands
 * @param failovers how many nodes die, in turn
 * @param snapshots how often an image is written, loaded and pushed
 * @param heap of a quorum process, as -Xmx takes it
 * @param keep whether the processes' directories and logs stay
 */
record ScaleOptions(
        int partitions, int rounds, int changeRounds, int failovers, int snapshots, String heap, boolean keep) {
    static final ScaleOptions DEFAULTS = new ScaleOptions(100_000, 8_000, 3, 6, 10, "512m", false);

    private static final List<String> NAMES =
            List.of("--partitions", "--rounds", "--changes", "--failovers", "--snapshots", "--heap", "--keep");

    static final String USAGE = """
            usage: bin/bench metadata [--partitions N] [--rounds N] [--changes N] [--failovers N] [--snapshots N] [--heap SIZE] [--keep]
            """;

    /**
     * Reads the command line.
     *
     * @throws IllegalArgumentException when it cannot be understood; says what
     */
    static ScaleOptions parse(String[] arguments) {
        ScaleOptions options = DEFAULTS;
        for (int i = 0; i < arguments.length; i++) {
            String name = arguments[i];
            if (name.equals("--keep")) {
                options = options.with(name, "true");
            } else if (i + 1 < arguments.length) {
                options = options.with(name, arguments[++i]);
            } else {
                throw new IllegalArgumentException(name + " needs a value, or is unknown");
            }
        }
        return options;
    }

    private ScaleOptions with(String name, String value) {
        if (!NAMES.contains(name)) {
            throw new IllegalArgumentException("unknown option " + name);
        }
        return new ScaleOptions(
                name.equals("--partitions") ? number(name, value, 1_000_000) : partitions,
                name.equals("--rounds") ? number(name, value, 1_000_000) : rounds,
                name.equals("--changes") ? number(name, value, 1_000) : changeRounds,
                name.equals("--failovers") ? number(name, value, 1_000) : failovers,
                name.equals("--snapshots") ? number(name, value, 1_000) : snapshots,
                name.equals("--heap") ? value : heap,
                keep || name.equals("--keep"));
    }

    private static int number(String name, String value, int max) {
        int number = Integer.parseInt(value);
        if (number < 1 || number > max) {
            throw new IllegalArgumentException(name + " must be from 1 to " + max + ", not " + value);
        }
        return number;
    }
}
