// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.tools.jobs;

import java.util.SortedSet;
import java.util.TreeSet;

/** Storage nodes as people name them: {@code 3} or {@code storage-3}. */
final class NodeNumber {
    private static final String PREFIX = "storage-";
    private static final int MAX_DIGITS = 9;

    private NodeNumber() {}

    /**
     * Reads one.
     *
     * @throws IllegalArgumentException when it is none; a usage error
     */
    static int parse(String text) {
        String digits = text.startsWith(PREFIX) ? text.substring(PREFIX.length()) : text;
        if (!digits.matches("\\d{1," + MAX_DIGITS + "}")) {
            throw new IllegalArgumentException("'" + text + "' is no storage node: 3 or storage-3 is one");
        }
        return Integer.parseInt(digits);
    }

    /** Reads several, separated by commas. */
    static SortedSet<Integer> parseAll(String text) {
        SortedSet<Integer> nodes = new TreeSet<>();
        for (String each : text.split(",", -1)) {
            nodes.add(parse(each.strip()));
        }
        return nodes;
    }
}
