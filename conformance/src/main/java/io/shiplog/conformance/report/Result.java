// Copyright the Shiplog authors
// SPDX-License-Identifier: Apache-2.0

package io.shiplog.conformance.report;

import java.util.ArrayList;
import java.util.List;

/**
 * How a case went: a line of the file that all clients write to, fields separated by tabs.
 *
 * @param cluster {@code kafka} or {@code shiplog}
 * @param verdict {@code pass}, {@code fail}, or {@code none} for what the client cannot do
 * @param detail what went wrong
 */
record Result(String cluster, String client, String area, String name, String verdict, String detail) {
    private static final int FIELDS = 7;

    static List<Result> of(List<String> lines) {
        List<Result> results = new ArrayList<>();
        for (String line : lines) {
            String[] fields = line.split("\t", -1);
            if (fields.length != FIELDS || !List.of("pass", "fail", "none").contains(fields[4])) {
                throw new IllegalArgumentException("no result: " + line);
            }
            results.add(new Result(fields[0], fields[1], fields[2], fields[3], fields[4], fields[6]));
        }
        return results;
    }

    boolean passed() {
        return verdict.equals("pass");
    }

    boolean failed() {
        return verdict.equals("fail");
    }
}
