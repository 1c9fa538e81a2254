// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.simulation.fault;

/** Something that is done to the cluster at a given time. */
public sealed interface Step permits Fault, Action {
    /** Milliseconds since the cluster was ready. */
    long atMs();

    /** One line, for {@link #parse}. */
    String toText();

    /**
     * Reads a line of a schedule.
     *
     * @throws IllegalArgumentException when it is no step
     */
    static Step parse(String line) {
        String[] words = line.trim().split(" +");
        if (words.length != 7) {
            throw new IllegalArgumentException("no step of a schedule: " + line);
        }
        return switch (words[0]) {
            case "fault" -> Fault.parse(words);
            case "action" -> Action.parse(words);
            default -> throw new IllegalArgumentException("no step of a schedule: " + line);
        };
    }
}
